package text

import (
	"bytes"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/internal/golden"
	"github.com/backend-conformance/conformance/report/internal/sample"
	"github.com/backend-conformance/conformance/report/rule"
)

func render(t *testing.T, r *report.Report, opts Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, r, opts); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGolden(t *testing.T) {
	for _, tt := range []struct {
		name string
		r    *report.Report
		opts Options
	}{
		{"report.txt", sample.Report(), Options{}},
		{"report-color.txt", sample.Report(), Options{Color: true}},
		{"report-verbose.txt", sample.Report(), Options{Verbose: true, Width: 120}},
		{"report-pass.txt", sample.Conforming(), Options{Width: 80}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			golden.Compare(t, tt.name, []byte(render(t, tt.r, tt.opts)))
		})
	}
}

var escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestColourChangesNoText(t *testing.T) {
	plain := render(t, sample.Report(), Options{})
	if strings.Contains(plain, "\x1b") {
		t.Error("escape codes without colour")
	}
	colored := render(t, sample.Report(), Options{Color: true})
	if colored == plain || escapes.ReplaceAllString(colored, "") != plain {
		t.Error("colour changes more than the colour")
	}
}

func TestLinesFitTheWidth(t *testing.T) {
	for _, width := range []int{80, 100, 120} {
		for i, l := range strings.Split(render(t, sample.Report(), Options{Width: width}), "\n") {
			words := strings.Fields(l)
			// A word that is longer than what is left of the line stays whole.
			if n := len([]rune(l)); n > width && len([]rune(words[len(words)-1])) < 24 {
				t.Errorf("width %d, line %d: %d columns in %q", width, i+1, n, l)
			}
			if strings.TrimRight(l, " ") != l {
				t.Errorf("width %d, line %d ends with blanks: %q", width, i+1, l)
			}
		}
	}
}

var formulaLine = regexp.MustCompile(`(?s)([0-9.]+) = (100 × )?\(([^=()]*)\) / ([0-9]+)`)

// Every formula of the printed report must add up from the print alone.
func TestPrintedFormulasAddUp(t *testing.T) {
	number := func(s string) *big.Rat {
		v, ok := new(big.Rat).SetString(s)
		if !ok {
			t.Fatalf("%q is not a number", s)
		}
		return v
	}
	formulas := formulaLine.FindAllStringSubmatch(render(t, sample.Report(), Options{}), -1)
	for _, m := range formulas {
		sum := new(big.Rat)
		for _, term := range strings.Split(strings.Join(strings.Fields(m[3]), " "), " + ") {
			weight, ratio, _ := strings.Cut(term, "·")
			sum.Add(sum, new(big.Rat).Mul(number(weight), number(ratio)))
		}
		if m[2] != "" {
			sum.Mul(sum, big.NewRat(100, 1))
		}
		if got := report.Decimal(sum.Quo(sum, number(m[4]))); got != m[1] {
			t.Errorf("%q adds up to %s", m[0], got)
		}
	}
	// Two for the total; one for each of the 13 sections with terms, and the
	// upper ends of D1, D9 and S2.
	if len(formulas) != 18 {
		t.Errorf("%d formulas, want 18", len(formulas))
	}
}

func TestLongListsAreCutAndSaySo(t *testing.T) {
	x := report.Examine(rule.Rule{ID: "r", Title: "t", Section: rule.Tests, Severity: rule.Minor, Ratio: true})
	for i := range 25 {
		x.Fail(report.Finding{Position: report.Position{File: "a.go", Line: i + 1}, Message: fmt.Sprintf("defect number %d", i)})
	}
	r := report.Build(report.Report{}, []report.Criterion{x.Criterion("none")}, report.Gates{})
	short, long := render(t, r, Options{}), render(t, r, Options{Verbose: true})
	if n := strings.Count(short, "defect number"); n != 10 || !strings.Contains(short, "… and 15 more; --verbose lists them all") {
		t.Errorf("%d of 25 findings shown, want 10 and the number of the rest:\n%s", n, short)
	}
	if n := strings.Count(long, "defect number"); n != 25 || strings.Contains(long, "more; --verbose") {
		t.Errorf("--verbose shows %d of 25 findings", n)
	}
}

// Text of the audited repository must not reach the terminal as control codes.
func TestControlCodesAreDefused(t *testing.T) {
	x := report.Examine(rule.Rule{ID: "r", Title: "t", Section: rule.Tests, Severity: rule.Minor})
	x.Fail(report.Finding{Position: report.Position{File: "a\x1b]0;title\x07.go"}, Message: "red \x1b[31m, back \x08\x08, \u202eright to left, two\nlines"})
	out := render(t, report.Build(report.Report{Module: "m\x1b[2J"}, []report.Criterion{x.Criterion("none")}, report.Gates{}), Options{})
	for _, r := range out {
		if r != '\n' && (r < ' ' || r == 0x7f || r == 0x202e) {
			t.Fatalf("control character %U in\n%q", r, out)
		}
	}
	if !strings.Contains(out, "two lines") {
		t.Error("a line break in a message must become a blank")
	}
}

func TestLastLine(t *testing.T) {
	for _, tt := range []struct {
		r    *report.Report
		want string
	}{
		{sample.Report(), "✗ FAIL  score 69.0  exit 1: does not conform"},
		{sample.Conforming(), "✓ PASS  score 100.0  exit 0: conforms"},
		{report.Build(report.Report{}, nil, report.Gates{}), "? UNDECIDED  score 0.0 (up to 100.0)  exit 4: what is inconclusive would decide a gate"},
	} {
		lines := strings.Split(strings.TrimRight(render(t, tt.r, Options{}), "\n"), "\n")
		if got := lines[len(lines)-1]; got != tt.want {
			t.Errorf("last line %q, want %q", got, tt.want)
		}
	}
}
