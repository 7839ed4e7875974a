package ledger

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/backend-conformance/conformance/checks/migrations/schema"
	"github.com/backend-conformance/conformance/checks/sql"
)

func (l *Ledger) createTable(st sql.Statement, c *cursor) {
	exists := c.conditional()
	name := c.name()
	if name == "" {
		l.unsure("the name of the table at line %d is not understood", c.line)
		return
	}
	if l.tables[name] != nil {
		l.present("", name, exists, "table %s is created, but is there already", name)
		return
	}
	t := &Table{Name: name, triggers: map[string]string{}, comments: map[string]string{}, File: c.file, Line: c.line}
	l.tables[name], l.known[name] = t, true
	if !c.peek().IsSymbol("(") {
		t.opaque = true // AS SELECT, PARTITION OF, LIKE, USING module
		return
	}
	for _, item := range sql.Items(c.group()) {
		inner := &cursor{ledger: l, tokens: item, file: c.file, line: item[0].Line}
		if inner.peek().Is("LIKE") {
			t.opaque = true
			continue
		}
		l.element(t, inner)
	}
	if c.skip("INHERITS") || c.skip("AS") || slices.ContainsFunc(c.tokens[min(c.at, len(c.tokens)):], func(t sql.Token) bool { return t.Is("SELECT") }) {
		t.opaque = true
	}
}

// element books one item of a table's definition: a column or a constraint.
func (l *Ledger) element(t *Table, c *cursor) {
	if l.tableConstraint(t, c) {
		return
	}
	l.addColumn(t, c)
}

// tableConstraint books a constraint or MySQL's inline index; false where the
// item is a column.
func (l *Ledger) tableConstraint(t *Table, c *cursor) bool {
	start := c.at
	name := ""
	if c.skip("CONSTRAINT") {
		if !c.peek().Is("PRIMARY") && !c.peek().Is("UNIQUE") && !c.peek().Is("FOREIGN") && !c.peek().Is("CHECK") {
			name = c.identifier()
		}
	}
	k := Constraint{Name: name, File: c.file, Line: c.line}
	switch {
	case c.skip("PRIMARY", "KEY"):
		c.skipAny("CLUSTERED", "NONCLUSTERED")
		if c.skip("USING", "INDEX") {
			l.adoptIndex(t, "primary key", c.identifier(), name)
			return true
		}
		c.usingMethod()
		k.Kind, k.Columns = "primary key", c.columns()
		t.setNotNull(k.Columns)
	case c.skip("UNIQUE"):
		if c.skip("USING", "INDEX") {
			l.adoptIndex(t, "unique constraint", c.identifier(), name)
			return true
		}
		c.skipAny("KEY", "INDEX", "CLUSTERED", "NONCLUSTERED")
		c.skip("NULLS", "NOT", "DISTINCT")
		if !c.peek().IsSymbol("(") {
			k.Name = c.identifier()
		}
		c.usingMethod()
		k.Kind, k.Columns = "unique constraint", c.columns()
	case c.skip("FOREIGN", "KEY"):
		if !c.peek().IsSymbol("(") {
			k.Name = c.identifier()
		}
		k.Kind, k.Columns = "foreign key", c.columns()
		l.references(&k, c)
	case c.skip("CHECK"):
		k.Kind = "check"
		k.definition = expression(c.group())
	case c.skip("EXCLUDE"):
		k.Kind, k.definition = "exclusion constraint", c.rest()
	case l.dialect != sql.SQLite && name == "" && (c.peek().Is("KEY") || c.peek().Is("INDEX") || c.peek().Is("FULLTEXT") || c.peek().Is("SPATIAL")) && l.inlineIndex(t, c):
		return true
	default:
		c.at = start
		return false
	}
	l.addConstraint(t, k)
	return true
}

func (c *cursor) usingMethod() {
	if c.skip("USING") {
		c.identifier()
	}
}

