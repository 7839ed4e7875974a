package ledger

import (
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/migrations/schema"
	"github.com/backend-conformance/conformance/checks/sql"
)

func (l *Ledger) alter(kind string, c *cursor) {
	switch kind {
	case "TABLE":
		l.alterTable(c)
	case "INDEX":
		l.alterIndex(c)
	case "TYPE":
		l.alterType(c)
	case "DATABASE", "ROLE", "USER", "GROUP", "SYSTEM", "DEFAULT", "PUBLICATION", "SUBSCRIPTION":
	default:
		c.conditional()
		name := c.nameOf(kind)
		c.group()
		switch {
		case c.skip("OWNER", "TO"):
		case c.skip("OWNED", "BY"):
			if owner := c.name(); kind == "SEQUENCE" && owner != "none" {
				l.sequences[name] = owner
			}
		case kind == "SEQUENCE" && c.skip("AS"):
			l.retype(name, c)
		case c.skip("RENAME", "TO"):
			l.renameObject(strings.ToLower(kind), name, c.name())
		default:
			l.unsure("ALTER %s at line %d is not understood", kind, c.line)
		}
	}
}

func (l *Ledger) renameObject(kind, from, to string) {
	if o, there := l.findCallable(strings.ToUpper(kind), from); there && callable(strings.ToUpper(kind)) {
		l.objects[schema.Object{Kind: o.Kind, Name: to + strings.TrimPrefix(o.Name, bareCallable(o.Name))}] = l.objects[o]
		delete(l.objects, o)
		return
	}
	for _, k := range []string{kind, "materialized view"} {
		o := schema.Object{Kind: k, Name: from}
		if text, there := l.objects[o]; there {
			delete(l.objects, o)
			l.objects[schema.Object{Kind: k, Name: to}] = text
			return
		}
	}
	l.absent("", from, false, "%s %s is renamed, but is not there", kind, from)
}

// retype is ALTER SEQUENCE ... AS type.
func (l *Ledger) retype(name string, c *cursor) {
	if _, serial := l.serials[name]; serial {
		l.serials[name] = l.canonicalType(c.rest())
		return
	}
	o := schema.Object{Kind: "sequence", Name: name}
	if _, there := l.objects[o]; !there {
		l.absent("", name, false, "the type of sequence %s is changed, but is not there", name)
		return
	}
	l.objects[o] += " as " + c.rest()
}

// onView books an index on a materialized view, which falls with it.
func (l *Ledger) onView(i Index, c *cursor) bool {
	c.at--
	for o := range l.objects {
		if o.Kind == "materialized view" && o.Name == c.peek().Name() {
			l.objects[schema.Object{Kind: "index", Name: i.Name, Owner: o.Name}] = c.rest()
			return true
		}
	}
	return false
}

func (l *Ledger) alterIndex(c *cursor) {
	exists := c.conditional()
	from := c.name()
	if !c.skip("RENAME", "TO") {
		l.unsure("ALTER INDEX at line %d is not understood", c.line)
		return
	}
	to := c.identifier()
	for _, t := range l.tables {
		for i := range t.Indexes {
			if t.Indexes[i].Name == from {
				t.Indexes[i].Name = to
				return
			}
		}
		for i := range t.Constraints {
			if t.Constraints[i].Name == from {
				t.Constraints[i].Name = to
				return
			}
		}
	}
	l.known[from] = true
	l.absent("", from, exists, "index %s is renamed, but is not there", from)
}

