package markdown

import (
	"fmt"
	"io"
	"strings"

	"github.com/backend-conformance/conformance/report"
)

const migrationHeader = "| Tool | Version | Up | Down | Paired | Reversible | Executed | Reason |\n|---|---|---|---|---|---|---|---|\n"

// WriteMigrations writes the versions as a table, and below it the difference
// of schemas for each round trip that failed.
func WriteMigrations(w io.Writer, r *report.Report) error {
	d := &document{budget: SummaryBudget}
	if len(r.Migrations) == 0 {
		d.text("No migrations were found.\n")
	}
	rows := &list{open: migrationHeader, noun: "versions"}
	for _, m := range r.SortedMigrations() {
		d.entry(rows, rankEndpoint, migrationRow(m))
	}
	for _, m := range r.SortedMigrations() {
		if len(m.Differences) > 0 {
			d.entry(&list{noun: "differences"}, rankEndpoint, differences(m))
		}
	}
	_, err := io.WriteString(w, d.String())
	return err
}

func migrationRow(m report.Migration) string {
	paired := "yes"
	if !m.Paired {
		paired = "no"
	}
	cells := []string{escape(m.Tool), code(strings.TrimSpace(m.Version + " " + m.Name)), file(m.Up), file(m.Down), paired, m.Reversible, m.Executed(), escape(m.Reason)}
	return "| " + strings.Join(cells, " | ") + " |\n"
}

func file(name string) string {
	if name == "" {
		return "none"
	}
	return code(name)
}

func differences(m report.Migration) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nAfter the down of %s, against before the up:\n\n", code(strings.TrimSpace(m.Version+" "+m.Name)))
	for _, d := range m.Differences {
		fmt.Fprintf(&b, "- %s %s\n", code(d.Object), escape(d.Words()))
	}
	return b.String()
}
