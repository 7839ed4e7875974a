package format

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/backend-conformance/conformance/report"
)

// goose is github.com/pressly/goose: one file holds both directions, and
// versions may be written in Go.
var goose = Tool{
	Name:    "goose",
	Imports: []string{"github.com/pressly/goose/", "github.com/pressly/goose/v3/", "bitbucket.org/liamstask/goose/"},
	Claims: func(d *Folder) Strength {
		if s := d.marked(gooseMarker); s > None {
			return s
		}
		for _, f := range d.Files {
			if gooseGo.MatchString(f.Name) && strings.Contains(f.Text(), "pressly/goose") {
				return Marked
			}
		}
		return d.named(gooseSQL, Shaped)
	},
	Read: readGoose,
}

var (
	gooseMarker = regexp.MustCompile(`(?mi)^--\s*\+goose\s+(up|down)\b`)
	gooseSQL    = regexp.MustCompile(`^[0-9]+_.*\.sql$`)
	gooseGo     = regexp.MustCompile(`^[0-9]+_.*\.go$`)
)

func readGoose(d *Folder) Set {
	var set Set
	code := readGoFiles(d)
	taken := map[string]*File{}
	for _, f := range d.Files {
		isSQL := strings.HasSuffix(f.Name, ".sql")
		if !isSQL && !strings.HasSuffix(f.Name, ".go") || strings.HasSuffix(f.Name, "_test.go") {
			continue
		}
		number, title, ok := gooseVersion(f.Name)
		if !ok {
			if d.Used && isSQL && (looksVersioned(f.Name) || gooseMarker.MatchString(f.Text())) {
				set.Order = append(set.Order, defect(f, 1, "goose skips %s: its name has no version; name it VERSION_title.sql with a version above zero", f.Name))
			}
			continue
		}
		key := canonical(number)
		if first := taken[key]; first != nil {
			set.Order = append(set.Order, defect(f, 1,
				"version %s is used twice, by %s and %s; goose refuses to start: renumber one", number, first.Name, f.Name))
			continue
		}
		taken[key] = f
		v := Version{Number: number, Name: title}
		if isSQL {
			v.Remedy = "add a '-- +goose Down' section to " + f.Path
			set.Invalid = append(set.Invalid, readGooseSQL(f, &v)...)
		} else if !readGooseGo(code, f, &v) {
			set.Order = append(set.Order, defect(f, 1, "%s registers no migration, so goose refuses to start; call goose.AddMigrationContext in its init or rename the file", f.Name))
			continue
		}
		set.Versions = append(set.Versions, v)
	}
	sortVersions(set.Versions)
	return set
}

// gooseVersion is the number before the first underscore, which must be
// positive and fit into 64 bits.
func gooseVersion(name string) (number, title string, ok bool) {
	number, rest, found := strings.Cut(name, "_")
	n, err := strconv.ParseInt(number, 10, 64)
	if !found || err != nil || n < 1 {
		return "", "", false
	}
	title = strings.TrimSuffix(strings.TrimSuffix(rest, ".sql"), ".go")
	return number, title, true
}

// sections cuts a file with both directions at its markers.
type sections struct {
	file  *File
	lines []string
}

func sectionsOf(f *File) sections {
	return sections{f, strings.Split(f.Text(), "\n")}
}

// part is the text of lines from (exclusive) up to to, both counted from 1.
func (s sections) part(from, to int) *Part {
	to = min(to, len(s.lines)+1)
	return &Part{Position: report.Position{File: s.file.Path, Line: from + 1}, Text: strings.Join(s.lines[from:to-1], "\n")}
}

// gooseState is where goose's reader stands in a file.
type gooseState struct {
	up, down int // lines of the markers, 0 where not seen
	begin    int // line of an open StatementBegin
	pending  int // line of a statement that no semicolon has ended yet
}

