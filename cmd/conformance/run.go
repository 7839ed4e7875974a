package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/backend-conformance/conformance/checks"
	"github.com/backend-conformance/conformance/report"
)

// Exit codes, the same for every format.
const (
	exitConforms  = 0
	exitFails     = 1
	exitUsage     = 2
	exitNoAnswer  = 3
	exitUndecided = 4
)

const exitHelp = `
Exit status:
  0  conforms
  1  does not conform
  2  usage or configuration error
  3  could not analyse: does not load, nothing to analyse, internal error
  4  undecided: what is inconclusive would decide the gate`

// verdictError carries the exit code of an audit whose report is already out.
type verdictError struct{ code int }

func (e verdictError) Error() string { return fmt.Sprintf("exit status %d", e.code) }

// run is the whole program: arguments in, exit code out. The report goes to
// stdout, one line for each problem to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	defer func() {
		if e := recover(); e != nil {
			fmt.Fprintf(stderr, "conformance: internal error: %v; please report it\n", e)
			code = exitNoAnswer
		}
	}()
	root := newRoot(stdout, stderr)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitConforms
	}
	var verdict verdictError
	if errors.As(err, &verdict) {
		return verdict.code
	}
	fmt.Fprintf(stderr, "conformance: %s\n", strings.Join(strings.Fields(err.Error()), " "))
	var usage checks.UsageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitNoAnswer
}

// newRoot is the audit itself with the sub-commands below it.
func newRoot(stdout, stderr io.Writer) *cobra.Command {
	flags := &auditFlags{}
	root := &cobra.Command{
		Use:   "conformance [flags] [packages]",
		Short: "Audit a Go backend against its OpenAPI document, with proof",
		Long: `conformance audits the Go module around the current folder (-C for another): are all
endpoints of its OpenAPI document really there, do migrations come in pairs, do tests reach
over 80%, is input validated, auth enforced, the service ready for production. It prints a
scored report over eleven deliverables and five output standards, each point with file:line.

As a vet tool: go vet -vettool=$(command -v conformance) ./...
` + exitHelp,
		Example: `  conformance ./...
  conformance -C services/api --format text --format json=report.json ./...
  conformance --exec=false --coverprofile cover.out --min-score 80 ./...
  conformance endpoints POST /users`,
		Args:          cobra.ArbitraryArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := refuseCommandName(cmd, args); err != nil {
				return err
			}
			return flags.audit(cmd.Context(), args, stdout, stderr)
		},
	}
	root.SuggestionsMinimumDistance = 2
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return checks.UsageError{Err: err} })
	flags.register(root.Flags())
	root.AddCommand(newBaseline(stdout, stderr), newConfig(stdout), newDiff(stdout), newEndpoints(stdout, stderr), newExplain(stdout),
		newInit(stdout), newMigrations(stdout, stderr), newRules(stdout), newVersion(stdout))
	return root
}

// refuseCommandName catches a mistyped sub-command, which would otherwise be
// taken for a package.
func refuseCommandName(cmd *cobra.Command, args []string) error {
	if len(args) == 0 || strings.ContainsAny(args[0], "./") {
		return nil
	}
	hint := ""
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "; did you mean " + near[0] + "?"
	}
	return checks.UsageError{Err: fmt.Errorf("%q is neither a command nor a package pattern such as ./...%s", args[0], hint)}
}

func exitCode(v report.Verdict) error {
	switch v {
	case report.VerdictPass:
		return nil
	case report.VerdictUndecided:
		return verdictError{exitUndecided}
	}
	return verdictError{exitFails}
}
