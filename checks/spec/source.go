package spec

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/backend-conformance/conformance/report"
)

// What a document may cost. Real ones stay far below: the largest public
// documents have 10 MB, 60 levels and references of a handful of steps.
const (
	maxFileSize   = 10 << 20
	maxNesting    = 1000
	maxNodes      = 2_000_000 // after aliases are expanded
	maxRefChain   = 500
	maxFiles      = 500 // one document may be spread over
	maxRefSchemas = 300_000
)

// ReadError says why a document could not be read at all, with the place.
type ReadError struct {
	Problem
	// Refused documents may well be valid, but are more than is read here: of
	// another version, a template, or beyond a limit.
	Refused bool
}

// Error is "file:line: message".
func (e *ReadError) Error() string { return e.Problem.String() }

// source is one file as a tree of nodes. Every format is read into YAML nodes,
// so that positions are known everywhere.
type source struct {
	path string
	// docs are the roots of its documents: one, but for multi-document YAML.
	docs []*yaml.Node
	// duplicates are keys that stand twice in one mapping.
	duplicates []Problem
	// indexes are of large mappings, see place.lookup.
	indexes map[*yaml.Node]map[string]field
}

func (s *source) at(line, column int) report.Position {
	return report.Position{File: s.path, Line: line, Column: column}
}

// readSource reads and parses one file; errors are *ReadError.
func readSource(files fs.FS, name string) (*source, error) {
	fail := func(line int, format string, args ...any) (*source, error) {
		return nil, &ReadError{Problem: Problem{report.Position{File: name, Line: line}, fmt.Sprintf(format, args...)}}
	}
	refuse := func(line int, message string) (*source, error) {
		return nil, &ReadError{Problem{report.Position{File: name, Line: line}, message}, true}
	}
	data, err := readLimited(files, name)
	if err != nil {
		return refuse(0, err.Error())
	}
	data, line := toUTF8(data)
	if line > 0 {
		return fail(line, "not UTF-8 text; save the document as UTF-8")
	}
	if separators(data) > maxSeparators {
		return refuse(0, fmt.Sprintf("has more than %d nodes; split the document", maxNodes))
	}
	s := &source{path: name}
	if err := s.parse(data); err != nil {
		var syntax *syntaxError
		if !errors.As(err, &syntax) {
			return fail(0, "%v", err)
		}
		if at := templateLine(data); at > 0 {
			return refuse(at, "is a template ({{ ... }}), which cannot be read; render it and name the result with --spec")
		}
		return fail(syntax.line, "%s", syntax.message)
	}
	if len(s.docs) == 0 {
		return fail(0, "is empty; write the OpenAPI document or remove the file")
	}
	for _, root := range s.docs {
		w := treeWalk{source: s, done: map[*yaml.Node]extent{}, open: map[*yaml.Node]bool{}}
		if _, err := w.measure(root, 0); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// maxSeparators bounds the nodes that a file can have before a parser spends a
// few hundred bytes of memory on each.
const maxSeparators = 3_000_000

// separators counts the bytes that can begin or end a node.
func separators(data []byte) int {
	n := 0
	for _, b := range data {
		switch b {
		case '\n', ',', ':', '-', '[', '{', '?':
			n++
		}
	}
	return n
}

// readLimited reads a regular file of at most maxFileSize.
func readLimited(files fs.FS, name string) ([]byte, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, fmt.Errorf("cannot be opened: %s", reason(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("cannot be opened: %s", reason(err))
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("is not a regular file")
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %s", reason(err))
	}
	if len(data) > maxFileSize {
		return nil, fmt.Errorf("is larger than %d MB; split the document", maxFileSize>>20)
	}
	return data, nil
}

// reason strips operation and path from a file error; the path is told anyway.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return err.Error()
}

// toUTF8 drops a byte order mark and turns UTF-16 into UTF-8. badLine is the
// line of the first byte that is no text, 0 where all is well.
func toUTF8(data []byte) (text []byte, badLine int) {
	if rest, ok := bytes.CutPrefix(data, []byte("\xef\xbb\xbf")); ok {
		data = rest
	}
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		order = binary.BigEndian
	}
	if order != nil {
		units := make([]uint16, 0, len(data)/2)
		for i := 2; i+1 < len(data); i += 2 {
			units = append(units, order.Uint16(data[i:]))
		}
		data = []byte(string(utf16.Decode(units)))
	}
	if utf8.Valid(data) {
		return data, 0
	}
	valid := 0
	for valid < len(data) {
		r, size := utf8.DecodeRune(data[valid:])
		if r == utf8.RuneError && size <= 1 {
			break
		}
		valid += size
	}
	return nil, 1 + bytes.Count(data[:valid], []byte("\n"))
}

// templateLine is the first line that a template engine would fill in, 0 where
// there is none.
func templateLine(data []byte) int {
	at := bytes.Index(data, []byte("{{"))
	if at < 0 || !bytes.Contains(data[at:], []byte("}}")) {
		return 0
	}
	return 1 + bytes.Count(data[:at], []byte("\n"))
}

type syntaxError struct {
	line    int
	message string
}

func (e *syntaxError) Error() string { return e.message }

// parse reads JSON as JSON, since YAML does not know all its escapes, and
// everything else (commented JSON and flow mappings too) as YAML.
func (s *source) parse(data []byte) error {
	var jsonErr error
	if trimmed := bytes.TrimLeft(data, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '{' {
		root, err := parseJSON(data)
		if err == nil {
			s.docs = []*yaml.Node{root}
			return nil
		}
		jsonErr = err
	}
	err := s.parseYAML(data)
	if err != nil && jsonErr != nil && path.Ext(s.path) == ".json" {
		return jsonErr
	}
	return err
}

func (s *source) parseYAML(data []byte) error {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var doc yaml.Node
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return yamlSyntax(err)
		}
		if len(doc.Content) == 1 && doc.Content[0].ShortTag() != "!!null" {
			s.docs = append(s.docs, doc.Content[0])
		}
		if len(s.docs) > maxFiles {
			return &syntaxError{doc.Line, fmt.Sprintf("holds more than %d YAML documents; split the file", maxFiles)}
		}
	}
}

