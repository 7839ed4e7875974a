package text

import "fmt"

// ColorMode is the value of --color.
type ColorMode string

// The values of --color; auto is the default.
const (
	ColorAuto   ColorMode = "auto"
	ColorAlways ColorMode = "always"
	ColorNever  ColorMode = "never"
)

// ParseColorMode reads the value of --color; the empty string means auto.
func ParseColorMode(s string) (ColorMode, error) {
	switch m := ColorMode(s); m {
	case "":
		return ColorAuto, nil
	case ColorAuto, ColorAlways, ColorNever:
		return m, nil
	}
	return "", fmt.Errorf("unknown colour mode %q: use auto, always or never", s)
}

// UseColor decides whether to colour: --color, then NO_COLOR, then FORCE_COLOR
// or CLICOLOR_FORCE, then GITHUB_ACTIONS, whose log shows colours without being
// a terminal, then the terminal itself. A variable that is empty counts as not
// set, as no-color.org asks; "0" and "false" do not force, and turn
// GITHUB_ACTIONS off.
func UseColor(mode ColorMode, getenv func(string) string, isTerminal bool) bool {
	switch {
	case mode == ColorAlways:
		return true
	case mode == ColorNever:
		return false
	case getenv("NO_COLOR") != "":
		return false
	case forced(getenv("FORCE_COLOR")), forced(getenv("CLICOLOR_FORCE")):
		return true
	case forced(getenv("GITHUB_ACTIONS")):
		return true
	}
	return isTerminal && getenv("TERM") != "dumb"
}

func forced(value string) bool { return value != "" && value != "0" && value != "false" }
