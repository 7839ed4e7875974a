package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/backend-conformance/conformance/checks"
	"github.com/backend-conformance/conformance/report/diff"
	"github.com/backend-conformance/conformance/report/format"
	"github.com/backend-conformance/conformance/report/json"
)

func newDiff(stdout io.Writer) *cobra.Command {
	flags := &auditFlags{}
	form := ""
	cmd := &cobra.Command{
		Use:   "diff [flags] OLD.json NEW.json",
		Short: "Compare two JSON reports",
		Long: `diff shows what changed between two reports that --format json wrote: score and sections,
findings that are new, gone or unchanged, rows of the endpoint matrix, and coverage. Reports of
different rulesets are refused, since their scores cannot be subtracted.

Exit status: 0 nothing got worse; 1 there are new findings of --fail-on or heavier; 2 a report
cannot be read, or the two cannot be compared; 4 a rule of that weight is no longer decided.`,
		Example: "  conformance --format json=new.json ./...\n  conformance diff old.json new.json\n  conformance diff --fail-on major --format markdown old.json new.json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return checks.UsageError{Err: errors.New("diff takes two JSON reports: conformance diff OLD.json NEW.json")}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			return flags.diff(stdout, form, args[0], args[1])
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&form, "format", format.Comparisons()[0].Name, "`text`, json or markdown")
	cmd.Flags().StringVar(&flags.failOn, "fail-on", "blocker", "fail on new findings of this `severity` or heavier: blocker, major, minor, none")
	cmd.Flags().StringVar(&flags.color, "color", "auto", "colour: `auto`, always, never")
	return cmd
}

func (f *auditFlags) diff(stdout io.Writer, form, before, after string) error {
	comparison, err := format.FindComparison(form)
	if err != nil {
		return checks.UsageError{Err: err}
	}
	look, err := f.look(stdout)
	if err != nil {
		return checks.UsageError{Err: err}
	}
	gates, err := f.gates()
	if err != nil {
		return checks.UsageError{Err: err}
	}
	old, err := readReport(before)
	if err != nil {
		return checks.UsageError{Err: err}
	}
	fresh, err := readReport(after)
	if err != nil {
		return checks.UsageError{Err: err}
	}
	d, err := diff.Of(old, fresh, gates.FailOn)
	if err != nil {
		return checks.UsageError{Err: err}
	}
	if err := comparison.Write(stdout, d, look); err != nil {
		return fmt.Errorf("write the comparison: %w", err)
	}
	return exitCode(d.Verdict)
}

func readReport(name string) (*json.Document, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	defer file.Close()
	d, err := json.Read(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return d, nil
}
