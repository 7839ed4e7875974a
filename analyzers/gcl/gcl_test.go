package gcl

import (
	"testing"

	"github.com/golangci/plugin-module-register/register"

	"github.com/backend-conformance/conformance/analyzers"
)

func TestRegistered(t *testing.T) {
	newPlugin, err := register.GetPlugin("conformance")
	if err != nil {
		t.Fatal(err)
	}
	for _, settings := range []any{nil, map[string]any{}} {
		plugin, err := newPlugin(settings)
		if err != nil {
			t.Fatal(err)
		}
		if got := plugin.GetLoadMode(); got != "typesinfo" {
			t.Errorf("load mode %q", got)
		}
		built, err := plugin.BuildAnalyzers()
		if err != nil || len(built) != len(analyzers.All()) {
			t.Errorf("%d analyzers of %d, %v", len(built), len(analyzers.All()), err)
		}
	}
}

func TestSettingsAreRefused(t *testing.T) {
	const want = "linter conformance takes no settings; remove settings.custom.conformance.settings"
	for _, settings := range []any{map[string]any{"severity": "major"}, "major"} {
		if _, err := New(settings); err == nil || err.Error() != want {
			t.Errorf("settings %v: got %v, want %s", settings, err, want)
		}
	}
}
