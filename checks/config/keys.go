package config

import (
	_ "embed"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

//go:embed schema.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of the file.
func Schema() []byte { return slices.Clone(schema) }

// Key is one key of the file.
type Key struct {
	Name string
	// Value is what the file sets, on one line, or what holds without it.
	Value string
	// Line is where the file sets it, from 1; 0 where it does not.
	Line int
}

// Keys lists every key that the file may have, in the order of the documentation.
func (c *Config) Keys() []Key {
	base := "found from routes and document"
	if c.BasePath != nil {
		base = *c.BasePath
	}
	keys := []Key{
		{Name: "spec", Value: orElse(strings.Join(c.Spec, ", "), "discovered")},
		{Name: "base-path", Value: base},
		{Name: "migrations", Value: orElse(c.Migrations, "discovered")},
		{Name: "exclude", Value: counted(len(c.Exclude), "entry", "entries")},
		{Name: "licences", Value: orElse(strings.Join(c.Licences, ", "), "see dependency-licence-forbidden")},
		{Name: "routes", Value: counted(len(c.Routes), "route", "routes")},
		{Name: "routes-file", Value: orElse(c.RoutesFile, "none")},
	}
	for i := range keys {
		keys[i].Line = c.line(keys[i].Name, -1)
	}
	return keys
}

func orElse(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

func counted(n int, one, many string) string {
	switch n {
	case 0:
		return "none"
	case 1:
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// At puts file and line of a key's entry in front of an error; entries count from
// 0.
func (c *Config) At(key string, entry int, err error) error {
	name := filepath.Base(c.Path)
	if line := c.line(key, entry); line > 0 {
		return fmt.Errorf("%s:%d: %w", name, line, err)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// line is where the key stands, or an entry of its list; 0 where neither does.
func (c *Config) line(key string, entry int) int {
	if c.tree == nil || len(c.tree.Content) == 0 {
		return 0
	}
	top := c.tree.Content[0]
	for i := 0; i+1 < len(top.Content); i += 2 {
		if top.Content[i].Value != key {
			continue
		}
		list := top.Content[i+1]
		if list.Kind == yaml.SequenceNode && entry >= 0 && entry < len(list.Content) {
			return list.Content[entry].Line
		}
		return top.Content[i].Line
	}
	return 0
}