func (l *Ledger) alterType(c *cursor) {
	name := c.name()
	o := schema.Object{Kind: "type", Name: name}
	text, known := l.objects[o]
	switch {
	case c.skip("OWNER", "TO"):
	case !known:
		l.absent("", name, false, "type %s is altered, but is not there", name)
	case c.skip("RENAME", "TO"):
		to := c.name()
		delete(l.objects, o)
		l.objects[schema.Object{Kind: "type", Name: to}] = text
		for _, t := range l.tables {
			for i := range t.Columns {
				if t.Columns[i].Type == name {
					t.Columns[i].Type = to
				}
			}
		}
	case c.skip("ADD", "VALUE"):
		c.conditional()
		value := c.peek().Text
		if !strings.Contains(text, value) {
			l.objects[o] = strings.TrimSuffix(text, ")") + ", " + value + " )"
		}
	case c.skip("RENAME", "VALUE") && c.at+2 < len(c.tokens):
		l.objects[o] = strings.Replace(text, c.tokens[c.at].Text, c.tokens[c.at+2].Text, 1)
	default:
		l.unsure("ALTER TYPE at line %d is not understood", c.line)
	}
}

func (l *Ledger) alterTable(c *cursor) {
	exists := c.conditional()
	c.skip("ONLY")
	name := c.name()
	t := l.tables[name]
	if t == nil {
		if _, view := l.objects[schema.Object{Kind: "view", Name: name}]; !view {
			l.absent("", name, exists, "table %s is altered, but is not there", name)
		}
		return
	}
	for _, item := range sql.Items(c.tokens[c.at:]) {
		l.action(t, &cursor{ledger: l, tokens: item, file: c.file, line: item[0].Line})
	}
}

// action books one comma-separated action of ALTER TABLE.
func (l *Ledger) action(t *Table, c *cursor) {
	switch {
	case c.skip("ADD"):
		l.add(t, c)
	case c.skip("DROP"):
		l.dropFrom(t, c)
	case c.skip("ALTER"):
		l.alterColumn(t, c)
	case c.skip("MODIFY"), c.skip("CHANGE"):
		l.redefine(t, c)
	case c.skip("RENAME"):
		l.rename(t, c)
	case c.skip("VALIDATE", "CONSTRAINT"):
		l.validate(t, c.identifier())
	case c.skip("OWNER", "TO"), c.skip("ENGINE"), c.skip("AUTO_INCREMENT"), c.skip("CONVERT", "TO"), c.skip("CHARACTER", "SET"), c.skip("COLLATE"), c.skip("DEFAULT"),
		c.skip("CLUSTER", "ON"), c.skip("ALGORITHM"), c.skip("LOCK"), c.skip("REPLICA", "IDENTITY"), c.skip("COMMENT"), c.skip("ROW_FORMAT"):
	default:
		l.unsure("ALTER TABLE %s at line %d is not understood", t.Name, c.line)
	}
}

func (l *Ledger) add(t *Table, c *cursor) {
	if l.tableConstraint(t, c) {
		return
	}
	c.skip("COLUMN")
	exists := c.conditional()
	if group := c.group(); group != nil { // MySQL: ADD (a int, b int)
		for _, item := range sql.Items(group) {
			l.element(t, &cursor{ledger: l, tokens: item, file: c.file, line: c.line})
		}
		return
	}
	if exists && t.column(c.peek().Name()) != nil {
		return
	}
	l.addColumn(t, c)
}

func (l *Ledger) dropFrom(t *Table, c *cursor) {
	switch {
	case c.skip("PRIMARY", "KEY"):
		t.Constraints = slices.DeleteFunc(t.Constraints, func(k Constraint) bool { return k.Kind == "primary key" })
	case c.skip("CONSTRAINT"), c.skip("FOREIGN", "KEY"), c.skip("CHECK"):
		exists := c.conditional()
		l.dropConstraint(t, c.identifier(), exists)
	case c.skip("INDEX"), c.skip("KEY"):
		name := c.identifier()
		if !t.dropIndex(name) {
			l.dropConstraint(t, name, false)
		}
	default:
		c.skip("COLUMN")
		exists := c.conditional()
		l.dropColumn(t, c.identifier(), exists)
	}
}

