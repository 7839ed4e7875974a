package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"

	"github.com/backend-conformance/conformance/report/rule"
)

// Position is a place in the repository. File is slash-separated and relative
// to the repository root; Line and Column count from 1, 0 means unknown.
type Position struct {
	File    string
	Line    int
	Column  int
	EndLine int
}

// String is file:line, or the file alone where the line is unknown.
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// IsValid reports whether the position names a file.
func (p Position) IsValid() bool { return p.File != "" }

// Related is a second place that explains a finding, such as the document's
// line for a defect in the code.
type Related struct {
	Position
	Message string
}

// Finding is one defect, true and traceable.
type Finding struct {
	Rule     string
	Section  rule.Section
	Severity rule.Severity
	// Message is one line: what is wrong, with the names involved, and the way out.
	Message string
	Position
	Related []Related
	// Endpoint is "METHOD /path" where the finding is about one operation.
	Endpoint string
	// Anchor is what the finding is about, by name rather than by line: a symbol,
	// "METHOD /path", table.column. It keeps the fingerprint stable.
	Anchor string
	// Suppressed is the reason given in the source; nil where nothing suppresses it.
	Suppressed *string
	// Baselined findings were accepted earlier; they score but do not gate.
	Baselined bool
	// Fingerprint identifies the finding across runs; set by Build.
	Fingerprint string
}

// live findings count for gates.
func (f Finding) live() bool { return f.Suppressed == nil && !f.Baselined }

// sortFindings orders by section, severity (heaviest first), rule and place.
func sortFindings(fs []Finding) {
	sort.SliceStable(fs, func(i, j int) bool {
		a, b := fs[i], fs[j]
		if x, y := a.Section.Order(), b.Section.Order(); x != y {
			return x < y
		}
		if a.Severity != b.Severity {
			return a.Severity > b.Severity
		}
		if a.Rule != b.Rule {
			return a.Rule < b.Rule
		}
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		if a.Column != b.Column {
			return a.Column < b.Column
		}
		if a.Endpoint != b.Endpoint {
			return a.Endpoint < b.Endpoint
		}
		return a.Message < b.Message
	})
}

// setFingerprints hashes rule, path, anchor and ordinal: no line numbers and no
// message, so that moving code or rewording a rule keeps the identity.
func setFingerprints(fs []Finding) {
	seen := map[string]int{}
	for i := range fs {
		key := fs[i].Rule + "\x00" + fs[i].File + "\x00" + fs[i].Anchor
		n := seen[key]
		seen[key]++
		sum := sha256.Sum256([]byte(fmt.Sprintf("%s\x00%d", key, n)))
		fs[i].Fingerprint = hex.EncodeToString(sum[:16])
	}
}
