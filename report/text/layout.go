package text

import (
	"bufio"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fatih/color"
)

// style is how a piece of text looks; the zero value is plain.
type style int

const (
	plain style = iota
	bold
	faint
	good
	warn
	bad
	accent
)

// palette maps styles to colours; without colour every style is plain.
func palette(on bool) map[style]*color.Color {
	p := map[style]*color.Color{
		bold:   color.New(color.Bold),
		faint:  color.New(color.Faint),
		good:   color.New(color.FgGreen),
		warn:   color.New(color.FgYellow),
		bad:    color.New(color.FgRed, color.Bold),
		accent: color.New(color.FgCyan),
	}
	for _, c := range p {
		if on {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
	}
	return p
}

// span is text in one style. Widths are measured on spans, before colouring.
type span struct {
	text  string
	style style
}

func (s span) width() int { return utf8.RuneCountInString(s.text) }

// page collects lines of at most width columns where the text allows it.
type page struct {
	w       *bufio.Writer
	width   int
	palette map[style]*color.Color
}

func newPage(w io.Writer, width int, colored bool) *page {
	return &page{w: bufio.NewWriter(w), width: width, palette: palette(colored)}
}

// flush reports the first error of any write.
func (p *page) flush() error { return p.w.Flush() }

// line writes spans one after the other, without blanks at the end.
func (p *page) line(spans ...span) {
	for len(spans) > 0 && strings.TrimRight(spans[len(spans)-1].text, " ") == "" {
		spans = spans[:len(spans)-1]
	}
	for i, s := range spans {
		text := clean(s.text)
		if i == len(spans)-1 {
			text = strings.TrimRight(text, " ")
		}
		if c := p.palette[s.style]; c != nil && text != "" {
			text = c.Sprint(text)
		}
		p.w.WriteString(text)
	}
	p.w.WriteByte('\n')
}

// blank leaves one line empty.
func (p *page) blank() { p.w.WriteByte('\n') }

// heading opens a part of the report.
func (p *page) heading(title, remark string) {
	p.blank()
	remark = cut(remark, p.width-utf8.RuneCountInString(title)-4)
	rule := strings.Repeat("─", max(2, p.width-utf8.RuneCountInString(title)-utf8.RuneCountInString(remark)-2))
	p.line(span{title + " ", bold}, span{rule, faint}, span{" " + remark, faint})
}

// narrow is the least room for text beside its lead; with less, the text
// stands below, indented a little.
const (
	narrow      = 28
	belowIndent = 8
)

// wrapped writes lead, then text wrapped into what is left of the width; lines
// after the first are indented to where the text began.
func (p *page) wrapped(lead []span, text string, st style) {
	indent := 0
	for _, s := range lead {
		indent += s.width()
	}
	if room := p.width - indent; room < narrow && utf8.RuneCountInString(text) > room {
		p.line(lead...)
		indent = belowIndent
		lead = []span{{strings.Repeat(" ", indent), plain}}
	}
	for i, l := range wrap(clean(text), p.width-indent) {
		if i > 0 {
			lead = []span{{strings.Repeat(" ", indent), plain}}
		}
		p.line(append(append([]span(nil), lead...), span{l, st})...)
	}
}

// wrap breaks text at blanks; a word that is longer than width stays whole, so
// that paths and identifiers can be copied.
func wrap(text string, width int) []string {
	var lines []string
	line, used := "", 0
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		if used > 0 && used+1+n > width {
			lines = append(lines, line)
			line, used = "", 0
		}
		if used > 0 {
			line, used = line+" ", used+1
		}
		line, used = line+word, used+n
	}
	return append(lines, line)
}

// clean replaces what could move the cursor or recolour the terminal: text
// from the audited repository is data, never control.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' {
			return ' '
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return '\uFFFD'
		}
		return r
	}, s)
}

// pad fills text with blanks up to width columns.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

// padLeft fills blanks in front of text up to width columns.
func padLeft(s string, width int) string {
	return strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s))) + s
}

// cut shortens text to width columns at a word where that leaves enough of it.
func cut(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	short := string([]rune(s)[:width-2])
	if i := strings.LastIndex(short, " "); i > width/2 {
		short = short[:i]
	}
	return strings.TrimRight(short, " ") + " …"
}
