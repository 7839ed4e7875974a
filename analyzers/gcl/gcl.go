// Package gcl makes the analyzers a module plugin of golangci-lint: building a
// golangci-lint that imports this package adds the linter "conformance" to it.
package gcl

import (
	"fmt"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers"
)

// Name is the linter's, in golangci-lint's configuration and output.
const Name = "conformance"

// golangci-lint learns of plugins from what their packages register when they
// are imported; this is the only package of the module that does so.
func init() { register.Plugin(Name, New) }

// New makes the plugin. It has no settings: rules are suppressed in the source
// or excluded in golangci-lint's own configuration, and settings that would be
// silently ignored are refused.
func New(settings any) (register.LinterPlugin, error) {
	if m, ok := settings.(map[string]any); settings != nil && (!ok || len(m) > 0) {
		return nil, fmt.Errorf("linter %s takes no settings; remove settings.custom.%s.settings", Name, Name)
	}
	return plugin{}, nil
}

type plugin struct{}

// BuildAnalyzers lists the analyzers, the same ones that the command runs.
func (plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) { return analyzers.All(), nil }

// GetLoadMode asks for types: no analyzer gets by with syntax.
func (plugin) GetLoadMode() string { return register.LoadModeTypesInfo }
