// Package config reads .conformance.yaml: what a repository knows about itself
// and the audit cannot find out, and which findings it accepts and why.
package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// FileName is looked for from the module's folder up to the repository root.
const FileName = ".conformance.yaml"

// Config is the file's content. Flags win over it.
type Config struct {
	// Spec lists documents to judge, relative to the file.
	Spec []string `yaml:"spec"`
	// BasePath is where the API is mounted.
	BasePath *string `yaml:"base-path"`
	// Migrations is the folder of migrations, relative to the file.
	Migrations string `yaml:"migrations"`
	// Exclude accepts findings; each entry needs a reason.
	Exclude []Exclude `yaml:"exclude"`
	// Licences are those that linked modules may have, by the names that the rule
	// dependency-licence-forbidden gives them; nil for its own set.
	Licences []string `yaml:"licences"`
	// Routes declares what static truth cannot reach.
	Routes []Route `yaml:"routes"`
	// RoutesFile names a JSON list of routes, as a test can write it through the
	// router's own walker; relative to the file.
	RoutesFile string `yaml:"routes-file"`

	// Path is the file's own, empty where there is none; Dir is its folder.
	Path, Dir string `yaml:"-"`

	// tree is the parsed text, for the lines of keys; nil for an empty file.
	tree *yaml.Node
}

// Exclude accepts the findings of some rules in some paths.
type Exclude struct {
	Rules []string `yaml:"rules"`
	// Paths are globs relative to the repository root; ** spans folders.
	Paths  []string `yaml:"paths"`
	Reason string   `yaml:"reason"`
	// Expires is the last day (YYYY-MM-DD) on which the entry holds, compared with
	// the date of the audited commit.
	Expires string `yaml:"expires"`
}

// Route is a declared route.
type Route struct {
	Method string `yaml:"method" json:"method"`
	Path   string `yaml:"path" json:"path"`
	// Handler is shown; it is not looked up.
	Handler string `yaml:"handler" json:"handler"`
}

// Find looks for the file from dir up to root. It is no error if there is none.
func Find(dir, root string) (*Config, error) {
	for d := dir; ; d = filepath.Dir(d) {
		file := filepath.Join(d, FileName)
		if _, err := os.Stat(file); err == nil {
			return Read(file)
		}
		if d == root || filepath.Dir(d) == d {
			return &Config{}, nil
		}
	}
}

// Read reads one file. Unknown keys are errors, with their line.
func Read(file string) (*Config, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	c := &Config{Path: file, Dir: filepath.Dir(file)}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(c); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:%s", filepath.Base(file), describe(err))
	}
	if err := one(dec); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(file), err)
	}
	var tree yaml.Node
	if err := yaml.Unmarshal(data, &tree); err == nil {
		c.tree = &tree
	}
	if err := c.readRoutes(); err != nil {
		return nil, c.At("routes-file", -1, err)
	}
	return c, c.validate()
}

var (
	unknownField = regexp.MustCompile(`line (\d+): field (\S+) not found in type \S+`)
	lineMessage  = regexp.MustCompile(`line (\d+): (.*)`)
)

// one refuses a second document in the file, which would be read by nobody.
func one(dec *yaml.Decoder) error {
	var more any
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return errors.New("there is a second document in it; only one is read")
	}
	return nil
}

// describe turns the decoder's error into "N: what is wrong", with the line.
func describe(err error) string {
	msg := strings.Join(strings.Fields(err.Error()), " ")
	if g := unknownField.FindStringSubmatch(msg); g != nil {
		return fmt.Sprintf("%s: unknown key %q; known are spec, base-path, migrations, exclude, licences, routes, routes-file", g[1], g[2])
	}
	if g := lineMessage.FindStringSubmatch(msg); g != nil {
		return fmt.Sprintf("%s: %s", g[1], g[2])
	}
	return " " + msg
}

func (c *Config) readRoutes() error {
	if c.RoutesFile == "" {
		return nil
	}
	file := filepath.Join(c.Dir, filepath.FromSlash(c.RoutesFile))
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read routes-file: %w", err)
	}
	var more []Route
	if err := json.Unmarshal(data, &more); err != nil {
		return fmt.Errorf("routes-file %s: want a JSON list of {method, path, handler}: %w", c.RoutesFile, err)
	}
	c.Routes = append(c.Routes, more...)
	return nil
}

func (c *Config) validate() error {
	for i, e := range c.Exclude {
		if err := e.validate(); err != nil {
			return c.At("exclude", i, fmt.Errorf("exclude entry %d %w", i+1, err))
		}
	}
	for i, r := range c.Routes {
		if r.Method == "" || !strings.HasPrefix(r.Path, "/") {
			return c.At("routes", i, fmt.Errorf("route %d needs a method and a path that starts with /", i+1))
		}
	}
	return nil
}

func (e Exclude) validate() error {
	switch {
	case strings.TrimSpace(e.Reason) == "":
		return errors.New("has no reason; say why these findings are accepted")
	case len(e.Rules) == 0:
		return errors.New("names no rule")
	}
	for _, glob := range slices.Concat(e.Rules, e.Paths) {
		if _, err := path.Match(glob, ""); err != nil {
			return fmt.Errorf("has a pattern %q that is none", glob)
		}
	}
	if _, err := time.Parse(time.DateOnly, e.Expires); err != nil && e.Expires != "" {
		return fmt.Errorf("expires %q, which is not a date like 2027-01-31", e.Expires)
	}
	return nil
}

// Accepts reports whether the entry covers a finding of the rule in the file.
func (e Exclude) Accepts(ruleID, file string) bool {
	return matchAny(e.Rules, ruleID) && (len(e.Paths) == 0 || matchAny(e.Paths, file))
}

// ExpiredAt reports whether the entry no longer holds on the given day.
func (e Exclude) ExpiredAt(day time.Time) bool {
	last, err := time.Parse(time.DateOnly, e.Expires)
	return err == nil && day.After(last)
}

func matchAny(globs []string, s string) bool {
	for _, g := range globs {
		if matchGlob(g, s) {
			return true
		}
	}
	return false
}

// matchGlob is path.Match with ** for any number of folders.
func matchGlob(glob, s string) bool {
	before, after, found := strings.Cut(glob, "**")
	if !found {
		ok, err := path.Match(glob, s)
		return err == nil && ok
	}
	if !strings.HasPrefix(s, before) {
		return false
	}
	rest := strings.TrimPrefix(after, "/")
	tail := s[len(before):]
	for {
		if rest == "" || matchGlob(rest, tail) {
			return true
		}
		_, next, more := strings.Cut(tail, "/")
		if !more {
			return false
		}
		tail = next
	}
}
