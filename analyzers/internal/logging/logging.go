// Package logging knows the loggers that backends use.
package logging

import (
	"go/types"

	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// Kind is how a call logs.
type Kind int

// None is no log call; Text prints a line; Structured writes fields.
const (
	None Kind = iota
	Text
	Structured
)

var packages = map[string]Kind{
	"log": Text, "log/slog": Structured, "github.com/sirupsen/logrus": Structured, "go.uber.org/zap": Structured,
	"github.com/rs/zerolog": Structured, "github.com/rs/zerolog/log": Structured, "github.com/go-logr/logr": Structured,
	"github.com/charmbracelet/log": Structured, "github.com/hashicorp/go-hclog": Structured, "k8s.io/klog": Text, "github.com/golang/glog": Text,
}

// Of reports how a function logs. Functions that set a logger up do not log.
func Of(fn *types.Func) Kind {
	if fn == nil || fn.Pkg() == nil {
		return None
	}
	switch web.Name(fn) {
	case "fmt.Print", "fmt.Printf", "fmt.Println":
		return Text
	}
	switch fn.Name() {
	case "New", "NewLogger", "SetOutput", "SetFlags", "SetPrefix", "SetLevel", "Default", "SetDefault", "NewJSONHandler", "NewTextHandler",
		"NewProduction", "NewDevelopment", "Must", "Named", "Sync", "Enabled", "Level", "GetLevel", "SetFormatter", "SetReportCaller", "Writer", "Nop":
		return None
	}
	return packages[web.PackagePath(fn.Pkg())]
}

// Ends says that a log call does not come back.
func Ends(fn *types.Func) bool {
	switch fn.Name() {
	case "Fatal", "Fatalf", "Fatalln", "Fatalw", "Panic", "Panicf", "Panicln", "Panicw":
		return true
	}
	return false
}
