package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"

	"go.yaml.in/yaml/v4"
)

// jsonReader turns JSON into YAML nodes with positions.
type jsonReader struct {
	data []byte
	dec  *json.Decoder
	// lines are the offsets at which lines begin.
	lines []int
}

// parseJSON reads one JSON value; duplicate keys are kept, as YAML nodes keep them.
func parseJSON(data []byte) (*yaml.Node, error) {
	r := &jsonReader{data: data, dec: json.NewDecoder(bytes.NewReader(data)), lines: []int{0}}
	r.dec.UseNumber()
	for i, b := range data {
		if b == '\n' {
			r.lines = append(r.lines, i+1)
		}
	}
	root, err := r.value(0)
	if err == nil {
		if _, end := r.dec.Token(); !errors.Is(end, io.EOF) {
			err = errors.New("something follows the closing brace")
		}
	}
	if err != nil {
		return nil, r.syntax(err)
	}
	return root, nil
}

func (r *jsonReader) syntax(err error) error {
	offset := int(r.dec.InputOffset())
	var se *json.SyntaxError
	if errors.As(err, &se) {
		offset = int(se.Offset)
	}
	message := err.Error()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		offset, message = len(bytes.TrimRight(r.data, " \t\r\n")), "ends before it is complete"
	}
	line, _ := r.position(offset)
	return &syntaxError{line, "is not valid JSON: " + oneLine(message)}
}

// position counts line and column from 1; columns are bytes.
func (r *jsonReader) position(offset int) (line, column int) {
	line = sort.SearchInts(r.lines, offset+1)
	return line, offset - r.lines[line-1] + 1
}

// next reads a token and makes a node at the place where the token begins.
func (r *jsonReader) next() (json.Token, *yaml.Node, error) {
	start := int(r.dec.InputOffset())
	for start < len(r.data) && bytes.IndexByte([]byte(" \t\r\n,:"), r.data[start]) >= 0 {
		start++
	}
	token, err := r.dec.Token()
	if err != nil {
		return nil, nil, err
	}
	n := &yaml.Node{}
	n.Line, n.Column = r.position(start)
	return token, n, nil
}

func (r *jsonReader) value(depth int) (*yaml.Node, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("nested more than %d levels deep; name the inner parts and refer to them", maxNesting)
	}
	token, n, err := r.next()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		return n, r.fill(n, t, depth)
	case string:
		setScalar(n, "!!str", t)
		n.Style = yaml.DoubleQuotedStyle
	case json.Number:
		tag := "!!int"
		if bytes.ContainsAny([]byte(t), ".eE") {
			tag = "!!float"
		}
		setScalar(n, tag, t.String())
	case bool:
		setScalar(n, "!!bool", fmt.Sprint(t))
	default:
		setScalar(n, "!!null", "null")
	}
	return n, nil
}

func setScalar(n *yaml.Node, tag, value string) {
	n.Kind, n.Tag, n.Value = yaml.ScalarNode, tag, value
}

// fill reads the members of an object or array up to its closing delimiter.
func (r *jsonReader) fill(n *yaml.Node, open json.Delim, depth int) error {
	n.Kind, n.Tag, n.Style = yaml.SequenceNode, "!!seq", yaml.FlowStyle
	if open == '{' {
		n.Kind, n.Tag = yaml.MappingNode, "!!map"
	}
	for r.dec.More() {
		child, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.Content = append(n.Content, child)
	}
	_, err := r.dec.Token()
	return err
}