// readGooseSQL follows goose's own state machine, since it refuses a whole file
// for a marker out of place.
func readGooseSQL(f *File, v *Version) []Defect {
	s := sectionsOf(f)
	var state gooseState
	var ds []Defect
	autocommit := false
	for i, raw := range s.lines {
		line := strings.TrimSuffix(raw, "\r")
		trimmed := strings.TrimSpace(line)
		if !strings.HasPrefix(trimmed, "--") || !strings.Contains(line, "+goose") {
			if message := state.text(i+1, trimmed); message != "" {
				ds = append(ds, defect(f, i+1, "goose cannot read %s: %s", f.Name, message))
				break
			}
			continue
		}
		word := strings.ToUpper(strings.TrimSpace(strings.Replace(strings.ReplaceAll(line, "--", ""), "+goose", "", 1)))
		if word == "NO TRANSACTION" {
			autocommit = true
		}
		message := state.marker(i+1, word)
		if line != strings.TrimLeft(line, " \t") {
			message = "a '+goose' marker must stand at the beginning of its line"
		}
		if message != "" {
			ds = append(ds, defect(f, i+1, "goose cannot read %s: %s", f.Name, message))
			break
		}
	}
	if len(ds) == 0 {
		if line, message := state.end(); message != "" {
			ds = append(ds, defect(f, line, "goose cannot read %s: %s", f.Name, message))
		}
	}
	end := len(s.lines) + 1
	if state.down > 0 {
		v.Down = s.part(state.down, end)
		v.Down.Autocommit = autocommit
		end = state.down
	}
	v.Up = &Part{Position: report.Position{File: f.Path, Line: 1}, Autocommit: autocommit}
	if state.up > 0 && state.up < end {
		v.Up = s.part(state.up, end)
		v.Up.Autocommit = autocommit
	}
	return ds
}

func (s *gooseState) marker(line int, word string) string {
	switch word {
	case "UP":
		if s.up > 0 || s.down > 0 {
			return "'-- +goose Up' stands there twice or after Down; keep one, first"
		}
		s.up = line
	case "DOWN":
		first := s.down == 0
		if s.up > 0 && first {
			s.down = line
		}
		switch {
		case s.up == 0:
			return "'-- +goose Down' comes before '-- +goose Up'; put Up first"
		case !first:
			return "'-- +goose Down' stands there twice; keep one"
		case s.pending > 0:
			return "the statement before '-- +goose Down' does not end with a semicolon; add it"
		case s.begin > 0:
			return "'-- +goose StatementEnd' is missing before '-- +goose Down'; add it"
		}
	case "STATEMENTBEGIN":
		if s.up == 0 || s.begin > 0 {
			return "'-- +goose StatementBegin' must come after Up or Down and after the last StatementEnd"
		}
		s.begin, s.pending = line, 0
	case "STATEMENTEND":
		if s.begin == 0 {
			return "'-- +goose StatementEnd' has no StatementBegin; add or remove one"
		}
		s.begin = 0
	case "NO TRANSACTION", "ENVSUB ON", "ENVSUB OFF":
	default:
		return "unknown marker '+goose " + strings.ToLower(word) + "'; goose knows Up, Down, StatementBegin, StatementEnd, NO TRANSACTION, ENVSUB ON and ENVSUB OFF"
	}
	return ""
}

// text takes a line that is no marker: a statement is pending until a line ends
// with a semicolon.
func (s *gooseState) text(line int, trimmed string) string {
	if s.begin > 0 || trimmed == "" || s.pending == 0 && strings.HasPrefix(trimmed, "--") {
		return ""
	}
	if s.up == 0 {
		return "text comes before '-- +goose Up'; put the marker first"
	}
	if s.pending == 0 {
		s.pending = line
	}
	if endsWithSemicolon(trimmed) {
		s.pending = 0
	}
	return ""
}

func (s *gooseState) end() (int, string) {
	switch {
	case s.up == 0:
		return 1, "it has no '-- +goose Up' marker; add it as the first line"
	case s.begin > 0:
		return s.begin, "'-- +goose StatementBegin' has no StatementEnd; add it"
	case s.pending > 0:
		return s.pending, "the last statement does not end with a semicolon; add it"
	}
	return 0, ""
}

// endsWithSemicolon looks at the last word before a comment, as goose and
// sql-migrate do.
func endsWithSemicolon(line string) bool {
	last := ""
	for _, word := range strings.Fields(line) {
		if strings.HasPrefix(word, "--") {
			break
		}
		last = word
	}
	return strings.HasSuffix(last, ";")
}
