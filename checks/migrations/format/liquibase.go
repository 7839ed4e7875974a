package format

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/backend-conformance/conformance/checks/sql"
	"github.com/backend-conformance/conformance/report"
)

// liquibase is Liquibase: changesets known by author and id. In SQL each has
// its rollback written down; in YAML, JSON and XML most changes of the schema
// are taken back by themselves.
var liquibase = Tool{
	Name: "liquibase",
	Claims: func(d *Folder) Strength {
		if s := d.marked(liquibaseSQL); s > None {
			return s
		}
		if slices.ContainsFunc(d.Files, isChangelog) {
			return Marked
		}
		return None
	},
	Read: readLiquibase,
}

var (
	liquibaseSQL  = regexp.MustCompile(`(?i)\A\s*--\s*liquibase formatted sql`)
	changesetLine = regexp.MustCompile(`(?i)^\s*--\s*changeset\s+([^:\s]+|"[^"]*"):([^\s]+)(.*)$`)
	rollbackLine  = regexp.MustCompile(`(?i)^\s*--\s*rollback\b[ \t]?(.*)$`)
)

// isChangelog reports whether a file is a changelog in YAML, JSON or XML.
func isChangelog(f *File) bool {
	switch strings.ToLower(path.Ext(f.Name)) {
	case ".yaml", ".yml", ".json", ".xml":
		return strings.Contains(f.Text(), "databaseChangeLog")
	}
	return false
}

func readLiquibase(d *Folder) Set {
	var set Set
	taken := map[string]bool{}
	for _, f := range d.Files {
		var versions []Version
		var invalid []Defect
		switch {
		case hasSQLSuffix(f.Name) && liquibaseSQL.MatchString(f.Text()):
			versions = readFormattedSQL(f)
		case isChangelog(f):
			versions, invalid = readChangelog(f)
		}
		set.Invalid = append(set.Invalid, invalid...)
		for _, v := range versions {
			key := f.Path + " " + v.Title()
			if taken[key] {
				set.Order = append(set.Order, Defect{Position: v.Position(), Anchor: v.Title(),
					Message: fmt.Sprintf("changeset %s stands in %s twice; liquibase refuses to start: give one another id", v.Title(), f.Name)})
				continue
			}
			taken[key] = true
			set.Versions = append(set.Versions, v)
		}
	}
	return set // the order is that of the changelog that includes the files
}

// readFormattedSQL cuts a file at its changeset lines.
func readFormattedSQL(f *File) []Version {
	var versions []Version
	var up, down []string
	start := 0
	lines := strings.Split(f.Text(), "\n")
	finish := func() {
		if start == 0 {
			return
		}
		v := &versions[len(versions)-1]
		v.Up = &Part{Position: report.Position{File: f.Path, Line: start + 1}, Text: strings.Join(up, "\n")}
		if down != nil {
			v.Down = &Part{Position: report.Position{File: f.Path, Line: start + 1}, Text: strings.Join(down, "\n")}
		}
		up, down = nil, nil
	}
	for i, line := range lines {
		if m := changesetLine.FindStringSubmatch(line); m != nil {
			finish()
			start = i + 1
			versions = append(versions, Version{Number: m[2], Name: strings.Trim(m[1], `"`), Remedy: "add '--rollback SQL' to the changeset in " + f.Path})
			continue
		}
		if m := rollbackLine.FindStringSubmatch(line); m != nil && start > 0 {
			if down == nil { // keeps the line numbers of the rollback true
				down = make([]string, len(up))
			}
			down = append(down, explicitRollback(m[1]))
			up = append(up, "")
			continue
		}
		up = append(up, line)
	}
	finish()
	return versions
}

// explicitRollback turns "empty" and "not required", by which the author says
// that nothing has to be undone, into a comment that says so.
func explicitRollback(text string) string {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "empty", "not required":
		return "-- irreversible: the changeset says 'rollback " + strings.TrimSpace(text) + "'"
	}
	return text
}

