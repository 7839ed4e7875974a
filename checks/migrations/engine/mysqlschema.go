package engine

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/backend-conformance/conformance/checks/migrations/schema"
)

// systemDatabases are the server's own.
const systemDatabases = "('mysql', 'information_schema', 'performance_schema', 'sys')"

// scope limits a list to the databases that scripts may have filled: on our own
// server all of them, elsewhere the one that was named.
func (db *mysqlDB) scope(column string) string {
	if db.server == nil {
		return column + " = " + literal(db.database)
	}
	// A server of ours may serve several runs, one after the other.
	return column + " NOT IN " + systemDatabases + " AND (" + column + " NOT LIKE 'scratch%' OR " + column + " = " + literal(db.database) + ")"
}

// schema asks for the definition of everything in the server's own words. That
// of a table has one line for each column, key and constraint.
func (db *mysqlDB) schema(ctx context.Context) (schema.Schema, error) {
	if err := db.refresh(ctx); err != nil {
		return nil, err
	}
	if n := len(db.since); n > 0 && db.since[n-1] != "" {
		db.since = append(db.since, "")
	}
	s := schema.Schema{}
	tables, err := db.tables(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		if err := db.describe(ctx, s, t); err != nil {
			return nil, err
		}
		if len(s) > maxObjects {
			return nil, fmt.Errorf("the schema has more than %d objects", maxObjects)
		}
	}
	for _, q := range db.others() {
		rows, err := db.conn.Query(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("read the schema: %w", err)
		}
		for _, r := range rows {
			s.Set(schema.Object{Kind: r[0], Name: db.local(r[1], r[2]), Owner: db.local(r[1], r[3])}, db.definition(r[4]))
		}
	}
	return s, nil
}

// others list everything but tables: kind, database, name, owner, definition.
func (db *mysqlDB) others() []string {
	return []string{
		"SELECT 'database', '', if(schema_name = " + literal(db.database) + ", 'in use', schema_name), '', concat(default_character_set_name, ' ', default_collation_name) FROM information_schema.schemata WHERE " + db.scope("schema_name"),
		"SELECT 'view', table_schema, table_name, '', concat_ws(' ', view_definition, nullif(concat('check option ', check_option), 'check option NONE'), nullif(security_type, 'DEFINER')) FROM information_schema.views WHERE " + db.scope("table_schema"),
		"SELECT 'trigger', trigger_schema, trigger_name, event_object_table, concat_ws(' ', action_timing, event_manipulation, action_statement) FROM information_schema.triggers WHERE " + db.scope("trigger_schema"),
		"SELECT lower(r.routine_type), r.routine_schema, r.routine_name, '', concat_ws(' ', (SELECT group_concat(concat_ws(' ', p.parameter_mode, p.parameter_name, p.dtd_identifier) ORDER BY p.ordinal_position SEPARATOR ', ')" +
			" FROM information_schema.parameters p WHERE p.specific_schema = r.routine_schema AND p.specific_name = r.routine_name), r.routine_definition, r.is_deterministic, r.sql_data_access, r.security_type)" +
			" FROM information_schema.routines r WHERE " + db.scope("r.routine_schema"),
		"SELECT 'event', event_schema, event_name, '', concat_ws(' ', event_type, execute_at, interval_value, interval_field, status, event_definition) FROM information_schema.events WHERE " + db.scope("event_schema"),
	}
}

// mysqlTable is a table, or what else answers to that name.
type mysqlTable struct{ database, name, kind string }

func (t mysqlTable) String() string { return quoted(t.database) + "." + quoted(t.name) }

func (db *mysqlDB) tables(ctx context.Context) ([]mysqlTable, error) {
	rows, err := db.conn.Query(ctx, "SELECT table_schema, table_name, table_type FROM information_schema.tables WHERE "+db.scope("table_schema")+" ORDER BY table_schema, table_name")
	if err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	var ts []mysqlTable
	for _, r := range rows {
		ts = append(ts, mysqlTable{r[0], r[1], r[2]})
	}
	return ts, nil
}

// local leaves out the database that everything is in.
func (db *mysqlDB) local(database, name string) string {
	if name == "" || database == "" || database == db.database {
		return name
	}
	return database + "." + name
}

// definition writes names and collations as the scripts did.
func (db *mysqlDB) definition(text string) string {
	text = strings.ReplaceAll(text, quoted(db.database)+".", "")
	if db.foreign {
		text = strings.ReplaceAll(text, knownCollation, "utf8mb4_0900_ai_ci")
	}
	return oneLine(text)
}

func (db *mysqlDB) describe(ctx context.Context, s schema.Schema, t mysqlTable) error {
	name := db.local(t.database, t.name)
	if t.kind == "VIEW" || t.kind == "SYSTEM VIEW" {
		return nil
	}
	rows, err := db.conn.Query(ctx, "SHOW CREATE TABLE "+t.String())
	if err != nil {
		return fmt.Errorf("read the schema: %w", err)
	}
	if len(rows) != 1 || len(rows[0]) < 2 {
		return fmt.Errorf("read the schema: %s has no definition", name)
	}
	if t.kind == "SEQUENCE" {
		s.Set(schema.Object{Kind: "sequence", Name: name}, db.definition(rows[0][1]))
		return nil
	}
	db.readTable(s, name, rows[0][1])
	return nil
}