// inlineIndex is MySQL's KEY name (columns); false where KEY is a column's name.
func (l *Ledger) inlineIndex(t *Table, c *cursor) bool {
	start := c.at
	kind := ""
	if c.peek().Is("FULLTEXT") || c.peek().Is("SPATIAL") {
		kind = " " + strings.ToLower(c.peek().Text)
		c.at++
	}
	c.skipAny("KEY", "INDEX")
	c.conditional()
	i := Index{definition: kind}
	if !c.peek().IsSymbol("(") {
		i.Name = c.identifier()
	}
	c.usingMethod()
	if !c.peek().IsSymbol("(") {
		c.at = start
		return false
	}
	i.Columns = c.columns()
	if i.Name == "" && len(i.Columns) > 0 {
		i.Name = i.Columns[0]
	}
	t.Indexes = append(t.Indexes, i)
	return true
}

func (l *Ledger) references(k *Constraint, c *cursor) {
	if !c.skip("REFERENCES") {
		return
	}
	k.References = c.name()
	var to []string
	if c.peek().IsSymbol("(") {
		to = c.columns()
	} else {
		to = c.ledger.primaryKey(k.References)
	}
	actions := c.actions()
	k.definition = strings.TrimSpace("(" + strings.Join(to, ", ") + ") " + actions)
}

// primaryKey is the key that a reference without columns means.
func (l *Ledger) primaryKey(table string) []string {
	if t := l.tables[table]; t != nil {
		for _, k := range t.Constraints {
			if k.Kind == "primary key" {
				return k.Columns
			}
		}
	}
	return nil
}

