package text

import "testing"

func TestUseColor(t *testing.T) {
	for _, tt := range []struct {
		name     string
		mode     ColorMode
		env      map[string]string
		terminal bool
		want     bool
	}{
		{"terminal", ColorAuto, nil, true, true},
		{"pipe", ColorAuto, nil, false, false},
		{"dumb terminal", ColorAuto, map[string]string{"TERM": "dumb"}, true, false},
		{"always beats NO_COLOR", ColorAlways, map[string]string{"NO_COLOR": "1"}, false, true},
		{"never beats FORCE_COLOR", ColorNever, map[string]string{"FORCE_COLOR": "1"}, true, false},
		{"NO_COLOR beats a terminal", ColorAuto, map[string]string{"NO_COLOR": "1"}, true, false},
		{"NO_COLOR beats FORCE_COLOR", ColorAuto, map[string]string{"NO_COLOR": "1", "FORCE_COLOR": "1"}, true, false},
		{"empty NO_COLOR counts as not set", ColorAuto, map[string]string{"NO_COLOR": ""}, true, true},
		{"NO_COLOR=0 is set", ColorAuto, map[string]string{"NO_COLOR": "0"}, true, false},
		{"FORCE_COLOR in a pipe", ColorAuto, map[string]string{"FORCE_COLOR": "1"}, false, true},
		{"FORCE_COLOR=0 does not force", ColorAuto, map[string]string{"FORCE_COLOR": "0"}, false, false},
		{"CLICOLOR_FORCE in a pipe", ColorAuto, map[string]string{"CLICOLOR_FORCE": "1"}, false, true},
		{"GITHUB_ACTIONS in a pipe", ColorAuto, map[string]string{"GITHUB_ACTIONS": "true"}, false, true},
		{"NO_COLOR beats GITHUB_ACTIONS", ColorAuto, map[string]string{"NO_COLOR": "1", "GITHUB_ACTIONS": "true"}, false, false},
		{"GITHUB_ACTIONS=false", ColorAuto, map[string]string{"GITHUB_ACTIONS": "false"}, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			getenv := func(k string) string { return tt.env[k] }
			if got := UseColor(tt.mode, getenv, tt.terminal); got != tt.want {
				t.Errorf("UseColor = %t, want %t", got, tt.want)
			}
		})
	}
}

func TestParseColorMode(t *testing.T) {
	for in, want := range map[string]ColorMode{"": ColorAuto, "auto": ColorAuto, "always": ColorAlways, "never": ColorNever} {
		if got, err := ParseColorMode(in); err != nil || got != want {
			t.Errorf("ParseColorMode(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	if _, err := ParseColorMode("yes"); err == nil || err.Error() != `unknown colour mode "yes": use auto, always or never` {
		t.Errorf("ParseColorMode(yes): error %v", err)
	}
}