// counter is how far a table has counted, which is no part of its schema.
var counter = regexp.MustCompile(`\s*\bAUTO_INCREMENT=\d+`)

// readTable takes the text of SHOW CREATE TABLE apart.
func (db *mysqlDB) readTable(s schema.Schema, table, text string) {
	lines := strings.Split(text, "\n")
	var order []string
	options := ""
	for i, line := range lines[1:] {
		if strings.HasPrefix(line, ")") {
			options = counter.ReplaceAllString(strings.Join(lines[i+1:], " ")[1:], "")
			break
		}
		line = strings.TrimSuffix(strings.TrimSpace(line), ",")
		kind, name, definition := readLine(line)
		if kind == "column" {
			order = append(order, name)
		}
		s.Set(schema.Object{Kind: kind, Name: name, Owner: table}, db.definition(definition))
	}
	s.Set(schema.Object{Kind: "table", Name: table}, db.definition(options))
	s.Set(schema.Object{Kind: schema.Order, Owner: table}, strings.Join(order, ", "))
}

// tableLines are the forms of a line, with what each is called; the last group
// is the definition, the one before it the name.
var tableLines = []struct {
	kind string
	form *regexp.Regexp
}{
	{"column", regexp.MustCompile("^`((?:[^`]|``)+)` (.*)$")},
	{"primary key", regexp.MustCompile("^PRIMARY KEY ()(.*)$")},
	{"index", regexp.MustCompile("^((?:UNIQUE |FULLTEXT |SPATIAL )?KEY) `((?:[^`]|``)+)` (.*)$")},
	{"foreign key", regexp.MustCompile("^CONSTRAINT `((?:[^`]|``)+)` (FOREIGN KEY .*)$")},
	{"check", regexp.MustCompile("^CONSTRAINT `((?:[^`]|``)+)` (CHECK .*)$")},
	{"period", regexp.MustCompile("^()(PERIOD .*)$")},
}

func readLine(line string) (kind, name, definition string) {
	for _, l := range tableLines {
		m := l.form.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		name, definition = strings.ReplaceAll(m[len(m)-2], "``", "`"), strings.ReplaceAll(m[len(m)-1], "`", "")
		if l.kind == "index" && m[1] != "KEY" {
			definition = strings.ToLower(strings.TrimSuffix(m[1], " KEY")) + " " + definition
		}
		return l.kind, name, definition
	}
	return "constraint", "", line
}

// checksums tell the rows of one state from those of another.
func (db *mysqlDB) checksums(ctx context.Context) (map[string]string, error) {
	tables, err := db.tables(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, t := range tables {
		if t.kind == "BASE TABLE" || t.kind == "SYSTEM VERSIONED" {
			names = append(names, t.String())
		}
	}
	sums := map[string]string{}
	if len(names) == 0 {
		return sums, nil
	}
	rows, err := db.conn.Query(ctx, "CHECKSUM TABLE "+strings.Join(names, ", "))
	if err != nil {
		return nil, fmt.Errorf("read the tables: %w", err)
	}
	for _, r := range rows {
		sums[r[0]] = r[1]
	}
	return sums, nil
}

// clear takes everything away that scripts made.
func (db *mysqlDB) clear(ctx context.Context) error {
	if err := db.refresh(ctx); err != nil {
		return err
	}
	for _, text := range []string{"SET foreign_key_checks = 0", "ALTER DATABASE " + quoted(db.database) + " " + db.mode} {
		if err := db.conn.Exec(ctx, text); err != nil {
			return err
		}
	}
	tables, err := db.tables(ctx)
	if err != nil {
		return err
	}
	for _, t := range tables {
		kind := map[string]string{"VIEW": "VIEW", "SEQUENCE": "SEQUENCE"}[t.kind]
		if kind == "" {
			kind = "TABLE"
		}
		if err := db.conn.Exec(ctx, "DROP "+kind+" IF EXISTS "+t.String()); err != nil {
			return err
		}
	}
	return db.dropRest(ctx)
}

// dropRest takes away what does not fall with a table.
func (db *mysqlDB) dropRest(ctx context.Context) error {
	rows, err := db.conn.Query(ctx, "SELECT routine_type, routine_schema, routine_name FROM information_schema.routines WHERE "+db.scope("routine_schema")+
		" UNION ALL SELECT 'EVENT', event_schema, event_name FROM information_schema.events WHERE "+db.scope("event_schema")+
		" UNION ALL SELECT 'DATABASE', '', schema_name FROM information_schema.schemata WHERE "+db.scope("schema_name")+" AND schema_name <> "+literal(db.database))
	if err != nil {
		return err
	}
	for _, r := range rows {
		name := quoted(r[2])
		if r[1] != "" {
			name = quoted(r[1]) + "." + name
		}
		if err := db.conn.Exec(ctx, "DROP "+r[0]+" IF EXISTS "+name); err != nil {
			return err
		}
	}
	return nil
}
