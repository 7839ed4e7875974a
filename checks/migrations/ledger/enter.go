package ledger

import (
	"regexp"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/migrations/schema"
	"github.com/backend-conformance/conformance/checks/sql"
)

// enter books one statement.
func (l *Ledger) enter(st sql.Statement, c *cursor) {
	switch effect := st.Effect(); effect {
	case sql.Nothing, sql.Data:
		return
	case sql.Opaque:
		if !l.harmlessCall(st.Tokens) && !(st.First() == "DO" && l.doBlock(st, c.file)) {
			l.unsure("what the statement at line %d does cannot be read", st.Line)
		}
		return
	}
	kind, next := st.Object()
	if st.First() == "CREATE" && (kind == "FUNCTION" || kind == "PROCEDURE") {
		l.lookInto(st, next)
	}
	if l.temporary(st, kind, next) {
		return
	}
	c.at = next
	switch first := st.First(); first {
	case "CREATE":
		l.create(kind, st, c)
	case "DROP":
		l.drop(kind, c)
	case "ALTER":
		l.alter(kind, c)
	case "COMMENT":
		l.comment(c)
	case "RENAME":
		l.renameTables(c)
	case "GRANT", "REVOKE":
	default:
		l.unsure("%s at line %d is not understood", first, st.Line)
	}
}

// lookInto notes a function whose body changes rows at most, so that a call of
// it does no more.
func (l *Ledger) lookInto(st sql.Statement, next int) {
	c := &cursor{ledger: l, tokens: st.Tokens, at: next}
	_, bare := splitName(c.name())
	body := ""
	for _, t := range st.Tokens {
		if t.Kind == sql.String && strings.HasPrefix(t.Text, "$") {
			body = t.Text
		}
	}
	l.harmless[bare] = body != "" && !mayChangeSchema.MatchString(body)
}

var mayChangeSchema = regexp.MustCompile(`(?i)\b(create|alter|drop|execute|call|perform|comment|rename)\b`)

// temporary reports a statement about something that ends with the session.
func (l *Ledger) temporary(st sql.Statement, kind string, next int) bool {
	isTemp := func(t sql.Token) bool { return t.Is("TEMP") || t.Is("TEMPORARY") }
	if st.First() == "CREATE" && slices.ContainsFunc(st.Tokens[:max(next, 0)], isTemp) {
		c := &cursor{ledger: l, tokens: st.Tokens, at: next}
		c.conditional()
		l.temps[c.name()] = true
		return true
	}
	for i := next; i < len(st.Tokens) && kind != ""; i++ {
		t := st.Tokens[i]
		if t.Name() == "pg_temp" {
			return true
		}
		if first := kind == "TABLE" || kind == "VIEW" || kind == "SEQUENCE"; l.temps[t.Name()] && (first || i > 0 && (st.Tokens[i-1].Is("ON") || st.Tokens[i-1].Is("ONLY"))) {
			return l.tables[t.Name()] == nil
		}
		if t.IsSymbol("(") {
			break
		}
	}
	return false
}

// harmlessCall reports a query whose functions do not change the schema.
func (l *Ledger) harmlessCall(tokens []sql.Token) bool {
	if !tokens[0].Is("SELECT") && !tokens[0].Is("PERFORM") {
		return tokens[0].Is("REFRESH")
	}
	for i := 0; i+1 < len(tokens); i++ {
		if tokens[i+1].IsSymbol("(") && tokens[i].Kind == sql.Word && !harmlessFunctions[strings.ToLower(tokens[i].Text)] && !l.harmless[tokens[i].Name()] {
			return false
		}
	}
	return true
}

var harmlessFunctions = map[string]bool{"setval": true, "set_config": true, "max": true, "min": true, "count": true, "coalesce": true, "nextval": true, "currval": true,
	"pg_get_serial_sequence": true, "select": true, "from": true, "pg_advisory_lock": true, "pg_advisory_unlock": true, "pg_advisory_xact_lock": true, "pg_sleep": true, "version": true, "now": true}

func (l *Ledger) create(kind string, st sql.Statement, c *cursor) {
	replace := slices.ContainsFunc(st.Tokens[:min(3, len(st.Tokens))], func(t sql.Token) bool { return t.Is("REPLACE") })
	switch kind {
	case "TABLE":
		l.createTable(st, c)
	case "INDEX":
		l.createIndex(st, c)
	case "TRIGGER":
		l.createTrigger(c, replace)
	case "POLICY", "RULE":
		l.unsure("%s is not understood", strings.ToLower(kind))
	case "DATABASE", "ROLE", "USER", "GROUP", "PUBLICATION", "SUBSCRIPTION", "STATISTICS", "TABLESPACE", "SERVER", "LANGUAGE":
	default:
		l.createObject(kind, st, c, replace)
	}
}