// actions are what follows REFERENCES; those that are the default are left out.
func (c *cursor) actions() string {
	var words []string
	for !c.done() {
		switch {
		case c.skip("ON"):
			event := strings.ToLower(c.peek().Text)
			c.at++
			action := ""
			switch {
			case c.skip("NO", "ACTION"), c.ledger.dialect == sql.MySQL && c.skip("RESTRICT"):
				continue
			case c.skip("SET", "NULL"):
				action = "set null"
			case c.skip("SET", "DEFAULT"):
				action = "set default"
			default:
				action = strings.ToLower(c.peek().Text)
				c.at++
			}
			words = append(words, "on "+event+" "+action)
		case c.skip("NOT", "DEFERRABLE"), c.skip("INITIALLY", "IMMEDIATE"), c.skip("MATCH", "SIMPLE"):
		case c.skip("DEFERRABLE"):
			words = append(words, "deferrable")
		case c.skip("INITIALLY", "DEFERRED"):
			words = append(words, "initially deferred")
		case c.skip("NOT", "VALID"):
			words = append(words, "not valid")
		default:
			slices.Sort(words)
			return strings.Join(words, " ")
		}
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

// addColumn books a column with the constraints that stand beside it.
func (l *Ledger) addColumn(t *Table, c *cursor) {
	col := Column{Name: c.identifier()}
	if col.Name == "" {
		l.unsure("a column of %s at line %d is not understood", t.Name, c.line)
		return
	}
	if t.column(col.Name) != nil {
		l.present(t.Name, col.Name, false, "column %s of %s is added, but is there already", col.Name, t.Name)
		return
	}
	col.Type = c.typeName()
	if l.serial(t, &col) {
		col.NotNull = true
	}
	t.Columns = append(t.Columns, col)
	name := ""
	for !c.done() {
		col := t.column(col.Name)
		k := Constraint{Name: name, Columns: []string{col.Name}, File: c.file, Line: c.line}
		switch {
		case c.skip("CONSTRAINT"):
			name = c.identifier()
			continue
		case c.skip("NOT", "NULL"):
			col.NotNull = true
		case c.skip("NULL"), c.skip("VISIBLE"):
		case c.skip("DEFAULT"):
			col.Default = c.defaultValue()
		case c.skip("PRIMARY", "KEY"):
			c.skipAny("ASC", "DESC")
			k.Kind, col.NotNull = "primary key", true
			l.addConstraint(t, k)
		case c.skip("UNIQUE"):
			c.skip("KEY")
			k.Kind = "unique constraint"
			l.addConstraint(t, k)
		case c.skip("KEY"):
			k.Kind, col.NotNull = "primary key", true
			l.addConstraint(t, k)
		case c.peek().Is("REFERENCES"):
			k.Kind = "foreign key"
			l.references(&k, c)
			l.addConstraint(t, k)
		case c.skip("CHECK"):
			k.Kind, k.definition = "check", expression(c.group())
			l.addConstraint(t, k)
		case c.skip("COLLATE"):
			col.extra += " collate " + c.name()
		case c.skip("AUTO_INCREMENT"), c.skip("AUTOINCREMENT"):
			col.extra += " autoincrement"
		case c.skip("COMMENT"):
			col.extra += " comment " + c.peek().Text
			c.at++
		case c.skip("ON", "UPDATE"):
			col.extra += " on update " + c.defaultValue()
		case c.skip("FIRST"):
		case c.skip("AFTER"):
			c.identifier()
		case c.skip("CHARACTER", "SET"), c.skip("CHARSET"):
			c.identifier()
		case c.peek().Is("GENERATED"), c.peek().Is("AS"):
			col.extra += " " + c.rest()
		default:
			col.extra += " " + c.rest()
		}
		name = ""
	}
}

// serial turns PostgreSQL's serial types into what they stand for.
func (l *Ledger) serial(t *Table, col *Column) bool {
	if l.dialect == sql.MySQL || l.dialect == sql.SQLite {
		return false
	}
	plain := map[string]string{"serial": "integer", "serial4": "integer", "bigserial": "bigint", "serial8": "bigint", "smallserial": "smallint"}[col.Type]
	if plain == "" {
		return false
	}
	sequence := objectName(t.Name, col.Name, "seq")
	for n := 1; l.hasSequence(sequence); n++ {
		sequence = objectName(t.Name, col.Name, fmt.Sprintf("seq%d", n))
	}
	l.sequences[sequence] = t.Name + "." + col.Name
	l.serials[sequence] = plain
	col.Type, col.Default = plain, "nextval ( "+sequence+" )"
	return true
}

func (l *Ledger) hasSequence(name string) bool {
	_, own := l.sequences[name]
	_, object := l.objects[schema.Object{Kind: "sequence", Name: name}]
	return own || object
}

// dropSequences removes what belongs to a column, or with "table." to all of a table.
func (l *Ledger) dropSequences(owner string) {
	for name, of := range l.sequences {
		if of == owner || strings.HasSuffix(owner, ".") && strings.HasPrefix(of, owner) {
			delete(l.sequences, name)
			delete(l.serials, name)
			delete(l.objects, schema.Object{Kind: "sequence", Name: name})
		}
	}
}

// moveSequences follows the new name of a table or a column.
func (l *Ledger) moveSequences(from, to string) {
	for name, of := range l.sequences {
		if of == from || strings.HasSuffix(from, ".") && strings.HasPrefix(of, from) {
			l.sequences[name] = to + strings.TrimPrefix(of, from)
		}
	}
}

func (t *Table) column(name string) *Column {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i]
		}
	}
	return nil
}

func (t *Table) setNotNull(columns []string) {
	for _, name := range columns {
		if c := t.column(name); c != nil {
			c.NotNull = true
		}
	}
}

// addConstraint gives the constraint the name that the database would.
func (l *Ledger) addConstraint(t *Table, k Constraint) {
	if k.Name == "" {
		k.Name = l.automaticName(t, k)
	}
	if l.dialect == sql.Postgres && (slices.ContainsFunc(t.Constraints, func(o Constraint) bool { return o.Name == k.Name }) || k.hasIndex() && l.hasIndex(k.Name, t)) {
		l.present(t.Name, k.Name, false, "constraint %s of %s is added, but is there already", k.Name, t.Name)
		return
	}
	t.Constraints = append(t.Constraints, k)
}

