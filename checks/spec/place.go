package spec

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/backend-conformance/conformance/report"
)

// place is a node together with the file it stands in, which is what relative
// references start from. The zero place is "not there"; every accessor takes it.
type place struct {
	source *source
	node   *yaml.Node
}

// field is one member of a mapping.
type field struct {
	name  string
	key   place
	value place
}

func (p place) ok() bool { return p.node != nil }

// target is the node itself, with aliases followed.
func (p place) target() *yaml.Node {
	n := p.node
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

func (p place) isMap() bool {
	n := p.target()
	return n != nil && n.Kind == yaml.MappingNode
}

func (p place) isList() bool {
	n := p.target()
	return n != nil && n.Kind == yaml.SequenceNode
}

func (p place) isScalar() bool {
	n := p.target()
	return n != nil && n.Kind == yaml.ScalarNode
}

// tag is the short YAML tag, such as !!str; empty for a missing node.
func (p place) tag() string {
	if n := p.target(); n != nil {
		return n.ShortTag()
	}
	return ""
}

func (p place) pos() report.Position {
	if p.node == nil {
		return report.Position{}
	}
	return p.source.at(p.node.Line, p.node.Column)
}

// fields are the members of a mapping in document order, those of merge keys
// last; of members with the same name the first counts.
func (p place) fields() []field {
	n := p.target()
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	fields := make([]field, 0, len(n.Content)/2)
	seen := make(map[string]bool, len(n.Content)/2)
	var merged []place
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], place{p.source, n.Content[i+1]}
		if key.ShortTag() == "!!merge" {
			merged = append(merged, value)
			continue
		}
		name := place{p.source, key}.text()
		if !seen[name] {
			seen[name] = true
			fields = append(fields, field{name, place{p.source, key}, value})
		}
	}
	for _, m := range merged {
		sources := []place{m}
		if m.isList() {
			sources = m.items()
		}
		for _, s := range sources {
			for _, f := range s.fields() {
				if !seen[f.name] {
					seen[f.name] = true
					fields = append(fields, f)
				}
			}
		}
	}
	return fields
}

// lookup finds a member by name. It is fields without the list, since most
// lookups miss.
func (p place) lookup(name string) (field, bool) {
	n := p.target()
	if n == nil || n.Kind != yaml.MappingNode {
		return field{}, false
	}
	if len(n.Content) > indexedFrom {
		f, ok := p.source.index(p)[name]
		return f, ok
	}
	merges := false
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.ShortTag() == "!!merge" {
			merges = true
		} else if (place{p.source, key}).text() == name {
			return field{name, place{p.source, key}, place{p.source, n.Content[i+1]}}, true
		}
	}
	if !merges {
		return field{}, false
	}
	for _, f := range p.fields() {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

// indexedFrom is the number of nodes from which a mapping is worth an index:
// references look names up among thousands of schemas.
const indexedFrom = 64

// index is the members of a large mapping by name.
func (s *source) index(p place) map[string]field {
	n := p.target()
	if known, ok := s.indexes[n]; ok {
		return known
	}
	index := map[string]field{}
	for _, f := range p.fields() {
		index[f.name] = f
	}
	if s.indexes == nil {
		s.indexes = map[*yaml.Node]map[string]field{}
	}
	s.indexes[n] = index
	return index
}

func (p place) get(name string) place {
	f, _ := p.lookup(name)
	return f.value
}

func (p place) has(name string) bool {
	_, ok := p.lookup(name)
	return ok
}

// text is a scalar as written; empty for anything else.
func (p place) text() string {
	n := p.target()
	if n == nil || n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" && n.Value != "null" {
		return ""
	}
	return n.Value
}

func (p place) str(name string) string { return p.get(name).text() }

func (p place) isTrue() bool { return p.tag() == "!!bool" && strings.EqualFold(p.text(), "true") }

func (p place) isFalse() bool { return p.tag() == "!!bool" && strings.EqualFold(p.text(), "false") }

func (p place) items() []place {
	n := p.target()
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	items := make([]place, len(n.Content))
	for i, c := range n.Content {
		items[i] = place{p.source, c}
	}
	return items
}

// texts are the scalars of a list, or the scalar itself.
func (p place) texts() []string {
	if p.isScalar() {
		return []string{p.text()}
	}
	var texts []string
	for _, item := range p.items() {
		if item.isScalar() {
			texts = append(texts, item.text())
		}
	}
	return texts
}

// number is a numeric scalar; nil for anything else.
func (p place) number() *float64 {
	if tag := p.tag(); tag != "!!int" && tag != "!!float" {
		return nil
	}
	v, err := strconv.ParseFloat(p.text(), 64)
	if err != nil {
		return nil
	}
	return &v
}

// count is an integer scalar; 1e3 and 10.0 count as such.
func (p place) count() *int64 {
	v := p.number()
	if v == nil || *v != float64(int64(*v)) {
		return nil
	}
	n := int64(*v)
	return &n
}

// value is the node as encoding/json would decode it with UseNumber. Dates are
// strings, as in JSON.
func (p place) value() any {
	switch {
	case p.isMap():
		m := map[string]any{}
		for _, f := range p.fields() {
			m[f.name] = f.value.value()
		}
		return m
	case p.isList():
		list := []any{}
		for _, item := range p.items() {
			list = append(list, item.value())
		}
		return list
	case p.isScalar():
		return p.scalar()
	}
	return nil
}

func (p place) scalar() any {
	text := p.text()
	switch p.tag() {
	case "!!null":
		return nil
	case "!!bool":
		return p.isTrue()
	case "!!int", "!!float":
		if n, ok := new(big.Int).SetString(text, 0); ok && !json.Valid([]byte(text)) { // 0x1F, 0o17, 1_000
			return json.Number(n.String())
		}
		f, err := strconv.ParseFloat(text, 64)
		switch {
		case err != nil || f-f != 0 || len(text) > 100: // nothing can compute with it
		case json.Valid([]byte(text)):
			return json.Number(text)
		default:
			return json.Number(strconv.FormatFloat(f, 'g', -1, 64))
		}
	}
	return text
}