// createObject books what stands alone: views, types, functions, sequences.
func (l *Ledger) createObject(kind string, st sql.Statement, c *cursor, replace bool) {
	exists := c.conditional()
	at := c.at
	o := schema.Object{Kind: objectKind(kind, st), Name: c.name()}
	if after := c.at; callable(kind) {
		c.at = at
		o.Name = c.callableName()
		c.at = after
	}
	if o.Name == "" {
		l.unsure("the name of the %s at line %d is not understood", o.Kind, c.line)
		return
	}
	if _, there := l.objects[o]; there && !replace {
		if o.Kind == "operator" || o.Kind == "cast" {
			l.unsure("%s is created twice, or under two signatures", o)
			return
		}
		l.present("", o.Name, exists, "%s is created, but is there already", o)
		return
	}
	if kind == "SEQUENCE" {
		l.ownSequence(o.Name, c)
	}
	l.objects[o], l.known[o.Name] = c.rest(), true
}

// ownSequence looks for OWNED BY, which makes a sequence fall with a column.
func (l *Ledger) ownSequence(name string, c *cursor) {
	for i := c.at; i+2 < len(c.tokens); i++ {
		if c.tokens[i].Is("OWNED") && c.tokens[i+1].Is("BY") {
			owner := &cursor{ledger: l, tokens: c.tokens, at: i + 2}
			if of := owner.name(); of != "none" {
				l.sequences[name] = of
			}
		}
	}
}

// objectKind is the kind as a message says it.
func objectKind(kind string, st sql.Statement) string {
	if kind == "VIEW" && len(st.Tokens) > 1 && slices.ContainsFunc(st.Tokens[:min(4, len(st.Tokens))], func(t sql.Token) bool { return t.Is("MATERIALIZED") }) {
		return "materialized view"
	}
	return strings.ToLower(kind)
}

func (l *Ledger) drop(kind string, c *cursor) {
	switch kind {
	case "DATABASE", "ROLE", "USER", "GROUP", "PUBLICATION", "SUBSCRIPTION", "STATISTICS", "TABLESPACE", "SERVER", "LANGUAGE":
		return
	case "POLICY", "RULE", "OWNED":
		l.unsure("DROP %s is not understood", kind)
		return
	}
	c.skip("CONCURRENTLY")
	exists := c.conditional()
	for {
		name := c.nameOf(kind)
		if name == "" {
			l.unsure("DROP %s at line %d is not understood", kind, c.line)
			return
		}
		c.group() // an operator's arguments
		l.dropOne(kind, name, c, exists)
		if !c.symbol(",") {
			return
		}
		c.conditional()
	}
}

func (l *Ledger) dropOne(kind, name string, c *cursor, exists bool) {
	found := false
	switch kind {
	case "TABLE":
		found = l.dropTable(name)
	case "INDEX":
		found = l.dropIndex(name)
	case "TRIGGER":
		found = l.dropTrigger(name, c)
	case "FUNCTION", "PROCEDURE", "AGGREGATE", "ROUTINE":
		found = l.dropCallable(kind, name, c)
	default:
		for _, k := range []string{strings.ToLower(kind), "materialized view"} {
			o := schema.Object{Kind: k, Name: name}
			if _, there := l.objects[o]; there && (k == strings.ToLower(kind) || kind == "VIEW" && k == "materialized view") {
				delete(l.objects, o)
				delete(l.sequences, name)
				l.dropOwned(name)
				found = true
			}
		}
		if found && (kind == "TYPE" || kind == "DOMAIN" || kind == "EXTENSION" || kind == "SCHEMA") && slices.ContainsFunc(c.tokens, func(t sql.Token) bool { return t.Is("CASCADE") }) {
			l.cascade(kind, name)
		}
	}
	if found {
		return
	}
	if kind == "INDEX" || kind == "TRIGGER" { // they fall with their tables, which are in the books
		l.known[name] = true
	}
	l.absent("", name, exists, "%s %s is dropped, but is not there", strings.ToLower(kind), name)
}

// dropCallable drops a function, and with CASCADE the triggers that call it.
func (l *Ledger) dropCallable(kind, name string, c *cursor) bool {
	o, found := l.findCallable(kind, name)
	if !found {
		return false
	}
	delete(l.objects, o)
	if slices.ContainsFunc(c.tokens, func(t sql.Token) bool { return t.Is("CASCADE") }) {
		l.cascade("FUNCTION", bareCallable(o.Name))
	}
	return true
}

// dropOwned removes the indexes of a view.
func (l *Ledger) dropOwned(owner string) {
	for o := range l.objects {
		if o.Owner == owner {
			delete(l.objects, o)
		}
	}
}