// automaticName follows PostgreSQL (ChooseConstraintName) and MySQL. SQLite
// keeps constraints without a name; they are told apart by what they say.
func (l *Ledger) automaticName(t *Table, k Constraint) string {
	switch l.dialect {
	case sql.SQLite:
		if k.Kind == "check" {
			return k.definition
		}
		return "(" + strings.Join(k.Columns, ", ") + ")"
	case sql.MySQL:
		switch {
		case k.Kind == "primary key":
			return "primary"
		case k.Kind == "unique constraint" && len(k.Columns) > 0:
			return k.Columns[0]
		}
		return k.Kind + " (" + strings.Join(k.Columns, ", ") + ")" + k.definition
	}
	label := map[string]string{"primary key": "pkey", "unique constraint": "key", "foreign key": "fkey", "check": "check", "exclusion constraint": "excl"}[k.Kind]
	columns := strings.Join(k.Columns, "_")
	switch {
	case k.Kind == "primary key":
		columns = ""
	case k.Kind == "check" && len(k.Columns) == 0:
		columns = t.onlyColumn(k.definition)
	}
	return l.free(t, columns, label)
}

// onlyColumn is the one column that a condition names; empty for none or several.
func (t *Table) onlyColumn(condition string) string {
	only := ""
	for _, c := range t.Columns {
		if !mentions(condition, c.Name) {
			continue
		}
		if only != "" {
			return ""
		}
		only = c.Name
	}
	return only
}

// free adds a number where the name is taken: by a relation or a constraint
// of any table of the same schema.
func (l *Ledger) free(t *Table, columns, label string) string {
	in, table := splitName(t.Name)
	for n := 0; ; n++ {
		tail := label
		if n > 0 {
			tail += strconv.Itoa(n)
		}
		if name := objectName(table, columns, tail); !l.taken(in, name, false) || n > 99 {
			return name
		}
	}
}

// taken reports whether a table, an index or a sequence has the name, or a
// constraint: those that have an index only, where relations are asked for.
func (l *Ledger) taken(in, name string, relations bool) bool {
	if in == "" && (l.tables[name] != nil || l.hasSequence(name)) || in != "" && l.tables[in+"."+name] != nil {
		return true
	}
	for _, t := range l.tables {
		if other, _ := splitName(t.Name); other != in {
			continue
		}
		if slices.ContainsFunc(t.Indexes, func(i Index) bool { return i.Name == name }) ||
			slices.ContainsFunc(t.Constraints, func(c Constraint) bool { return c.Name == name && (!relations || c.hasIndex()) }) {
			return true
		}
	}
	return false
}

// splitName takes the schema off a name; empty is the default one.
func splitName(name string) (in, bare string) {
	i := strings.LastIndexByte(name, '.')
	return name[:max(i, 0)], name[i+1:]
}

// hasIndex reports a constraint that PostgreSQL keeps by an index of its name.
func (c Constraint) hasIndex() bool {
	return c.Kind == "primary key" || c.Kind == "unique constraint" || c.Kind == "exclusion constraint"
}

// maxName is PostgreSQL's limit on names, in bytes.
const maxName = 63

// objectName cuts the longer of the two parts until the name fits, as
// PostgreSQL's makeObjectName does.
func objectName(table, columns, label string) string {
	room := maxName - len(label) - 1
	if columns != "" {
		room--
	}
	for len(table)+len(columns) > room {
		if len(table) > len(columns) {
			table = table[:len(table)-1]
		} else {
			columns = columns[:len(columns)-1]
		}
	}
	if columns == "" {
		return table + "_" + label
	}
	return table + "_" + columns + "_" + label
}
