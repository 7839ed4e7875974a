package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

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

// compareFindings orders by section, severity (heaviest first), rule and place.
func compareFindings(a, b *Finding) int {
	return cmp.Or(
		cmp.Compare(a.Section.Order(), b.Section.Order()),
		cmp.Compare(b.Severity, a.Severity),
		cmp.Compare(a.Rule, b.Rule),
		cmp.Compare(a.File, b.File),
		cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Column, b.Column),
		cmp.Compare(a.Endpoint, b.Endpoint),
		cmp.Compare(a.Anchor, b.Anchor),
		cmp.Compare(a.Message, b.Message),
	)
}

// setFingerprints hashes rule, path, anchor and ordinal: no line numbers and no
// message, so that moving code or rewording a rule keeps the identity. Without
// an anchor the endpoint serves as one. fs are in report order.
func setFingerprints(fs []*Finding) {
	seen := map[string]int{}
	for _, f := range fs {
		key := f.Rule + "\x00" + f.File + "\x00" + cmp.Or(f.Anchor, f.Endpoint)
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", key, seen[key]))
		seen[key]++
		f.Fingerprint = hex.EncodeToString(sum[:16])
	}
}
