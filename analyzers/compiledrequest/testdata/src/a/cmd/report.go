package cmd

import "regexp"

// Report runs once, for whoever calls the command.
func Report(s string) bool { return regexp.MustCompile(`e`).MatchString(s) }
