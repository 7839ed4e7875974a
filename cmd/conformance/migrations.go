package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/backend-conformance/conformance/checks"
	"github.com/backend-conformance/conformance/report/format"
)

func newMigrations(stdout, stderr io.Writer) *cobra.Command {
	flags := &auditFlags{}
	cmd := &cobra.Command{
		Use:   "migrations [flags]",
		Short: "Show every migration: its pair, whether it comes back, and what was left different",
		Long: `migrations lists each version of each tool with its up and down script, whether the two are a
pair, whether the down takes the up back, and what executing up, down and up again showed. For
a round trip that failed it shows the difference of schemas: - is lost, + is left over, ~ is changed.
Scripts run in a scratch database that is removed; --exec=false reads them only.

Exit status: 0, or 2 and 3 as for the audit.`,
		Example: "  conformance migrations\n  conformance migrations --migrations db/migrations --format markdown",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			name := format.Ledgers()[0].Name
			if len(flags.formats) > 0 {
				name = flags.formats[len(flags.formats)-1]
			}
			ledger, err := format.FindLedger(name)
			if err != nil {
				return checks.UsageError{Err: err}
			}
			look, err := flags.look(stdout)
			if err != nil {
				return checks.UsageError{Err: err}
			}
			flags.only, flags.skip = []string{"migration-down-missing"}, nil // the family that reads and runs migrations, nothing else
			rep, err := flags.run(cmd.Context(), nil, stderr)
			if err != nil {
				return err
			}
			return ledger.Write(stdout, rep, look)
		},
	}
	flags.register(cmd.Flags())
	return cmd
}
