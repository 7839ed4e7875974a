// Package junit renders a report as JUnit XML: a section is a test suite and a
// criterion is a test case, so that every CI shows what passed as well.
package junit

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/backend-conformance/conformance/report"
)

type suites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Skipped  int      `xml:"skipped,attr"`
	Suites   []suite  `xml:"testsuite"`
}

type suite struct {
	Name       string     `xml:"name,attr"`
	Tests      int        `xml:"tests,attr"`
	Failures   int        `xml:"failures,attr"`
	Errors     int        `xml:"errors,attr"`
	Skipped    int        `xml:"skipped,attr"`
	Properties []property `xml:"properties>property"`
	Cases      []testcase `xml:"testcase"`
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type testcase struct {
	Name    string   `xml:"name,attr"`
	Class   string   `xml:"classname,attr"`
	File    string   `xml:"file,attr,omitempty"`
	Line    int      `xml:"line,attr,omitempty"`
	Failure *problem `xml:"failure"`
	Error   *problem `xml:"error"`
	Skipped *problem `xml:"skipped"`
	Out     string   `xml:"system-out,omitempty"`
}

type problem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"`
}

// Write writes the XML document. A criterion that does not apply is skipped, an
// inconclusive one is an error; one that is partial or fails is a failure
// unless it is of severity info. Where all its findings are suppressed or
// baselined it is skipped, since no gate counts it.
func Write(w io.Writer, r *report.Report) error {
	all := suites{Name: clean(r.Module)}
	for _, s := range r.Sections {
		one := suiteOf(s)
		all.Tests += one.Tests
		all.Failures += one.Failures
		all.Errors += one.Errors
		all.Skipped += one.Skipped
		all.Suites = append(all.Suites, one)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func suiteOf(s report.Section) suite {
	one := suite{Name: fmt.Sprintf("%s %s", s.ID, s.ID.Title()), Properties: []property{{"outcome", s.Outcome.Words()}}}
	if s.Score != nil {
		one.Properties = append(one.Properties, property{"score", s.Score.String()})
	}
	if len(s.Criteria) == 0 { // a section in which nothing ran must not look clean
		one.Cases = []testcase{{Name: "section", Class: string(s.ID), Error: &problem{Message: clean(s.Reason), Type: "inconclusive"}}}
	}
	for _, c := range s.Criteria {
		one.Cases = append(one.Cases, caseOf(c))
	}
	for _, c := range one.Cases {
		one.Tests++
		switch {
		case c.Failure != nil:
			one.Failures++
		case c.Error != nil:
			one.Errors++
		case c.Skipped != nil:
			one.Skipped++
		}
	}
	return one
}

func caseOf(c report.Criterion) testcase {
	one := testcase{Name: c.Rule.ID, Class: string(c.Rule.Section) + "." + c.Rule.Severity.String()}
	if len(c.Findings) > 0 {
		one.File, one.Line = clean(c.Findings[0].File), c.Findings[0].Line
	}
	live := 0
	for _, f := range c.Findings {
		if f.Live() {
			live++
		}
	}
	switch {
	case c.Outcome == report.NotApplicable:
		one.Skipped = &problem{Message: clean(c.Reason)}
	case c.Outcome == report.Inconclusive:
		one.Error = &problem{Message: clean(c.Reason), Type: "inconclusive"}
	case c.Outcome == report.Pass:
		one.Out = c.Sites() + " satisfied"
	case live == 0 && c.Undecided == 0:
		one.Skipped = &problem{Message: fmt.Sprintf("%s, all suppressed or in the baseline", report.Plural(len(c.Findings), "finding")), Text: list(c.Findings)}
	case c.Rule.Severity.Weight() == 0:
		one.Out = list(c.Findings)
	default:
		one.Failure = &problem{
			Message: clean(fmt.Sprintf("%s: %s, %s satisfied", c.Rule.Title, report.Plural(len(c.Findings), "finding"), c.Sites())),
			Type:    c.Rule.Severity.String(), Text: list(c.Findings),
		}
	}
	return one
}

// list writes one finding a line, all of them.
func list(fs []report.Finding) string {
	var b strings.Builder
	for _, f := range fs {
		b.WriteString("\n")
		if f.IsValid() {
			b.WriteString(f.Position.String() + ": ")
		}
		b.WriteString(f.Message)
		if state := f.State(); state != "" {
			b.WriteString(" (" + state + ")")
		}
	}
	return clean(b.String()) + "\n"
}

// clean drops what XML 1.0 cannot hold, so that no text of the audited
// repository makes the document unreadable.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r >= 0x20 && r != utf8.RuneError && r != 0xFFFE && r != 0xFFFF {
			return r
		}
		return '?'
	}, s)
}
