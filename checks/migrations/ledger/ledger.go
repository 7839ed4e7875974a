// Package ledger keeps the books of a schema by reading scripts: what stands
// after each, without a database. What it does not understand it says, so that
// nobody takes a guess for a finding.
package ledger

import (
	"maps"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/migrations/schema"
	"github.com/backend-conformance/conformance/checks/sql"
)

// Ledger is the schema after the scripts that were applied.
type Ledger struct {
	dialect sql.Dialect
	tables  map[string]*Table
	objects map[schema.Object]string
	// sequences maps those that belong to a column to "table.column"; they fall
	// with it.
	sequences map[string]string
	// known holds every name that was ever booked.
	known map[string]bool
	// temps are tables and the like that end with the session.
	temps map[string]bool
	// harmless are functions that are known not to change the schema.
	harmless map[string]bool
	// serials maps the sequences of serial columns to their type.
	serials map[string]string
	// earlier is what previous versions may have touched without its being in the
	// books, now what this one may have.
	earlier, now blur
	// What follows is about the script that is being entered.
	current []sql.Token
	doubt   string
	// back says that it is a way back, whose failure is a finding; failure is why
	// the database would refuse it.
	back    bool
	failure string
	// guarded statements run only where what they make is not there yet, or what
	// they drop is.
	guarded bool
}

// Table is a table with what belongs to it.
type Table struct {
	Name        string
	Columns     []Column
	Constraints []Constraint
	Indexes     []Index
	triggers    map[string]string
	comments    map[string]string
	// opaque tables were made from a query or another table: their columns are
	// not known.
	opaque bool
	// Line and File are where the table was created.
	File string
	Line int
}

// Column is a column of a table.
type Column struct {
	Name, Type string
	NotNull    bool
	Default    string
	// extra is what else defines it: generated, collation, identity.
	extra string
}

// Constraint is a constraint; Kind is "primary key", "unique constraint",
// "foreign key", "check" or "exclusion constraint".
type Constraint struct {
	Kind, Name string
	Columns    []string
	// References is the table that a foreign key points to.
	References string
	definition string
	File       string
	Line       int
}

// Index is an index that no constraint made.
type Index struct {
	Name    string
	Columns []string
	Unique  bool
	// partial indexes cover some rows only.
	partial    bool
	definition string
}

// New is an empty ledger.
func New(d sql.Dialect) *Ledger {
	return &Ledger{dialect: d, tables: map[string]*Table{}, objects: map[schema.Object]string{}, sequences: map[string]string{}, known: map[string]bool{},
		temps: map[string]bool{}, harmless: map[string]bool{}, serials: map[string]string{}, earlier: blur{names: map[string]bool{}}, now: blur{names: map[string]bool{}}}
}

// Clone copies the ledger, so that a way back can be tried out.
func (l *Ledger) Clone() *Ledger {
	c := New(l.dialect)
	c.sequences, c.serials = cloneMap(l.sequences), cloneMap(l.serials)
	c.earlier.add(l.earlier)
	c.now.add(l.now)
	maps.Copy(c.known, l.known)
	maps.Copy(c.temps, l.temps)
	maps.Copy(c.harmless, l.harmless)
	for name, t := range l.tables {
		c.tables[name] = t.clone()
	}
	for o, d := range l.objects {
		c.objects[o] = d
	}
	return c
}

func (t *Table) clone() *Table {
	c := *t
	c.Columns, c.Constraints, c.Indexes = slices.Clone(t.Columns), slices.Clone(t.Constraints), slices.Clone(t.Indexes)
	for i := range c.Constraints {
		c.Constraints[i].Columns = slices.Clone(c.Constraints[i].Columns)
	}
	for i := range c.Indexes {
		c.Indexes[i].Columns = slices.Clone(c.Indexes[i].Columns)
	}
	c.triggers, c.comments = cloneMap(t.triggers), cloneMap(t.comments)
	return &c
}

func cloneMap(m map[string]string) map[string]string {
	c := map[string]string{}
	for k, v := range m {
		c[k] = v
	}
	return c
}

// Tables are the tables by name.
func (l *Ledger) Tables() []*Table {
	var ts []*Table
	for _, t := range l.tables {
		ts = append(ts, t)
	}
	slices.SortFunc(ts, func(a, b *Table) int { return strings.Compare(a.Name, b.Name) })
	return ts
}

// TableNames are the tables in no order.
func (l *Ledger) TableNames() []string { return slices.Collect(maps.Keys(l.tables)) }

// Opaque tables have columns that are not known.
func (t *Table) Opaque() bool { return t.opaque }

// Partial reports whether the index covers some rows only.
func (i Index) Partial() bool { return i.partial }

