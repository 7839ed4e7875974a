package format

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/report"
)

// sqlMigrate is github.com/rubenv/sql-migrate: one file with both directions,
// known by its whole name, ordered by a number in front where there is one.
var sqlMigrate = Tool{
	Name:    "sql-migrate",
	Imports: []string{"github.com/rubenv/sql-migrate"},
	Claims:  func(d *Folder) Strength { return d.marked(sqlMigrateMarker) },
	Read:    readSQLMigrate,
}

var (
	sqlMigrateMarker = regexp.MustCompile(`(?m)^-- \+migrate (Up|Down)\b`)
	sqlMigratePrefix = regexp.MustCompile(`^(\d+)[_\-]?(.*)\.sql$`)
)

func readSQLMigrate(d *Folder) Set {
	var set Set
	for _, f := range d.SQL() {
		v := Version{Name: strings.TrimSuffix(f.Name, ".sql"), Remedy: "add a '-- +migrate Down' section to " + f.Path}
		if m := sqlMigratePrefix.FindStringSubmatch(f.Name); m != nil {
			v.Number, v.Name = m[1], m[2]
		}
		set.Invalid = append(set.Invalid, readSQLMigrateFile(f, &v)...)
		set.Versions = append(set.Versions, v)
	}
	// Numbers are compared as such when both names have one, otherwise whole names.
	slices.SortStableFunc(set.Versions, func(a, b Version) int {
		if a.Number != "" && b.Number != "" {
			return byNumber(a, b)
		}
		return cmp.Compare(a.Title(), b.Title())
	})
	return set
}

func readSQLMigrateFile(f *File, v *Version) []Defect {
	s := sectionsOf(f)
	var ds []Defect
	complain := func(line int, message string) {
		if len(ds) == 0 {
			ds = append(ds, defect(f, line, "sql-migrate cannot read %s: %s", f.Name, message))
		}
	}
	begin, pending, seen := 0, 0, false
	for i, raw := range s.lines {
		line := strings.TrimSuffix(raw, "\r")
		if m := sqlMigrateMarker.FindStringSubmatch(line); m != nil {
			if pending > 0 {
				complain(pending, "the statement before '-- +migrate "+m[1]+"' does not end with a semicolon; add it")
			}
			seen, pending = true, 0
			block := s.part(i+1, nextMarker(s.lines, i+1, sqlMigrateMarker))
			block.Autocommit = strings.Contains(line, "notransaction")
			target := &v.Up
			if m[1] == "Down" {
				target = &v.Down
			}
			*target = appendPart(*target, block)
			continue
		}
		trimmed := strings.TrimSpace(line)
		switch {
		case !seen:
		case strings.HasPrefix(line, "-- +migrate StatementBegin"):
			begin, pending = i+1, 0
		case strings.HasPrefix(line, "-- +migrate StatementEnd"):
			begin, pending = 0, 0
		case begin > 0 || trimmed == "" || strings.HasPrefix(line, "-- "):
		case endsWithSemicolon(line):
			pending = 0
		case pending == 0:
			pending = i + 1
		}
	}
	switch {
	case !seen:
		complain(1, "it has no '-- +migrate Up' marker, so nothing of it is run; add it as the first line")
	case begin > 0:
		complain(begin, "'-- +migrate StatementBegin' has no StatementEnd; add it")
	case pending > 0:
		complain(pending, "the last statement does not end with a semicolon; add it")
	}
	if v.Up == nil {
		v.Up = &Part{Position: report.Position{File: f.Path, Line: 1}}
	}
	return ds
}
