package markdown

import (
	"fmt"
	"slices"
	"strings"
)

// document is text that is always written, and entries that compete for what
// the budget leaves. Order of writing and order of importance are apart.
type document struct {
	budget int
	parts  []part
}

// part is fixed text, or one entry of a list.
type part struct {
	text string
	// rank is an entry's importance, higher first; fixed text has none.
	rank  int
	entry bool
	// list groups entries; lead is the text of the first kept one's heading.
	list *list
}

// list is a group of entries, such as the findings of one rule.
type list struct {
	open, close string
	// noun counts what was left out.
	noun string
}

func (d *document) text(s string) { d.parts = append(d.parts, part{text: s}) }

func (d *document) textf(format string, args ...any) { d.text(fmt.Sprintf(format, args...)) }

func (d *document) entry(l *list, rank int, s string) {
	d.parts = append(d.parts, part{text: s, rank: rank, entry: true, list: l})
}

// omission is the line that says what a list leaves out; room for it is
// reserved for every list.
func omission(n int, noun string) string {
	return fmt.Sprintf("\n… %d of the %s left out to stay within the size limit, the least severe first.\n", n, noun)
}

// String writes everything that fits. Once an entry does not fit, nothing of
// its rank or below is added, so that a cut never hides the more severe.
func (d *document) String() string {
	kept := d.choose()
	var out strings.Builder
	for i := 0; i < len(d.parts); i++ {
		p := d.parts[i]
		if !p.entry {
			out.WriteString(p.text)
			continue
		}
		end := i
		for end < len(d.parts) && d.parts[end].list == p.list {
			end++
		}
		d.writeList(&out, p.list, d.parts[i:end], kept[i:end])
		i = end - 1
	}
	return out.String()
}

func (d *document) writeList(out *strings.Builder, l *list, parts []part, kept []bool) {
	dropped := 0
	out.WriteString(l.open)
	for i, p := range parts {
		if kept[i] {
			out.WriteString(p.text)
		} else {
			dropped++
		}
	}
	if dropped > 0 {
		out.WriteString(omission(dropped, l.noun))
	}
	out.WriteString(l.close)
}

// choose marks the entries that are written.
func (d *document) choose() []bool {
	kept := make([]bool, len(d.parts))
	left := d.budget
	var entries []int
	var last *list
	for i, p := range d.parts {
		if !p.entry {
			left -= len(p.text)
			continue
		}
		if p.list != last {
			last = p.list
			left -= len(p.list.open) + len(p.list.close) + len(omission(1_000_000, p.list.noun))
		}
		entries = append(entries, i)
	}
	slices.SortStableFunc(entries, func(a, b int) int { return d.parts[b].rank - d.parts[a].rank })
	for _, i := range entries {
		left -= len(d.parts[i].text)
		if left < 0 {
			break
		}
		kept[i] = true
	}
	return kept
}
