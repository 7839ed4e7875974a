// Package sarif renders a report as SARIF 2.1.0 for code scanning.
package sarif

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Limits of GitHub code scanning: it shows 5,000 results of a run and refuses
// more than 25,000
// (https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit).
const (
	shownResults = 5_000
	maxResults   = 25_000
)

// relatedPerResult keeps within the locations that are accepted for a result.
const relatedPerResult = 100

const home = "https://github.com/backend-conformance/conformance"

// Write writes one run. Results are the findings, the most severe first, at
// most 25,000; then what is inconclusive, as kind "review". What is left out,
// and what GitHub will not show, is said in a notification.
func Write(w io.Writer, r *report.Report) error {
	rules, index := descriptors(r)
	results, notices := results(r, index)
	one := run{
		Tool:              tool{driver{Name: r.Tool.Name, Version: r.Tool.Version, InformationURI: home, Rules: rules}},
		ColumnKind:        "utf16CodeUnits",
		AutomationDetails: automationDetails{"conformance/" + r.Module + "/"},
		Invocations:       []invocation{{ExecutionSuccessful: true, Notifications: append(notices, notes(r)...)}},
		Results:           results,
		Properties:        properties(r),
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(log{
		Schema:  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0",
		Runs:    []run{one},
	})
}

// descriptors lists every rule that ran, in the report's order.
func descriptors(r *report.Report) ([]descriptor, map[string]int) {
	list, index := []descriptor{}, map[string]int{}
	for _, s := range r.Sections {
		for _, c := range s.Criteria {
			index[c.Rule.ID] = len(list)
			list = append(list, descriptorOf(c.Rule))
		}
	}
	return list, index
}

func descriptorOf(r rule.Rule) descriptor {
	tags := []string{"section/" + string(r.Section)}
	for _, s := range r.Supports {
		tags = append(tags, "section/"+string(s))
	}
	return descriptor{
		ID:               r.ID,
		Name:             pascal(r.ID),
		ShortDescription: message{r.Title},
		FullDescription:  message{r.Why},
		Help: help{
			Text:     fmt.Sprintf("%s\n\nFix: %s\n\nLimits: %s", r.Why, r.Fix, r.Limits),
			Markdown: fmt.Sprintf("%s\n\n**Fix:** %s\n\n**Limits:** %s", r.Why, r.Fix, r.Limits),
		},
		HelpURI:              r.URL(),
		DefaultConfiguration: configuration{level(r.Severity)},
		Properties: map[string]any{
			"tags": append(tags, "severity/"+r.Severity.String()), "precision": "high", "problem.severity": problemSeverity(r.Severity),
		},
	}
}

// pascal turns endpoint-missing into EndpointMissing.
func pascal(id string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(id, "-") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

func level(s rule.Severity) string {
	return map[rule.Severity]string{rule.Blocker: "error", rule.Major: "warning", rule.Minor: "note", rule.Info: "note"}[s]
}

// problemSeverity is GitHub's own scale.
func problemSeverity(s rule.Severity) string {
	return map[rule.Severity]string{rule.Blocker: "error", rule.Major: "warning", rule.Minor: "recommendation", rule.Info: "recommendation"}[s]
}

func results(r *report.Report, index map[string]int) ([]result, []notification) {
	fs := slices.SortedStableFunc(slices.Values(r.Findings), func(a, b report.Finding) int { return int(b.Severity - a.Severity) })
	list, notices := []result{}, []notification{}
	for _, f := range fs[:min(len(fs), maxResults)] {
		list = append(list, resultOf(f, index[f.Rule]))
	}
	if cut := len(fs) - maxResults; cut > 0 {
		notices = append(notices, notification{"warning", message{fmt.Sprintf("%s left out, the least severe: a run holds at most %d results", report.Plural(cut, "finding"), maxResults)}})
	}
	if cut := len(fs) - shownResults; cut > 0 {
		notices = append(notices, notification{"note", message{fmt.Sprintf("%s: code scanning shows the first %d, the most severe; the JSON report lists all of them", report.Plural(len(fs), "finding"), shownResults)}})
	}
	for _, c := range r.Inconclusive() {
		if len(list) < maxResults {
			list = append(list, review(c, index[c.Rule.ID]))
		}
	}
	return list, notices
}

func resultOf(f report.Finding, index int) result {
	out := result{
		RuleID: f.Rule, RuleIndex: index, Level: level(f.Severity), Message: message{f.Message},
		Locations:           []location{{Physical: place(f.Position)}},
		PartialFingerprints: map[string]string{"conformance/v1": f.Fingerprint, "primaryLocationLineHash": f.Fingerprint + ":1"},
	}
	for i, r := range f.Related[:min(len(f.Related), relatedPerResult)] {
		if r.IsValid() {
			out.RelatedLocations = append(out.RelatedLocations, location{ID: i + 1, Physical: place(r.Position), Message: &message{r.Message}})
		}
	}
	switch {
	case f.Suppressed != nil:
		out.Suppressions = []suppression{{"inSource", *f.Suppressed}}
	case f.Baselined:
		out.Suppressions = []suppression{{"external", "accepted in the baseline"}}
	}
	if f.Endpoint != "" {
		out.Properties = map[string]any{"endpoint": f.Endpoint}
	}
	return out
}

// review is what could not be decided: SARIF's kind for "a person must look",
// which has no level.
func review(c report.Criterion, index int) result {
	out := result{
		RuleID: c.Rule.ID, RuleIndex: index, Kind: "review", Level: "none", Message: message{"inconclusive: " + c.Reason},
		PartialFingerprints: map[string]string{"conformance/v1": "review/" + c.Rule.ID},
	}
	for _, e := range c.Evidence {
		if e.IsValid() && len(out.Locations) < relatedPerResult {
			out.Locations = append(out.Locations, location{Physical: place(e.Position)})
		}
	}
	if len(out.Locations) == 0 {
		out.Locations = []location{{Physical: place(report.Position{})}}
	}
	return out
}

// place is relative to the repository root, without a base: GitHub resolves
// it there. A finding without a file stands at go.mod, since code scanning
// refuses results without a location.
func place(p report.Position) physical {
	if !p.IsValid() {
		p = report.Position{File: "go.mod"}
	}
	out := physical{Artifact: artifact{(&url.URL{Path: p.File}).EscapedPath()}}
	if p.Line > 0 {
		out.Region = &region{StartLine: p.Line, StartColumn: p.Column}
		if p.EndLine >= p.Line {
			out.Region.EndLine = p.EndLine
		}
	}
	return out
}

func notes(r *report.Report) []notification {
	var list []notification
	for _, u := range r.Unresolved {
		list = append(list, notification{"note", message{fmt.Sprintf("%s: unresolved registration: %s", u.Position, u.Message)}})
	}
	for _, n := range r.Notes {
		list = append(list, notification{"note", message{n}})
	}
	return list
}

func properties(r *report.Report) map[string]any {
	p := map[string]any{"verdict": string(r.Verdict), "ruleset": r.Tool.Ruleset, "rulesetHash": r.Tool.RulesetHash}
	if r.Score != nil {
		p["score"] = map[string]any{"low": json.Number(report.Decimal(r.Score.Low)), "high": json.Number(report.Decimal(r.Score.High))}
	}
	return p
}
