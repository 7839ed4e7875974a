package main

import (
	"fmt"
	"io"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/backend-conformance/conformance/checks"
	"github.com/backend-conformance/conformance/checks/compliance"
	"github.com/backend-conformance/conformance/checks/config"
	"github.com/backend-conformance/conformance/checks/load"
)

func newConfig(stdout io.Writer) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Check, show or describe the configuration",
		Args:  needsCommand("verify, show or schema"),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newConfigVerify(stdout), newConfigShow(stdout), newConfigSchema(stdout))
	return cmd
}

func newConfigVerify(stdout io.Writer) *cobra.Command {
	flags := &auditFlags{}
	cmd := &cobra.Command{
		Use: "verify", Short: "Check the configuration file; a mistake is named with its line, and exits 2", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			c, err := flags.readConfig()
			if err != nil {
				return checks.UsageError{Err: err}
			}
			if c.Path == "" {
				_, err := fmt.Fprintf(stdout, "there is no %s; all is discovered\n", config.FileName)
				return err
			}
			if err := verify(c); err != nil {
				return checks.UsageError{Err: err}
			}
			_, err = fmt.Fprintf(stdout, "%s is fine\n", shortPath(c.Path))
			return err
		},
	}
	flags.registerConfig(cmd.Flags())
	return cmd
}

// registerConfig adds the flags that say which file is meant.
func (f *auditFlags) registerConfig(fs *pflag.FlagSet) {
	fs.StringVarP(&f.dir, "dir", "C", ".", "the module in `DIR`")
	fs.StringVar(&f.config, "config", "", "configuration `file` (default .conformance.yaml, looked for up to the repository root)")
}

func (f *auditFlags) readConfig() (*config.Config, error) {
	if f.config != "" {
		return config.Read(f.config)
	}
	dir, err := filepath.Abs(f.dir)
	if err != nil {
		return nil, fmt.Errorf("resolve -C %s: %w", f.dir, err)
	}
	return config.Find(dir, load.RepositoryRoot(dir))
}

// verify checks what the file alone cannot know: names of rules and licences, and
// files that must be there.
func verify(c *config.Config) error {
	if err := compliance.KnownLicences(c.Licences); err != nil {
		return c.At("licences", 0, err)
	}
	for i, e := range c.Exclude {
		for _, glob := range e.Rules {
			if !matchesRule(glob) {
				return c.At("exclude", i, fmt.Errorf("no rule matches %q; conformance rules lists them", glob))
			}
		}
	}
	for i, s := range c.Spec {
		if !isRegular(filepath.Join(c.Dir, filepath.FromSlash(s))) {
			return c.At("spec", i, fmt.Errorf("there is no file %s", s))
		}
	}
	return nil
}

func matchesRule(glob string) bool {
	for _, r := range checks.Catalogue() {
		if ok, err := path.Match(glob, r.ID); err == nil && ok {
			return true
		}
	}
	return false
}

func newConfigSchema(stdout io.Writer) *cobra.Command {
	return &cobra.Command{
		Use: "schema", Short: "Print the JSON Schema of the configuration file, for editors", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := stdout.Write(config.Schema())
			return err
		},
	}
}

func newConfigShow(stdout io.Writer) *cobra.Command {
	flags := &auditFlags{}
	cmd := &cobra.Command{
		Use: "show", Short: "Print what holds, and where each setting comes from", Args: cobra.NoArgs,
		Long: `show takes the flags of the audit and prints every setting with its value and where it comes
from: the default, a line of the configuration file, or a flag.`,
		RunE: func(*cobra.Command, []string) error {
			c, err := flags.readConfig()
			if err != nil {
				return checks.UsageError{Err: err}
			}
			for _, s := range flags.settings(c) {
				line := fmt.Sprintf("%-14s %-42s %s", s.name, s.value, s.source)
				if _, err := fmt.Fprintln(stdout, strings.TrimRight(line, " ")); err != nil {
					return err
				}
			}
			return nil
		},
	}
	flags.register(cmd.Flags())
	return cmd
}

type setting struct{ name, value, source string }

// settings lists every flag and key in a fixed order: the file's keys first.
func (f *auditFlags) settings(c *config.Config) []setting {
	var all []setting
	inFile := map[string]bool{}
	for _, k := range c.Keys() {
		inFile[k.Name] = true
		s := setting{k.Name, k.Value, "default"}
		if k.Line > 0 {
			s.source = fmt.Sprintf("%s:%d", shortPath(c.Path), k.Line)
		}
		if flag := f.set.Lookup(k.Name); flag != nil && flag.Changed {
			s.value, s.source = strings.Trim(flag.Value.String(), "[]"), "flag --"+k.Name
		}
		all = append(all, s)
	}
	f.set.VisitAll(func(flag *pflag.Flag) {
		if inFile[flag.Name] || flag.Name == "help" {
			return
		}
		s := setting{flag.Name, strings.Trim(flag.Value.String(), "[]"), "default"}
		if flag.Changed {
			s.source = "flag --" + flag.Name
		}
		if flag.Name == "config" && s.value == "" && c.Path != "" {
			s.value, s.source = shortPath(c.Path), "found"
		}
		if flag.Name == "database-url" && s.value != "" {
			s.value = "(given)" // it may hold a password
		}
		all = append(all, s)
	})
	return all
}
