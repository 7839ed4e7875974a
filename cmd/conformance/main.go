// Command conformance audits a Go backend against its OpenAPI document and
// prints a scored report with evidence. It is also a vet tool:
//
//	conformance ./...
//	go vet -vettool=$(command -v conformance) ./...
package main

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/backend-conformance/conformance/analyzers"
	"github.com/backend-conformance/conformance/checks/spec"
)

func main() {
	args := os.Args[1:]
	if fromGoVet(args) {
		unitchecker.Main(analyzers.All()...) // does not return
	}
	if len(args) > 0 && args[0] == spec.ChildCommand {
		os.Exit(spec.ChildMain(args[1:], os.Stdout))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends what does not listen to the first
	code := run(ctx, args, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// fromGoVet recognises how the go command calls a vet tool: -flags, -V=full, or
// flags followed by one configuration file.
func fromGoVet(args []string) bool {
	if len(args) == 0 {
		return false
	}
	return len(args) == 1 && (args[0] == "-flags" || args[0] == "-V=full") || strings.HasSuffix(args[len(args)-1], ".cfg")
}
