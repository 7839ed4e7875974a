package format

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/backend-conformance/conformance/checks/sql"
	"github.com/backend-conformance/conformance/report"
)

// tern is github.com/jackc/tern: PostgreSQL only, both directions in one file
// around a separator, numbers without a gap from 1.
var tern = Tool{
	Name:    "tern",
	Imports: []string{"github.com/jackc/tern/", "github.com/jackc/tern/v2/"},
	Claims: func(d *Folder) Strength {
		if d.Has("tern.conf") {
			return Marked
		}
		return max(d.marked(ternSeparator), d.named(ternName, Shaped))
	},
	Read: readTern,
}

var (
	ternName      = regexp.MustCompile(`\A(\d+)_(.+)\.sql\z`)
	ternSeparator = regexp.MustCompile(`(?m)^---- create above / drop below ----`)
	ternNoTx      = regexp.MustCompile(`(?m)^---- tern: disable-tx ----$`)
)

func readTern(d *Folder) Set {
	set := Set{Dialect: sql.Postgres}
	taken := map[int64]*File{}
	for _, f := range d.SQL() {
		m := ternName.FindStringSubmatch(f.Name)
		if m == nil {
			if d.Used && looksVersioned(f.Name) || ternSeparator.MatchString(f.Text()) {
				set.Order = append(set.Order, defect(f, 1, "tern skips %s; name it NUMBER_title.sql", f.Name))
			}
			continue
		}
		n, err := strconv.ParseInt(m[1], 10, 32)
		if err != nil || n < 1 {
			set.Order = append(set.Order, defect(f, 1, "tern cannot use the number of %s; number migrations 1, 2, 3, ...", f.Name))
			continue
		}
		if first := taken[n]; first != nil {
			set.Order = append(set.Order, defect(f, 1, "number %s is used twice, by %s and %s; tern refuses to start: renumber one", m[1], first.Name, f.Name))
			continue
		}
		taken[n] = f
		v := Version{Number: m[1], Name: m[2], Remedy: "add '---- create above / drop below ----' and the way back to " + f.Path}
		set.Invalid = append(set.Invalid, readTernFile(f, &v)...)
		set.Versions = append(set.Versions, v)
	}
	sortVersions(set.Versions)
	set.Order = append(set.Order, ternGaps(set.Versions)...)
	return set
}

// ternGaps are numbers left out: tern refuses to start at the first of them.
func ternGaps(versions []Version) []Defect {
	var ds []Defect
	want := 1
	for _, v := range versions {
		n, _ := strconv.Atoi(v.Number)
		if n != want {
			ds = append(ds, Defect{Position: v.Position(), Anchor: v.Title(),
				Message: "number " + strconv.Itoa(want) + " is missing before " + v.Title() + "; tern refuses to start: number without gaps from 1"})
		}
		want = n + 1
	}
	return ds
}

func readTernFile(f *File, v *Version) []Defect {
	text := f.Text()
	noTx := ternNoTx.MatchString(text)
	v.Up = &Part{Position: report.Position{File: f.Path, Line: 1}, Text: text, Autocommit: noTx}
	if i := strings.Index(text, "---- create above / drop below ----"); i >= 0 {
		v.Up.Text = text[:i]
		rest := text[i+len("---- create above / drop below ----"):]
		if strings.TrimSpace(rest) != "" { // tern itself takes an empty rest for none
			v.Down = &Part{Position: report.Position{File: f.Path, Line: lineOf(text, i)}, Text: rest, Autocommit: noTx}
		}
	}
	for _, line := range strings.Split(v.Up.Text, "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "--") {
			return nil
		}
	}
	return []Defect{defect(f, 1, "tern cannot read %s: there is no SQL above '---- create above / drop below ----'; write the way forward there", f.Name)}
}
