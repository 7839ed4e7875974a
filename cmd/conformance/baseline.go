package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/backend-conformance/conformance/checks"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/baseline"
)

func newBaseline(stdout, stderr io.Writer) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "baseline",
		Short: "Accept today's findings, so that gates count only new ones",
		Long: `baseline keeps the list of findings that are accepted for now. An audit with --baseline FILE
still shows and scores them, but its gates count only what is not in the list. Findings are
known by rule, file and what they are about, not by line.`,
		Example: "  conformance baseline write\n  conformance --baseline .conformance-baseline.json ./...\n  conformance baseline prune",
		Args:    needsCommand("write or prune"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newBaselineWrite(stdout, stderr), newBaselinePrune(stdout, stderr))
	return cmd
}

// needsCommand refuses arguments that are none of a command's own sub-commands.
func needsCommand(choices string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return checks.UsageError{Err: fmt.Errorf("%s has no command %q; use %s", cmd.Name(), args[0], choices)}
		}
		return nil
	}
}

func newBaselineWrite(stdout, stderr io.Writer) *cobra.Command {
	return baselineCommand("write", "Audit, and accept every finding", func(r *report.Report, name string) error {
		list := baseline.Of(r)
		if err := saveBaseline(name, list); err != nil {
			return err
		}
		_, err := fmt.Fprintf(stdout, "wrote %s: %s accepted\n", filepath.ToSlash(name), report.Plural(len(list.Findings), "finding"))
		return err
	}, stderr)
}

func newBaselinePrune(stdout, stderr io.Writer) *cobra.Command {
	return baselineCommand("prune", "Audit, and drop from the list what is no longer found", func(r *report.Report, name string) error {
		list, err := readBaseline(name)
		if err != nil {
			return checks.UsageError{Err: err}
		}
		stale := list.Stale(r)
		left := list.Without(stale)
		if err := saveBaseline(name, left); err != nil {
			return err
		}
		for _, e := range stale {
			if _, err := fmt.Fprintf(stdout, "gone: %s %s: %s\n", e.Rule, e.File, e.Message); err != nil {
				return err
			}
		}
		_, err = fmt.Fprintf(stdout, "wrote %s: %s dropped, %d left\n", filepath.ToSlash(name), report.Plural(len(stale), "finding"), len(left.Findings))
		return err
	}, stderr)
}

// baselineCommand audits, then does something with the list. The list to write is
// not the one to compare with.
func baselineCommand(use, short string, with func(*report.Report, string) error, stderr io.Writer) *cobra.Command {
	flags := &auditFlags{failOn: "none"}
	file := ""
	cmd := &cobra.Command{
		Use: use + " [flags] [packages]", Short: short,
		RunE: func(cmd *cobra.Command, args []string) error {
			name := cmp.Or(file, filepath.Join(flags.dir, baseline.FileName))
			if use == "prune" && !isRegular(name) { // said before the audit, not after
				_, err := readBaseline(name)
				return checks.UsageError{Err: err}
			}
			rep, err := flags.run(cmd.Context(), args, stderr)
			if err != nil {
				return err
			}
			return with(rep, name)
		},
	}
	flags.registerSubject(cmd.Flags())
	cmd.Flags().StringVar(&file, "baseline", "", "the list's `file` (default "+baseline.FileName+" in the audited folder)")
	return cmd
}

// saveBaseline replaces the file as a whole, so that an error leaves the old one.
func saveBaseline(name string, list *baseline.Baseline) error {
	temp, err := os.CreateTemp(filepath.Dir(name), ".conformance-*")
	if err != nil {
		return checks.UsageError{Err: fmt.Errorf("write the baseline: %w", err)}
	}
	defer os.Remove(temp.Name())
	err = list.Write(temp)
	if closeErr := temp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chmod(temp.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(temp.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("write the baseline: %w", err)
	}
	return nil
}