// cascade follows DROP ... CASCADE as far as the books tell.
func (l *Ledger) cascade(kind, name string) {
	for _, t := range l.tables {
		if kind == "SCHEMA" && strings.HasPrefix(t.Name, name+".") {
			delete(l.tables, t.Name)
			continue
		}
		t.Columns = slices.DeleteFunc(t.Columns, func(c Column) bool { return c.Type == name && (kind == "TYPE" || kind == "DOMAIN") })
		for trigger, text := range t.triggers {
			if kind == "FUNCTION" && mentions(text, name) {
				delete(t.triggers, trigger)
			}
		}
	}
	if kind == "SCHEMA" || kind == "EXTENSION" {
		l.unsure("what falls with %s %s is not known", strings.ToLower(kind), name)
	}
}

func mentions(text, name string) bool {
	return slices.Contains(strings.Fields(text), name)
}

// dropTable removes a table, and the foreign keys and views that need it: a
// database refuses to drop it otherwise, unless told to cascade.
func (l *Ledger) dropTable(name string) bool {
	t := l.tables[name]
	if t == nil {
		return false
	}
	delete(l.tables, name)
	l.dropSequences(name + ".")
	for _, other := range l.tables {
		if l.dialect == sql.Postgres {
			other.Constraints = slices.DeleteFunc(other.Constraints, func(c Constraint) bool { return c.References == name })
		}
	}
	for o, text := range l.objects {
		if strings.HasSuffix(o.Kind, "view") && mentions(text, name) && l.dialect == sql.Postgres {
			delete(l.objects, o)
		}
	}
	return true
}

func (l *Ledger) dropIndex(name string) bool {
	for _, t := range l.tables {
		if t.dropIndex(name) {
			return true
		}
	}
	return false
}

func (t *Table) dropIndex(name string) bool {
	n := len(t.Indexes)
	t.Indexes = slices.DeleteFunc(t.Indexes, func(i Index) bool { return i.Name == name })
	return len(t.Indexes) < n
}

func (l *Ledger) createTrigger(c *cursor, replace bool) {
	exists := c.conditional()
	name := c.name()
	start := c.at
	for !c.done() && !c.skip("ON") {
		c.at++
	}
	t := l.tables[c.name()]
	if name == "" || t == nil {
		l.unsure("the table of trigger %s is not known", name)
		return
	}
	if _, there := t.triggers[name]; there && !replace {
		l.present(t.Name, name, exists, "trigger %s of %s is created, but is there already", name, t.Name)
		return
	}
	c.at = start
	t.triggers[name] = c.rest()
}

// dropTrigger: PostgreSQL names the table, the others do not.
func (l *Ledger) dropTrigger(name string, c *cursor) bool {
	table := ""
	if c.skip("ON") {
		table = c.name()
	}
	for _, t := range l.tables {
		if _, there := t.triggers[name]; there && (table == "" || table == t.Name) {
			delete(t.triggers, name)
			return true
		}
	}
	return false
}

// comment books COMMENT ON TABLE and COLUMN; others are left out.
func (l *Ledger) comment(c *cursor) {
	c.at = 1
	c.skip("ON")
	column := false
	switch {
	case c.skip("TABLE"):
	case c.skip("COLUMN"):
		column = true
	default:
		return
	}
	name, on := c.name(), ""
	if column {
		i := strings.LastIndexByte(name, '.')
		if i < 0 {
			return
		}
		name, on = name[:i], "on "+name[i+1:]
	}
	t := l.tables[name]
	if t == nil {
		return // a view's, or one of a table that is not in the books
	}
	c.skip("IS")
	if c.peek().Is("NULL") || c.peek().Text == "''" {
		delete(t.comments, on)
		return
	}
	t.comments[on] = c.rest()
}

// renameTables is MySQL's RENAME TABLE a TO b, c TO d.
func (l *Ledger) renameTables(c *cursor) {
	c.at = 1
	if !c.skip("TABLE") && !c.skip("TABLES") {
		l.unsure("RENAME at line %d is not understood", c.line)
		return
	}
	for {
		from := c.name()
		if !c.skip("TO") || !l.renameTable(from, c.name()) {
			l.absent("", from, false, "table %s is renamed, but is not there", from)
			return
		}
		if !c.symbol(",") {
			return
		}
	}
}

func (l *Ledger) renameTable(from, to string) bool {
	t := l.tables[from]
	if t == nil || to == "" || l.tables[to] != nil {
		return false
	}
	delete(l.tables, from)
	t.Name = to
	l.tables[to], l.known[to] = t, true
	l.moveSequences(from+".", to+".")
	for _, other := range l.tables {
		for i := range other.Constraints {
			if other.Constraints[i].References == from {
				other.Constraints[i].References = to
			}
		}
	}
	return true
}
