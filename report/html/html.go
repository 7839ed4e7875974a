// Package html renders a report as one self-contained page: no script, no
// network, light and dark by the reader's preference.
package html

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed page.html
var pageSource string

//go:embed style.css
var styleSource string

// Write renders r to w. Everything from the audited repository is escaped for
// its place in the page, and the page's policy forbids any script or request.
func Write(w io.Writer, r *report.Report) error {
	page, err := template.New("page").Parse(pageSource)
	if err != nil {
		return fmt.Errorf("parse the page template: %w", err)
	}
	return page.Execute(w, viewOf(r))
}

// view is what the template reads: everything decided, nothing to compute.
type view struct {
	*report.Report
	Style      template.CSS
	Verdict    verdictView
	Total      *scoreView
	CapNote    string
	Uncapped   string
	Sections   []sectionView
	Gains      []gainView
	CapsMatter bool
	Open       []openView
	Groups     []groupView
	Coverage   *coverageView
	Facets     []string
}

type verdictView struct{ Class, Symbol, Word, Meaning string }

// scoreView is an interval as numbers for reading and widths in percent.
type scoreView struct {
	Text, Low, Open string
	Formulas        []string
}

type sectionView struct {
	ID, Title, Reason, CapNote string
	Outcome                    outcomeView
	Score                      *scoreView
	Criteria                   []criterionView
}

type outcomeView struct{ Class, Symbol, Word string }

type criterionView struct {
	Rule                          rule.Rule
	Outcome                       outcomeView
	Severity, Sites, Lost, Reason string
	Evidence                      []report.Related
}

type gainView struct {
	Rule                     rule.Rule
	Points, Uncapped, Remark string
}

type openView struct {
	Points, Reason string
	Rules          []rule.Rule
}

type groupView struct {
	Rule     rule.Rule
	Severity string
	Count    string
	Findings []findingView
}

type findingView struct {
	Place, Message, State string
	Related               []report.Related
}

type coverageView struct {
	Percent, Source string
	Threshold       int
	Packages        []packageView
}

type packageView struct {
	Path, Percent       string
	Covered, Statements int
}

func viewOf(r *report.Report) view {
	v := view{
		Report: r, Style: template.CSS(styleSource), CapNote: r.CapNote(),
		Verdict: verdictView{string(r.Verdict), r.Verdict.Symbol(), string(r.Verdict), r.Verdict.Meaning()},
		Facets:  []string{"parameters", "body", "responses", "auth", "validation", "tested"},
	}
	if r.Score != nil {
		low, high, _ := r.Formulas()
		v.Total = scoreOf(r.Score, low, high)
	}
	if r.IsCapped() {
		v.Uncapped = r.Uncapped.String()
	}
	rules := map[string]rule.Rule{}
	for _, s := range r.Sections {
		v.Sections = append(v.Sections, sectionOf(s))
		for _, c := range s.Criteria {
			rules[c.Rule.ID] = c.Rule
		}
	}
	gains := report.Gains(r)
	v.CapsMatter = report.CapsMatter(report.Mendable(gains))
	for _, s := range report.Settlements(gains) {
		v.Open = append(v.Open, openView{report.Gained(s.Points), s.Reason, s.Rules})
	}
	for _, g := range report.Mendable(gains) {
		one := gainView{Rule: g.Criterion.Rule, Points: report.Gained(g.Total), Remark: g.Remark()}
		if v.CapsMatter {
			one.Uncapped = report.Gained(g.Uncapped)
		}
		v.Gains = append(v.Gains, one)
	}
	for _, fs := range report.ByRule(r.Findings) {
		v.Groups = append(v.Groups, groupOf(rules[fs[0].Rule], fs))
	}
	v.Coverage = coverageOf(r.Coverage)
	return v
}

func scoreOf(i *report.Interval, low, high report.Formula) *scoreView {
	s := &scoreView{Text: i.String(), Low: report.Decimal(i.Low), Open: report.Decimal(i.High)}
	if low.Divisor == 0 {
		return s
	}
	s.Formulas = []string{low.String()}
	if report.Decimal(low.Value) != report.Decimal(high.Value) {
		s.Formulas = append(s.Formulas, "up to "+high.String())
	}
	return s
}

func outcomeOf(o report.Outcome) outcomeView {
	return outcomeView{o.String(), o.Symbol(), o.Words()}
}

func sectionOf(s report.Section) sectionView {
	v := sectionView{ID: string(s.ID), Title: s.ID.Title(), Reason: s.Reason, CapNote: s.CapNote(), Outcome: outcomeOf(s.Outcome)}
	if s.Score != nil {
		low, high, _ := s.Formulas()
		v.Score = scoreOf(s.Score, low, high)
	}
	for _, c := range s.Criteria {
		v.Criteria = append(v.Criteria, criterionOf(s, c))
	}
	return v
}

func criterionOf(s report.Section, c report.Criterion) criterionView {
	v := criterionView{
		Rule: c.Rule, Outcome: outcomeOf(c.Outcome), Severity: c.Rule.Severity.String(),
		Sites: c.Sites(), Lost: report.Lost(s.Lost(c)), Reason: c.Reason, Evidence: c.Evidence,
	}
	if c.Undecided > 0 && c.Outcome != report.Inconclusive {
		v.Reason = fmt.Sprintf("%d undecided: %s", c.Undecided, c.Reason)
	}
	return v
}

func groupOf(r rule.Rule, fs []report.Finding) groupView {
	g := groupView{Rule: r, Severity: fs[0].Severity.String(), Count: report.Plural(len(fs), "finding")}
	for _, f := range fs {
		g.Findings = append(g.Findings, findingView{f.Position.String(), f.Message, f.State(), f.Related})
	}
	return g
}

func coverageOf(c *report.Coverage) *coverageView {
	if c == nil {
		return nil
	}
	v := &coverageView{Percent: report.Decimal(c.Percent()), Source: c.Source, Threshold: c.Threshold}
	for _, p := range c.LeastCovered() {
		v.Packages = append(v.Packages, packageView{p.Path, report.Decimal(p.Percent()), p.Covered, p.Statements})
	}
	return v
}
