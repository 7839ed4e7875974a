package format

import (
	"regexp"
	"strings"

	"github.com/backend-conformance/conformance/report"
)

// dbmate is github.com/amacneil/dbmate: one file with both directions, in one
// or several pairs of blocks; a block may be empty but not missing.
var dbmate = Tool{
	Name:    "dbmate",
	Imports: []string{"github.com/amacneil/dbmate/"},
	Claims:  func(d *Folder) Strength { return d.marked(dbmateMarker) },
	Read:    readDbmate,
}

var (
	dbmateMarker = regexp.MustCompile(`(?m)^--\s*migrate:(up|down)(\s*$|\s+\S+)`)
	dbmateName   = regexp.MustCompile(`^(\d+)(.*)\.sql$`)
)

func readDbmate(d *Folder) Set {
	var set Set
	taken := map[string]*File{}
	for _, f := range d.SQL() {
		m := dbmateName.FindStringSubmatch(f.Name)
		if m == nil {
			if dbmateMarker.MatchString(f.Text()) {
				set.Order = append(set.Order, defect(f, 1, "dbmate skips %s: its name does not begin with a version; name it VERSION_title.sql", f.Name))
			}
			continue
		}
		if first := taken[m[1]]; first != nil {
			set.Order = append(set.Order, defect(f, 1, "version %s is used twice, by %s and %s; dbmate applies one of them only: renumber one", m[1], first.Name, f.Name))
			continue
		}
		taken[m[1]] = f
		v := Version{Number: m[1], Name: strings.Trim(m[2], "_-"), Remedy: "add a '-- migrate:down' block to " + f.Path}
		set.Invalid = append(set.Invalid, readDbmateFile(f, &v)...)
		set.Versions = append(set.Versions, v)
	}
	return set // file names are in order, and so does dbmate apply them
}

// readDbmateFile collects the text of all up and all down blocks.
func readDbmateFile(f *File, v *Version) []Defect {
	s := sectionsOf(f)
	var ds []Defect
	complain := func(line int, format string, args ...any) {
		if len(ds) == 0 {
			ds = append(ds, defect(f, line, "dbmate cannot read "+f.Name+": "+format, args...))
		}
	}
	last := "" // the direction of the block before
	for i, line := range s.lines {
		m := dbmateMarker.FindStringSubmatch(strings.TrimSuffix(line, "\r"))
		if m == nil {
			if trimmed := strings.TrimSpace(line); last == "" && trimmed != "" && !strings.HasPrefix(trimmed, "--") {
				complain(i+1, "text comes before '-- migrate:up'; put the marker first")
			}
			continue
		}
		switch {
		case m[1] == "down" && last == "":
			complain(i+1, "'-- migrate:down' comes before '-- migrate:up'; put up first")
		case m[1] == "down" && last == "down":
			complain(i+1, "two '-- migrate:down' blocks follow each other; dbmate wants an up before each")
		case m[1] == "up" && last == "up":
			complain(i+1, "the '-- migrate:up' block before has no '-- migrate:down'; add one, it may be empty")
		}
		last = m[1]
		block := s.part(i+1, nextMarker(s.lines, i+1, dbmateMarker))
		block.Autocommit = strings.Contains(m[2], "transaction:false")
		target := &v.Up
		if last == "down" {
			target = &v.Down
		}
		*target = appendPart(*target, block)
	}
	if v.Up == nil {
		complain(1, "it has no '-- migrate:up' block; add it as the first line")
		v.Up = &Part{Position: report.Position{File: f.Path, Line: 1}}
	}
	return ds
}

// nextMarker is the line of the next marker after line from (counted from 1),
// one beyond the last line where there is none.
func nextMarker(lines []string, from int, marker *regexp.Regexp) int {
	for i := from; i < len(lines); i++ {
		if marker.MatchString(strings.TrimSuffix(lines[i], "\r")) {
			return i + 1
		}
	}
	return len(lines) + 1
}

// appendPart joins blocks of one direction; empty lines between them keep the
// line numbers true.
func appendPart(p, block *Part) *Part {
	if p == nil {
		return block
	}
	gap := block.Line - (p.Line + strings.Count(p.Text, "\n"))
	p.Text += strings.Repeat("\n", max(gap, 1)) + block.Text
	p.Autocommit = p.Autocommit || block.Autocommit
	return p
}