func (l *Ledger) dropConstraint(t *Table, name string, exists bool) {
	n := len(t.Constraints)
	t.Constraints = slices.DeleteFunc(t.Constraints, func(k Constraint) bool { return k.Name == name })
	if len(t.Constraints) < n {
		return
	}
	if t.opaque || l.dialect == sql.MySQL && !exists { // MySQL numbers foreign keys without a name
		l.unsure("constraint %s of %s is dropped, but what it was is not known", name, t.Name)
		return
	}
	l.absent(t.Name, name, exists, "constraint %s of %s is dropped, but is not there", name, t.Name)
}

// dropColumn takes the indexes and constraints along that need the column.
func (l *Ledger) dropColumn(t *Table, name string, exists bool) {
	n := len(t.Columns)
	t.Columns = slices.DeleteFunc(t.Columns, func(c Column) bool { return c.Name == name })
	if len(t.Columns) == n {
		if t.opaque {
			l.unsure("column %s of %s is dropped, but what it was is not known", name, t.Name)
			return
		}
		l.absent(t.Name, name, exists, "column %s of %s is dropped, but is not there", name, t.Name)
		return
	}
	uses := func(columns []string, text string) bool {
		return slices.ContainsFunc(columns, func(c string) bool { return c == name || mentions(c, name) }) || mentions(text, name)
	}
	t.Constraints = slices.DeleteFunc(t.Constraints, func(k Constraint) bool {
		return uses(k.Columns, map[bool]string{true: k.definition}[k.Kind == "check" || k.Kind == "exclusion constraint"])
	})
	t.Indexes = slices.DeleteFunc(t.Indexes, func(i Index) bool {
		if l.dialect == sql.MySQL && len(i.Columns) > 1 {
			return false
		}
		return uses(i.Columns, i.definition)
	})
	if l.dialect == sql.MySQL {
		for i := range t.Indexes {
			t.Indexes[i].Columns = slices.DeleteFunc(t.Indexes[i].Columns, func(c string) bool { return c == name })
		}
	}
	delete(t.comments, "on "+name)
	l.dropSequences(t.Name + "." + name)
}

// noColumn notes that a column which is not in the books is to be changed.
func (l *Ledger) noColumn(t *Table, name, how string) {
	if t.opaque {
		l.unsure("column %s of %s is %s, but what it was is not known", name, t.Name, how)
		return
	}
	l.absent(t.Name, name, false, "column %s of %s is %s, but is not there", name, t.Name, how)
}

func (l *Ledger) alterColumn(t *Table, c *cursor) {
	if c.skip("CONSTRAINT") || c.skip("INDEX") {
		l.unsure("ALTER TABLE %s ALTER at line %d is not understood", t.Name, c.line)
		return
	}
	c.skip("COLUMN")
	name := c.identifier()
	col := t.column(name)
	if col == nil {
		l.noColumn(t, name, "altered")
		return
	}
	switch {
	case c.skip("SET", "NOT", "NULL"):
		col.NotNull = true
	case c.skip("DROP", "NOT", "NULL"):
		col.NotNull = false
	case c.skip("SET", "DEFAULT"):
		col.Default = c.defaultValue()
	case c.skip("DROP", "DEFAULT"):
		col.Default = ""
	case c.skip("TYPE"), c.skip("SET", "DATA", "TYPE"):
		col.Type = c.typeName()
		col.extra = ""
		if c.skip("COLLATE") {
			col.extra = " collate " + c.name()
		}
	case c.skip("DROP", "IDENTITY"):
		col.extra = ""
	case c.skip("SET", "STATISTICS"), c.skip("SET", "STORAGE"):
	default:
		col.extra += " " + c.rest()
	}
}