// factsBeside are the ledger's content for comparison with another, without
// the tables that are the same there.
func (l *Ledger) factsBeside(other *Ledger) schema.Schema {
	s := schema.Schema{}
	for o, d := range l.objects {
		s.Set(o, d)
	}
	for name, t := range l.tables {
		if !t.same(other.tables[name]) {
			t.facts(s)
		}
	}
	for sequence, kind := range l.serials {
		if other.serials[sequence] == kind && other.sequences[sequence] == l.sequences[sequence] {
			continue
		}
		owner := l.sequences[sequence]
		s.Set(schema.Object{Kind: "type of sequence", Name: sequence, Owner: owner[:max(strings.LastIndexByte(owner, '.'), 0)]}, kind)
	}
	return s
}

// same reports whether nothing differs between two tables that the facts show.
func (t *Table) same(o *Table) bool {
	return o != nil && slices.Equal(t.Columns, o.Columns) && maps.Equal(t.triggers, o.triggers) && maps.Equal(t.comments, o.comments) &&
		slices.EqualFunc(t.Constraints, o.Constraints, func(a, b Constraint) bool {
			return a.Kind == b.Kind && a.Name == b.Name && a.References == b.References && a.definition == b.definition && slices.Equal(a.Columns, b.Columns)
		}) &&
		slices.EqualFunc(t.Indexes, o.Indexes, func(a, b Index) bool {
			return a.Name == b.Name && a.Unique == b.Unique && a.definition == b.definition && slices.Equal(a.Columns, b.Columns)
		})
}

func (t *Table) facts(s schema.Schema) {
	s.Set(schema.Object{Kind: "table", Name: t.Name}, "")
	var order []string
	for _, c := range t.Columns {
		order = append(order, c.Name)
		s.Set(schema.Object{Kind: "column", Name: c.Name, Owner: t.Name}, c.text())
	}
	s.Set(schema.Object{Kind: schema.Order, Owner: t.Name}, strings.Join(order, ", "))
	for _, c := range t.Constraints {
		s.Set(schema.Object{Kind: c.Kind, Name: c.Name, Owner: t.Name}, c.text())
	}
	for _, i := range t.Indexes {
		s.Set(schema.Object{Kind: "index", Name: i.Name, Owner: t.Name}, i.text())
	}
	for name, d := range t.triggers {
		s.Set(schema.Object{Kind: "trigger", Name: name, Owner: t.Name}, d)
	}
	for on, d := range t.comments {
		s.Set(schema.Object{Kind: "comment", Name: on, Owner: t.Name}, d)
	}
}

func (c Column) text() string {
	text := c.Type
	if c.NotNull {
		text += " NOT NULL"
	}
	if c.Default != "" {
		text += " DEFAULT " + c.Default
	}
	return strings.TrimSpace(text + c.extra)
}

func (c Constraint) text() string {
	text := c.definition
	if c.References != "" {
		text = "to " + c.References + " " + text
	}
	return "(" + strings.Join(c.Columns, ", ") + ") " + text
}

func (i Index) text() string {
	unique := ""
	if i.Unique {
		unique = "unique "
	}
	return unique + "(" + strings.Join(i.Columns, ", ") + ")" + i.definition
}

// Apply enters a script. The doubt says what of it was not understood; empty
// where everything was.
func (l *Ledger) Apply(s sql.Script, file string) (doubt string) {
	l.doubt, l.current = "", nil
	switch {
	case len(s.Templates) > 0:
		l.unsure("a template is not SQL yet")
	case len(s.Problems) > 0:
		l.unsure("the script cannot be read to its end")
	}
	for _, st := range s.Statements {
		c := &cursor{ledger: l, tokens: st.Tokens, file: file, line: st.Line}
		if st.File != "" {
			c.file = st.File
		}
		l.current = st.Tokens
		l.enter(st, c)
		if l.failure != "" {
			break
		}
	}
	l.current = nil
	return l.doubt
}

// Comparison is what an up and its down together leave behind.
type Comparison struct {
	// Differences are certain, whatever the doubt; with Order only the order of
	// columns differs.
	Differences, Order []schema.Difference
	// Failure is why the database refuses the down; empty where it does not.
	Failure string
	// Doubt says what was not understood. Without differences or a failure it
	// means that nothing is decided.
	Doubt string
}

// Compare enters an up and tries its down out. The ledger itself keeps the up.
func (l *Ledger) Compare(up, down sql.Script, file string) Comparison {
	var c Comparison
	l.earlier.add(l.now)
	l.now = blur{names: map[string]bool{}}
	before := l.Clone()
	c.Doubt = l.Apply(up, file)
	back := l.Clone()
	back.back = true
	if d := back.Apply(down, file); c.Doubt == "" {
		c.Doubt = d
	}
	c.Failure = back.failure
	if c.Failure != "" {
		return c
	}
	c.Differences, c.Order = schema.Diff(before.factsBeside(back), back.factsBeside(before))
	c.Differences = slices.DeleteFunc(c.Differences, func(d schema.Difference) bool {
		if !back.now.covers(d.Owner, d.Name) {
			return false
		}
		if c.Doubt == "" {
			c.Doubt = d.Object.String() + " may have been touched by a statement that was not understood"
		}
		return true
	})
	return c
}
