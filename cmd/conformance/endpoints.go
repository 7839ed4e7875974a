package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/backend-conformance/conformance/checks"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/format"
)

func newEndpoints(stdout, stderr io.Writer) *cobra.Command {
	flags := &auditFlags{}
	cmd := &cobra.Command{
		Use:   "endpoints [flags] [METHOD PATH]",
		Short: "Show the endpoint matrix, or one operation in full",
		Long: `endpoints lists every operation of the document with its status, handler, registration and
what its handler does, and every route that the document does not know. With a method and a
path it shows one operation in full: how the route was reached from main, and facet by facet
what the document says beside what the code does, with the lines of both.
It never runs the repository's code; give --coverprofile to see what is tested.

Exit status: 0, or 2 and 3 as for the audit.`,
		Example: "  conformance endpoints\n  conformance endpoints POST /users\n  conformance endpoints --format markdown",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 0 && len(args) != 2 {
				return checks.UsageError{Err: fmt.Errorf("endpoints takes a method and a path, such as POST /users, or nothing")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			name := format.Matrices()[0].Name
			if len(flags.formats) > 0 {
				name = flags.formats[len(flags.formats)-1]
			}
			matrix, err := format.FindMatrix(name)
			if err != nil {
				return checks.UsageError{Err: err}
			}
			look, err := flags.look(stdout)
			if err != nil {
				return checks.UsageError{Err: err}
			}
			flags.exec = false
			rep, err := flags.run(cmd.Context(), nil, stderr)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return matrix.Table(stdout, rep, look)
			}
			e, err := findEndpoint(rep, args[0], args[1])
			if err != nil {
				return err
			}
			return matrix.One(stdout, rep, e, look)
		},
	}
	flags.register(cmd.Flags())
	return cmd
}

// findEndpoint looks a row up by method and path, with or without base path.
func findEndpoint(r *report.Report, method, path string) (report.Endpoint, error) {
	method = strings.ToUpper(method)
	var near []string
	for _, e := range r.Endpoints {
		full := ""
		if e.Route != nil {
			full = e.Route.Pattern
		}
		if e.Method == method && (e.Path == path || full == path) {
			return e, nil
		}
		if e.Path == path || e.Method == method && strings.Contains(e.Path, strings.Trim(path, "/")) {
			near = append(near, e.Name())
		}
	}
	hint := "conformance endpoints lists all"
	if len(near) > 0 {
		hint = "there is " + strings.Join(near[:min(3, len(near))], ", ")
	}
	return report.Endpoint{}, checks.UsageError{Err: fmt.Errorf("no operation %s %s; %s", method, path, hint)}
}
