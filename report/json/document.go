package json

import (
	"math/big"

	"github.com/backend-conformance/conformance/report"
)

// SchemaVersion is the version of the document's shape. A field that changes
// its meaning or goes away bumps it; new fields do not.
const SchemaVersion = 1

// Document is the JSON report. schema.json describes every field.
type Document struct {
	SchemaVersion int         `json:"schemaVersion"`
	Tool          Tool        `json:"tool"`
	Module        string      `json:"module"`
	Commit        *string     `json:"commit"`
	Packages      int         `json:"packages"`
	Score         *Interval   `json:"score"`
	Uncapped      *Interval   `json:"uncapped"`
	Verdict       string      `json:"verdict"`
	Gates         []Gate      `json:"gates"`
	Sections      []Section   `json:"sections"`
	Findings      []Finding   `json:"findings"`
	Endpoints     []Endpoint  `json:"endpoints"`
	Migrations    []Migration `json:"migrations"`
	Coverage      *Coverage   `json:"coverage"`
	Specs         []Spec      `json:"specs"`
	Notes         []string    `json:"notes"`
}

// Tool says what wrote the document.
type Tool struct {
	Name        string `json:"name"`
	Version     string `json:"version"`
	Ruleset     string `json:"ruleset"`
	RulesetHash string `json:"rulesetHash"`
}

// Interval is a score with both ends floored to one decimal.
type Interval struct {
	Low  Number `json:"low"`
	High Number `json:"high"`
}

// Number is an exact decimal; it is never rounded through a float.
type Number string

// MarshalJSON writes the digits as they are.
func (n Number) MarshalJSON() ([]byte, error) { return []byte(n), nil }

// UnmarshalJSON keeps the digits as they are.
func (n *Number) UnmarshalJSON(b []byte) error { *n = Number(b); return nil }

// Rat is the number's value; zero for what is not a number.
func (n Number) Rat() *big.Rat {
	if v, ok := new(big.Rat).SetString(string(n)); ok {
		return v
	}
	return new(big.Rat)
}

// Gate is one condition of the verdict.
type Gate struct {
	Name string `json:"name"`
	Want string `json:"want"`
	Got  string `json:"got"`
	OK   bool   `json:"ok"`
}

// Section is a deliverable or an output standard.
type Section struct {
	ID       string      `json:"id"`
	Title    string      `json:"title"`
	Outcome  string      `json:"outcome"`
	Score    *Interval   `json:"score"`
	Weight   int         `json:"weight"`
	Criteria []Criterion `json:"criteria"`
}

// Criterion is the verdict on one rule.
type Criterion struct {
	Rule      string   `json:"rule"`
	Section   string   `json:"section"`
	Supports  []string `json:"supports"`
	Severity  string   `json:"severity"`
	Outcome   string   `json:"outcome"`
	Satisfied int      `json:"satisfied"`
	Examined  int      `json:"examined"`
	Undecided int      `json:"undecided"`
	Reason    *string  `json:"reason"`
	Points    Points   `json:"points"`
	Findings  int      `json:"findings"`
}

// Points are the criterion's terms in its section's sum.
type Points struct {
	Earned   Number `json:"earned"`
	Possible int64  `json:"possible"`
}

// Finding is one defect.
type Finding struct {
	Rule        string       `json:"rule"`
	Section     string       `json:"section"`
	Severity    string       `json:"severity"`
	Message     string       `json:"message"`
	File        *string      `json:"file"`
	Line        *int         `json:"line"`
	Column      *int         `json:"column"`
	EndLine     *int         `json:"endLine"`
	Related     []Related    `json:"related"`
	Endpoint    *string      `json:"endpoint"`
	Suppressed  *Suppression `json:"suppressed"`
	Baselined   bool         `json:"baselined"`
	Fingerprint string       `json:"fingerprint"`
}

// Related is a second place that explains a finding.
type Related struct {
	File    *string `json:"file"`
	Line    *int    `json:"line"`
	Message string  `json:"message"`
}

// Suppression is the reason that the source gives.
type Suppression struct {
	Reason string `json:"reason"`
}

// Endpoint is one row of the matrix.
type Endpoint struct {
	Method      string       `json:"method"`
	Path        string       `json:"path"`
	OperationID *string      `json:"operationId"`
	Status      string       `json:"status"`
	Spec        *Place       `json:"spec"`
	Route       *Route       `json:"route"`
	Handler     *string      `json:"handler"`
	Middleware  []string     `json:"middleware"`
	Parameters  report.Facet `json:"parameters"`
	Body        report.Facet `json:"body"`
	Responses   report.Facet `json:"responses"`
	Auth        report.Facet `json:"auth"`
	Validation  report.Facet `json:"validation"`
	Tested      report.Facet `json:"tested"`
}

// Place is a line of a file.
type Place struct {
	File string `json:"file"`
	Line *int   `json:"line"`
}

// Route is where a route is registered, and its full pattern.
type Route struct {
	File    string `json:"file"`
	Line    *int   `json:"line"`
	Pattern string `json:"pattern"`
}

// Migration is one version of one tool's migrations.
type Migration struct {
	Tool       string  `json:"tool"`
	Version    string  `json:"version"`
	Name       string  `json:"name"`
	Up         *string `json:"up"`
	Down       *string `json:"down"`
	Paired     bool    `json:"paired"`
	Reversible string  `json:"reversible"`
	Roundtrip  string  `json:"roundtrip"`
	Reason     *string `json:"reason"`
}

// Coverage is statement coverage over hand-written code.
type Coverage struct {
	Percent    Number            `json:"percent"`
	Threshold  int               `json:"threshold"`
	Statements int               `json:"statements"`
	Covered    int               `json:"covered"`
	Source     string            `json:"source"`
	Packages   []PackageCoverage `json:"packages"`
}

// PackageCoverage is one package of the coverage table.
type PackageCoverage struct {
	Path       string `json:"path"`
	Percent    Number `json:"percent"`
	Statements int    `json:"statements"`
	Covered    int    `json:"covered"`
}

// Spec is an OpenAPI document that was found.
type Spec struct {
	Path       string  `json:"path"`
	Version    string  `json:"version"`
	Operations int     `json:"operations"`
	BasePath   *string `json:"basePath"`
	Used       bool    `json:"used"`
	Reason     *string `json:"reason"`
}