// takenBack are the changes that liquibase undoes without being told how.
var takenBack = map[string]bool{
	"createTable": true, "addColumn": true, "createIndex": true, "addForeignKeyConstraint": true, "addPrimaryKey": true, "addUniqueConstraint": true,
	"addNotNullConstraint": true, "dropNotNullConstraint": true, "renameTable": true, "renameColumn": true, "renameView": true, "renameSequence": true, "createView": true,
	"createSequence": true, "addDefaultValue": true, "addLookupTable": true, "setTableRemarks": true, "setColumnRemarks": true, "addCheckConstraint": true,
}

// dataChanges change rows only.
var dataChanges = map[string]bool{"insert": true, "update": true, "delete": true, "loadData": true, "loadUpdateData": true, "mergeColumns": true, "tagDatabase": true}

// changeset is what a changelog says about one, in any of its three notations.
type changeset struct {
	id, author string
	changes    []string
	rollback   bool
	line       int
}

func readChangelog(f *File) ([]Version, []Defect) {
	var sets []changeset
	var err error
	if strings.EqualFold(path.Ext(f.Name), ".xml") {
		sets, err = xmlChangesets(f.Text())
	} else {
		sets, err = yamlChangesets(f.Text())
	}
	if err != nil {
		return nil, []Defect{defect(f, 1, "the changelog %s cannot be read: %v", f.Name, err)}
	}
	var versions []Version
	for _, c := range sets {
		versions = append(versions, c.version(f))
	}
	return versions, nil
}

// version says what the changeset does and whether liquibase can take it back.
func (c changeset) version(f *File) Version {
	at := report.Position{File: f.Path, Line: c.line}
	up := &Part{Position: at, Language: Other, Does: sql.Nothing}
	automatic := len(c.changes) > 0
	for _, change := range c.changes {
		effect := sql.Schema
		switch {
		case dataChanges[change]:
			effect = sql.Data
		case change == "sql" || change == "sqlFile" || change == "customChange":
			effect = sql.Opaque
		}
		up.Does = max(up.Does, effect)
		automatic = automatic && takenBack[change]
	}
	v := Version{Number: c.id, Name: c.author, Up: up, Remedy: "add a rollback to the changeset in " + f.Path}
	if c.rollback || automatic {
		v.Down = &Part{Position: at, Language: Other, Does: sql.Opaque}
	}
	return v
}

// yamlChangesets reads YAML, and JSON as its subset.
func yamlChangesets(text string) ([]changeset, error) {
	if !json.Valid([]byte(text)) && strings.Count(text, "*") > 10_000 {
		return nil, fmt.Errorf("it holds too many aliases")
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	var sets []changeset
	for _, entry := range items(entryOf(doc.Content[0], "databaseChangeLog")) {
		node := entryOf(entry, "changeSet")
		if node == nil {
			continue
		}
		c := changeset{line: node.Line, rollback: entryOf(node, "rollback") != nil}
		if id := entryOf(node, "id"); id != nil {
			c.id, c.line = id.Value, id.Line
		}
		if author := entryOf(node, "author"); author != nil {
			c.author = author.Value
		}
		for _, change := range items(entryOf(node, "changes")) {
			if change.Kind == yaml.MappingNode && len(change.Content) > 0 {
				c.changes = append(c.changes, change.Content[0].Value)
			}
		}
		sets = append(sets, c)
	}
	return sets, nil
}

// entryOf is the value of a mapping's key; nil where there is none.
func entryOf(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func items(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

func xmlChangesets(text string) ([]changeset, error) {
	dec := xml.NewDecoder(strings.NewReader(text))
	dec.Strict = false
	dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	var sets []changeset
	depth, inside := 0, 0
	for {
		line, _ := dec.InputPos()
		token, err := dec.Token()
		if err == io.EOF {
			return sets, nil
		}
		if err != nil {
			return nil, err
		}
		switch x := token.(type) {
		case xml.StartElement:
			depth++
			switch {
			case x.Name.Local == "changeSet":
				inside = depth
				sets = append(sets, changeset{id: attribute(x, "id"), author: attribute(x, "author"), line: line})
			case inside > 0 && depth == inside+1 && len(sets) > 0:
				c := &sets[len(sets)-1]
				switch x.Name.Local {
				case "rollback":
					c.rollback = true
				case "comment", "preConditions", "validCheckSum", "tagDatabase":
				default:
					c.changes = append(c.changes, x.Name.Local)
				}
			}
		case xml.EndElement:
			if depth == inside {
				inside = 0
			}
			depth--
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