// yamlSyntax turns the library's error into one line with a place.
func yamlSyntax(err error) error {
	var le *yaml.LoadError
	if !errors.As(err, &le) {
		return &syntaxError{0, "is not valid YAML: " + oneLine(err.Error())}
	}
	message := le.Message
	if le.ContextMsg != "" {
		message = le.ContextMsg + ": " + message
	}
	return &syntaxError{le.Mark.Line, "is not valid YAML: " + oneLine(message)}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// treeWalk measures a tree with its aliases expanded and refuses what no
// reader should follow; it also notes duplicate keys. After it, following
// aliases is safe.
type treeWalk struct {
	source *source
	done   map[*yaml.Node]extent // of nodes that aliases point to
	open   map[*yaml.Node]bool
}

// extent is how large a node is.
type extent struct{ nodes, height int }

func (w *treeWalk) fail(n *yaml.Node, format string, args ...any) error {
	return &ReadError{Problem{w.source.at(n.Line, n.Column), fmt.Sprintf(format, args...)}, true}
}

func (w *treeWalk) tooDeep(n *yaml.Node) error {
	return w.fail(n, "is nested more than %d levels deep; name the inner parts and refer to them", maxNesting)
}

func (w *treeWalk) measure(n *yaml.Node, depth int) (extent, error) {
	if depth > maxNesting {
		return extent{}, w.tooDeep(n)
	}
	if n.Kind == yaml.AliasNode {
		return w.measureAlias(n, depth)
	}
	if n.Anchor != "" {
		w.open[n] = true
		defer delete(w.open, n)
	}
	if n.Kind == yaml.MappingNode {
		w.noteDuplicates(n)
	}
	total := extent{nodes: 1}
	for _, child := range n.Content {
		e, err := w.measure(child, depth+1)
		if err != nil {
			return extent{}, err
		}
		total.height = max(total.height, e.height+1)
		if total.nodes += e.nodes; total.nodes > maxNodes {
			return extent{}, w.fail(n, "has more than %d nodes once its aliases are expanded; use $ref instead of aliases", maxNodes)
		}
	}
	if n.Anchor != "" {
		w.done[n] = total
	}
	return total, nil
}

// measureAlias relies on anchors standing before their aliases.
func (w *treeWalk) measureAlias(n *yaml.Node, depth int) (extent, error) {
	e, ok := w.done[n.Alias]
	if !ok || w.open[n.Alias] {
		return extent{}, w.fail(n, "alias *%s contains itself; use $ref for recursion", n.Value)
	}
	if depth+e.height > maxNesting {
		return extent{}, w.tooDeep(n)
	}
	return e, nil
}

// noteDuplicates keeps reading a document whose keys stand twice: the first
// one counts, as the fields accessor does, and the second is a problem.
func (w *treeWalk) noteDuplicates(n *yaml.Node) {
	first := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode || key.ShortTag() == "!!merge" {
			continue
		}
		if line, ok := first[key.Value]; ok {
			w.source.duplicates = append(w.source.duplicates, Problem{w.source.at(key.Line, key.Column),
				fmt.Sprintf("key %q stands twice in one mapping, first in line %d; remove or rename one", key.Value, line)})
			continue
		}
		first[key.Value] = key.Line
	}
}
