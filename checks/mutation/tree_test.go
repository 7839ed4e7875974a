package mutation

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing/fstest"

	"go.yaml.in/yaml/v4"

	"github.com/backend-conformance/conformance/checks/spec"
)

// tree is a document as nodes, YAML and JSON alike.
type tree struct {
	root *yaml.Node
	// doc is the same as the model.
	doc *spec.Document
}

func (s *subject) readTree() (*tree, error) {
	root, err := s.readRoot()
	if err != nil {
		return nil, err
	}
	doc, err := spec.Parse(s.files, s.document)
	if err != nil {
		return nil, err
	}
	return &tree{root, doc}, nil
}

func (s *subject) readRoot() (*yaml.Node, error) {
	text, err := fs.ReadFile(s.files, s.document)
	if err != nil {
		return nil, err
	}
	var file yaml.Node
	if err := yaml.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("read %s: %w", s.document, err)
	}
	return file.Content[0], nil
}

// mutateDocument changes a fresh copy of the document and reads it.
func (s *subject) mutateDocument(change func(root *yaml.Node)) (*spec.Document, error) {
	root, err := s.readRoot()
	if err != nil {
		return nil, err
	}
	change(root)
	blockStyle(root)
	text, err := yaml.Marshal(root)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", s.document, err)
	}
	return spec.Parse(overlay{s.files, s.document, text}, s.document)
}

// blockStyle writes what was JSON as YAML, and keeps texts texts.
func blockStyle(n *yaml.Node) {
	n.Style &^= yaml.FlowStyle
	for _, c := range n.Content {
		blockStyle(c)
	}
}

// overlay is a file system in which one file has another text.
type overlay struct {
	fs.FS
	name string
	text []byte
}

// Open gives the changed file, or one of those below.
func (o overlay) Open(name string) (fs.File, error) {
	if path.Clean(name) == o.name {
		return fstest.MapFS{o.name: {Data: bytes.Clone(o.text)}}.Open(o.name)
	}
	return o.FS.Open(name)
}

// member is a value of a mapping; nil where there is none.
func member(n *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		if n == nil || n.Kind != yaml.MappingNode {
			return nil
		}
		var found *yaml.Node
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				found = n.Content[i+1]
			}
		}
		n = found
	}
	return n
}

// set gives a member of a mapping a value.
func set(n *yaml.Node, key string, value *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content[i+1] = value
			return
		}
	}
	n.Content = append(n.Content, text(key), value)
}

// drop removes a member of a mapping.
func drop(n *yaml.Node, key string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content = append(n.Content[:i], n.Content[i+2:]...)
			return
		}
	}
}

// rename gives a member of a mapping another name.
func rename(n *yaml.Node, key, name string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content[i] = text(name)
			return
		}
	}
}

func text(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Style: yaml.DoubleQuotedStyle}
}

// parsed is a node written as YAML.
func parsed(source string) *yaml.Node {
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(source), &n); err != nil {
		panic(err)
	}
	return n.Content[0]
}

// copied is a deep copy.
func copied(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = nil
	for _, child := range n.Content {
		c.Content = append(c.Content, copied(child))
	}
	return &c
}

// resolved follows references within the document.
func resolved(root, n *yaml.Node) *yaml.Node {
	for range 20 {
		ref := member(n, "$ref")
		if ref == nil {
			return n
		}
		pointer, ok := strings.CutPrefix(ref.Value, "#/")
		if !ok {
			return nil
		}
		at := root
		for _, part := range strings.Split(pointer, "/") {
			at = member(at, strings.NewReplacer("~1", "/", "~0", "~").Replace(part))
		}
		n = at
	}
	return nil
}

// own makes a member of a mapping a copy of its own, so that changing it
// changes this operation only.
func own(root, n *yaml.Node, key string) *yaml.Node {
	value := resolved(root, member(n, key))
	if value == nil {
		return nil
	}
	c := copied(value)
	set(n, key, c)
	return c
}

func operationNode(root *yaml.Node, op *spec.Operation) *yaml.Node {
	return member(root, "paths", op.Path, strings.ToLower(op.Method))
}

// isSwagger tells version 2.0.
func isSwagger(root *yaml.Node) bool { return member(root, "swagger") != nil }

// ownParameters gives the operation copies of all its parameters, those of the
// path included.
func ownParameters(root *yaml.Node, op *spec.Operation) *yaml.Node {
	node := operationNode(root, op)
	list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	seen := map[string]bool{}
	for _, holder := range []*yaml.Node{node, member(root, "paths", op.Path)} {
		params := member(holder, "parameters")
		if params == nil {
			continue
		}
		for _, p := range params.Content {
			if p = resolved(root, p); p == nil {
				continue
			}
			name, in := member(p, "name"), member(p, "in")
			if name == nil || in == nil || seen[in.Value+name.Value] {
				continue
			}
			seen[in.Value+name.Value] = true
			list.Content = append(list.Content, copied(p))
		}
	}
	// What the path declares would be merged in again under its old name.
	for _, method := range []string{"get", "put", "post", "delete", "patch", "head", "options"} {
		if other := member(root, "paths", op.Path, method); other != nil && other != node {
			set(other, "parameters", merged(root, other, member(root, "paths", op.Path)))
		}
	}
	drop(member(root, "paths", op.Path), "parameters")
	set(node, "parameters", list)
	return list
}

func merged(root, op, item *yaml.Node) *yaml.Node {
	list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, holder := range []*yaml.Node{op, item} {
		if params := member(holder, "parameters"); params != nil {
			for _, p := range params.Content {
				if r := resolved(root, p); r != nil {
					list.Content = append(list.Content, copied(r))
				}
			}
		}
	}
	return list
}

func parameterNode(list *yaml.Node, in, name string) *yaml.Node {
	for _, p := range list.Content {
		if member(p, "name").Value == name && member(p, "in").Value == in {
			return p
		}
	}
	return nil
}

// schemaHolder is the mapping whose member "schema" describes the JSON body of
// a request (status empty) or of an answer; copies of the operation's own.
func schemaHolder(root *yaml.Node, op *spec.Operation, status string) *yaml.Node {
	node := operationNode(root, op)
	if status == "" && isSwagger(root) {
		for _, p := range ownParameters(root, op).Content {
			if member(p, "in").Value == "body" {
				return p
			}
		}
		return nil
	}
	var holder *yaml.Node
	if status == "" {
		holder = own(root, node, "requestBody")
	} else {
		holder = own(root, member(node, "responses"), status)
	}
	if isSwagger(root) || holder == nil {
		return holder
	}
	content := member(holder, "content")
	if content == nil {
		return nil
	}
	for i := 0; i+1 < len(content.Content); i += 2 {
		if strings.Contains(content.Content[i].Value, "json") {
			return content.Content[i+1]
		}
	}
	return nil
}

// objectSchema is the object that a schema describes, behind arrays, with its
// allOf parts left where they are; a copy of the holder's own all the way.
func objectSchema(root, holder *yaml.Node) *yaml.Node {
	if holder == nil {
		return nil
	}
	s := own(root, holder, "schema")
	for range 3 {
		switch {
		case s == nil:
			return nil
		case member(s, "properties") != nil:
			own(root, s, "properties")
			return s
		case member(s, "items") != nil:
			s = own(root, s, "items")
		default:
			return nil
		}
	}
	return nil
}
