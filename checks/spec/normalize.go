package spec

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/backend-conformance/conformance/report"
)

// normalized is a file rewritten for the validating library: one member a
// line, so that the line it names leads back to the real place. Aliases and
// merge keys are expanded, duplicate keys dropped, values of a wrong type (which
// it refuses to load) left out, and broken references replaced: all of these
// have been reported before.
type normalized struct {
	text  bytes.Buffer
	lines []report.Position // of line i+1
	walk  *walker
}

func normalize(s *source, root place, w *walker) *normalized {
	n := &normalized{walk: w}
	n.lines = append(n.lines, root.pos())
	n.value(root)
	// The library reads what is not JSON as YAML, and only then knows lines.
	n.newline(place{})
	n.text.WriteString("# end\n")
	return n
}

func (n *normalized) newline(p place) {
	n.text.WriteByte('\n')
	n.lines = append(n.lines, p.pos())
}

// at is the real place of a line of the text.
func (n *normalized) at(line int) report.Position {
	if line < 1 || line > len(n.lines) {
		return report.Position{}
	}
	return n.lines[line-1]
}

func (n *normalized) value(p place) {
	if object, ok := n.walk.broken[p.target()]; ok {
		n.text.WriteString(standIn(object))
		return
	}
	switch {
	case p.isMap():
		n.mapping(p)
	case p.isList():
		n.list(p)
	case n.walk.textual[p.target()]:
		n.json(p.text())
	default:
		n.json(p.value())
	}
}

func (n *normalized) json(v any) {
	data, err := json.Marshal(v)
	if err != nil {
		data = []byte("null")
	}
	n.text.WriteString(strings.Map(printable, string(data)))
}

// printable replaces what JSON allows in a string and YAML does not.
func printable(r rune) rune {
	if r >= 0x7f && r <= 0x9f || r == 0xfeff || r == 0xfffe || r == 0xffff {
		return '?'
	}
	return r
}

func (n *normalized) mapping(p place) {
	n.text.WriteByte('{')
	first := true
	for _, f := range p.fields() {
		if n.walk.wrong[f.value.target()] {
			continue
		}
		if !first {
			n.text.WriteByte(',')
		}
		first = false
		n.newline(f.key)
		n.json(f.name)
		n.text.WriteString(": ")
		n.value(f.value)
	}
	n.text.WriteByte('}')
}

func (n *normalized) list(p place) {
	n.text.WriteByte('[')
	first := true
	for _, item := range p.items() {
		if n.walk.wrong[item.target()] {
			continue
		}
		if !first {
			n.text.WriteByte(',')
		}
		first = false
		n.newline(item)
		n.value(item)
	}
	n.text.WriteByte(']')
}

// standIn is a faultless object in place of a broken reference.
func standIn(object string) string {
	switch object {
	case "parameter":
		return `{"name": "unresolved", "in": "header", "schema": {}}`
	case "response":
		return `{"description": "unresolved"}`
	case "requestBody":
		return `{"content": {}}`
	case "header":
		return `{"schema": {}}`
	case "example":
		return `{"value": 1}`
	case "link":
		return `{"operationRef": "#/paths"}`
	case "securityScheme":
		return `{"type": "http", "scheme": "basic"}`
	}
	return "{}"
}