// redefine is MySQL's MODIFY and CHANGE: the definition is written anew, and
// what it does not repeat is gone.
func (l *Ledger) redefine(t *Table, c *cursor) {
	change := c.at > 0 && c.tokens[c.at-1].Is("CHANGE")
	c.skip("COLUMN")
	c.conditional()
	from := c.peek().Name()
	if l.dialect == sql.MySQL {
		from = strings.ToLower(from)
	}
	old := t.column(from)
	if old == nil {
		l.noColumn(t, from, "redefined")
		return
	}
	if change {
		c.at++
	}
	keys := slices.Clone(t.Constraints)
	scratch := &Table{Name: t.Name}
	l.addColumn(scratch, c)
	if len(scratch.Columns) != 1 {
		return
	}
	*old = scratch.Columns[0]
	old.NotNull = old.NotNull || slices.ContainsFunc(keys, func(k Constraint) bool { return k.Kind == "primary key" && slices.Contains(k.Columns, from) })
	t.Constraints = append(keys, scratch.Constraints...)
	if old.Name != from {
		t.renameColumn(from, old.Name)
	}
}

func (l *Ledger) rename(t *Table, c *cursor) {
	switch {
	case c.skip("TO"), c.skip("AS"):
		if to := c.name(); !l.renameTable(t.Name, to) {
			l.unsure("table %s cannot be renamed to %s", t.Name, to)
		}
	case c.skip("CONSTRAINT"):
		from := c.identifier()
		c.skip("TO")
		to := c.identifier()
		for i := range t.Constraints {
			if t.Constraints[i].Name == from {
				t.Constraints[i].Name = to
				return
			}
		}
		l.absent(t.Name, from, false, "constraint %s of %s is renamed, but is not there", from, t.Name)
	case c.skip("INDEX"), c.skip("KEY"):
		from := c.identifier()
		c.skip("TO")
		for i := range t.Indexes {
			if t.Indexes[i].Name == from {
				t.Indexes[i].Name = c.identifier()
				return
			}
		}
		l.absent(t.Name, from, false, "index %s of %s is renamed, but is not there", from, t.Name)
	default:
		c.skip("COLUMN")
		from := c.identifier()
		c.skip("TO")
		to := c.identifier()
		if t.column(from) == nil || to == "" {
			l.noColumn(t, from, "renamed")
			return
		}
		t.column(from).Name = to
		t.renameColumn(from, to)
		l.moveSequences(t.Name+"."+from, t.Name+"."+to)
		for _, other := range l.tables {
			for i := range other.Constraints {
				if k := &other.Constraints[i]; k.References == t.Name {
					k.definition = renameWord(k.definition, from, to)
				}
			}
		}
	}
}

// renameColumn follows a new name through indexes and constraints.
func (t *Table) renameColumn(from, to string) {
	for i := range t.Constraints {
		k := &t.Constraints[i]
		for j := range k.Columns {
			if k.Columns[j] == from {
				k.Columns[j] = to
			}
		}
		if k.Kind == "check" {
			k.definition = renameWord(k.definition, from, to)
		}
		if strings.HasPrefix(k.Name, "(") { // named by its columns for want of a name
			k.Name = "(" + strings.Join(k.Columns, ", ") + ")"
		}
	}
	for i := range t.Indexes {
		x := &t.Indexes[i]
		for j := range x.Columns {
			x.Columns[j] = renameWord(x.Columns[j], from, to)
		}
		x.definition = renameWord(x.definition, from, to)
	}
	if text, there := t.comments["on "+from]; there {
		delete(t.comments, "on "+from)
		t.comments["on "+to] = text
	}
}

func renameWord(text, from, to string) string {
	if !strings.Contains(text, from) {
		return text
	}
	words := strings.Split(text, " ")
	for i, w := range words {
		bare := strings.Trim(w, "(),")
		if bare == from {
			words[i] = strings.Replace(w, from, to, 1)
		}
	}
	return strings.Join(words, " ")
}

func (l *Ledger) validate(t *Table, name string) {
	for i := range t.Constraints {
		if t.Constraints[i].Name == name {
			t.Constraints[i].definition = strings.Join(strings.Fields(strings.ReplaceAll(t.Constraints[i].definition, "not valid", "")), " ")
		}
	}
}
