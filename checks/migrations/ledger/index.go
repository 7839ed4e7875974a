package ledger

import (
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/sql"
)

func (l *Ledger) createIndex(st sql.Statement, c *cursor) {
	c.skip("CONCURRENTLY")
	exists := c.conditional()
	i := Index{Unique: slices.ContainsFunc(st.Tokens[:min(4, len(st.Tokens))], func(t sql.Token) bool { return t.Is("UNIQUE") })}
	if !c.peek().Is("ON") {
		i.Name = c.identifier()
		if c.symbol(".") {
			i.Name = c.identifier()
		}
	}
	c.usingMethod()
	if !c.skip("ON") {
		l.unsure("the index at line %d is not understood", c.line)
		return
	}
	c.skip("ONLY")
	t := l.tables[c.name()]
	if t == nil {
		if !l.onView(i, c) {
			l.unsure("index %s is on a table that is not known", i.Name)
		}
		return
	}
	method := ""
	if c.skip("USING") {
		if method = c.identifier(); method == "btree" {
			method = ""
		}
	}
	i.Columns = c.columns()
	i.definition = c.indexEnd(method)
	i.partial = strings.Contains(i.definition, " where ")
	if i.Name == "" {
		i.Name = l.free(t, strings.Join(i.Columns, "_"), "idx")
	}
	if l.hasIndex(i.Name, t) {
		l.present(t.Name, i.Name, exists, "index %s of %s is created, but the name is taken", i.Name, t.Name)
		return
	}
	t.Indexes = append(t.Indexes, i)
}

// indexEnd is what follows an index's columns: INCLUDE, WITH, WHERE.
func (c *cursor) indexEnd(method string) string {
	words := []string{method}
	for !c.done() {
		if c.ledger.dialect == sql.MySQL && (c.skip("LOCK") || c.skip("ALGORITHM")) { // how to build it, not what it is
			c.symbol("=")
			c.at++
			continue
		}
		if c.skip("WHERE") {
			words = append(words, "where", expression(c.tokens[c.at:]))
			break
		}
		words = append(words, sql.Normal(c.tokens[c.at:c.at+1])...)
		c.at++
	}
	text := strings.TrimSpace(strings.Join(words, " "))
	if text != "" {
		text = " " + text
	}
	return text
}

// hasIndex: index names are the table's in MySQL and the schema's elsewhere; in
// PostgreSQL tables, sequences and the indexes of constraints share them.
func (l *Ledger) hasIndex(name string, t *Table) bool {
	if l.dialect == sql.Postgres {
		in, _ := splitName(t.Name)
		return l.taken(in, name, true)
	}
	for _, other := range l.tables {
		if (other == t || l.dialect != sql.MySQL) && slices.ContainsFunc(other.Indexes, func(i Index) bool { return i.Name == name }) {
			return true
		}
	}
	return false
}

// adoptIndex is ADD PRIMARY KEY USING INDEX: the index becomes the constraint's.
func (l *Ledger) adoptIndex(t *Table, kind, index, name string) {
	for _, i := range t.Indexes {
		if i.Name == index {
			t.dropIndex(index)
			if name == "" {
				name = index
			}
			l.addConstraint(t, Constraint{Kind: kind, Name: name, Columns: i.Columns})
			return
		}
	}
	l.unsure("index %s is not known", index)
}
