// Package baseline reads and writes the list of findings that a repository has
// accepted for now, so that gates see only what is new.
package baseline

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/backend-conformance/conformance/report"
)

// FileName is where the list lies unless another file is named.
const FileName = ".conformance-baseline.json"

// SchemaVersion is the version of the file's shape.
const SchemaVersion = 1

// Baseline is the file's content, sorted by file, rule and fingerprint.
type Baseline struct {
	SchemaVersion int     `json:"schemaVersion"`
	Findings      []Entry `json:"findings"`
}

// Entry is one accepted finding. Only the fingerprint is compared; the rest is
// for those who read the file.
type Entry struct {
	Fingerprint string `json:"fingerprint"`
	Rule        string `json:"rule"`
	File        string `json:"file"`
	Message     string `json:"message"`
}

// Of accepts all findings of the report that nothing suppresses.
func Of(r *report.Report) *Baseline {
	b := &Baseline{SchemaVersion: SchemaVersion, Findings: []Entry{}}
	for _, f := range r.Findings {
		if f.Suppressed == nil {
			b.Findings = append(b.Findings, Entry{f.Fingerprint, f.Rule, f.File, f.Message})
		}
	}
	b.sort()
	return b
}

func (b *Baseline) sort() {
	slices.SortFunc(b.Findings, func(x, y Entry) int {
		return cmp.Or(cmp.Compare(x.File, y.File), cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.Fingerprint, y.Fingerprint))
	})
}

// Read reads a file that Write made. An entry without a fingerprint is an error:
// it would accept nothing and look as if it did.
func Read(in io.Reader) (*Baseline, error) {
	var b Baseline
	dec := json.NewDecoder(in)
	if err := dec.Decode(&b); err != nil {
		return nil, fmt.Errorf("not a baseline: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("not a baseline: there is more after its end")
	}
	if b.SchemaVersion != SchemaVersion {
		return nil, fmt.Errorf("baseline has schemaVersion %d, this version reads %d; write it again", b.SchemaVersion, SchemaVersion)
	}
	for i, e := range b.Findings {
		if e.Fingerprint == "" {
			return nil, fmt.Errorf("entry %d of the baseline has no fingerprint; write it again", i+1)
		}
	}
	return &b, nil
}

// Write renders the list, one finding for a few lines, so that changes read well.
func (b *Baseline) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(b)
}

// Fingerprints are those that report.Gates.Baseline takes.
func (b *Baseline) Fingerprints() map[string]bool {
	set := map[string]bool{}
	for _, e := range b.Findings {
		set[e.Fingerprint] = true
	}
	return set
}

// Stale lists the entries that the report shows to be gone. A rule that was not
// judged, or not wholly, shows nothing.
func (b *Baseline) Stale(r *report.Report) []Entry {
	found, decided := map[string]bool{}, map[string]bool{}
	for _, f := range r.Findings {
		found[f.Fingerprint] = true
	}
	for _, s := range r.Sections {
		for _, c := range s.Criteria {
			decided[c.Rule.ID] = c.Outcome != report.Inconclusive && c.Undecided == 0
		}
	}
	var stale []Entry
	for _, e := range b.Findings {
		if decided[e.Rule] && !found[e.Fingerprint] {
			stale = append(stale, e)
		}
	}
	return stale
}

// Without is the list less some of its entries.
func (b *Baseline) Without(entries []Entry) *Baseline {
	left := &Baseline{SchemaVersion: SchemaVersion, Findings: []Entry{}}
	for _, e := range b.Findings {
		if !slices.Contains(entries, e) {
			left.Findings = append(left.Findings, e)
		}
	}
	left.sort()
	return left
}
