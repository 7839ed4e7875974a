package format

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/sql"
)

// pop is github.com/gobuffalo/pop and its relative popx of Ory: one file per
// direction and dialect; a file without a dialect serves the dialects that
// have none of their own.
var pop = Tool{
	Name:    "pop",
	Imports: []string{"github.com/gobuffalo/pop/", "github.com/gobuffalo/pop", "github.com/ory/x/popx", "github.com/ory/pop/"},
	Claims: func(d *Folder) Strength {
		return max(d.named(popName, Named-1), d.named(popDialect, Named+5))
	},
	Read: readPop,
}

var popName = regexp.MustCompile(`^(\d+)_([^.]+)(\.[a-z0-9]+)?(\.autocommit)?\.(up|down)\.(sql|fizz)$`)

// popDialect has a dialect before the direction, as no other tool's names do.
var popDialect = regexp.MustCompile(`^\d+_[^.]+\.(postgres|postgresql|mysql|mariadb|sqlite|sqlite3|cockroach|mssql|yugabytedb)(\.autocommit)?\.(up|down)\.(sql|fizz)$`)

// popVersion is what one number has, by dialect; "" is the fallback.
type popVersion struct {
	name     string
	up, down map[string]*File
}

func readPop(d *Folder) Set {
	var set Set
	versions := map[string]*popVersion{}
	for _, f := range d.Files {
		m := popName.FindStringSubmatch(f.Name)
		if m == nil {
			if d.Used && looksVersioned(f.Name) && (strings.HasSuffix(f.Name, ".sql") || strings.HasSuffix(f.Name, ".fizz")) {
				set.Order = append(set.Order, defect(f, 1, "pop skips %s; name it VERSION_title.up.sql or VERSION_title.down.sql", f.Name))
			}
			continue
		}
		v := versions[m[1]]
		if v == nil {
			v = &popVersion{name: m[2], up: map[string]*File{}, down: map[string]*File{}}
			versions[m[1]] = v
		}
		side := v.up
		if m[5] == "down" {
			side = v.down
		} else {
			v.name = m[2]
		}
		dialect := popDialectName(strings.TrimPrefix(m[3], "."))
		if first := side[dialect]; first != nil {
			set.Order = append(set.Order, defect(f, 1, "version %s has two scripts for one direction, %s and %s; renumber one", m[1], first.Name, f.Name))
			continue
		}
		side[dialect] = f
	}
	numbers := slices.SortedFunc(maps.Keys(versions), compareDigits)
	for _, n := range numbers {
		set.Versions = append(set.Versions, versions[n].expand(n)...)
	}
	set.Order = append(set.Order, lonely(set.Versions)...)
	return set
}

// popDialectName folds what pop takes for one dialect; ".autocommit" is none.
func popDialectName(name string) string {
	switch name {
	case "autocommit":
		return ""
	case "sqlite":
		return "sqlite3"
	case "postgresql", "pg":
		return "postgres"
	case "mariadb":
		return "mysql"
	case "cockroachdb", "crdb":
		return "cockroach"
	}
	return name
}

// expand gives one version per dialect that has a file of its own, and one for
// the fallback.
func (p *popVersion) expand(number string) []Version {
	dialects := map[string]bool{}
	for _, side := range []map[string]*File{p.up, p.down} {
		for d := range side {
			dialects[d] = true
		}
	}
	var versions []Version
	for _, d := range slices.Sorted(maps.Keys(dialects)) {
		v := Version{Number: number, Name: p.name, Up: popPart(p.up, d), Down: popPart(p.down, d)}
		if d == "" && (v.Up == nil || v.Down == nil) && p.covered(dialects) {
			continue // every dialect has what the fallback lacks
		}
		if d != "" {
			v.Name += "." + d
		}
		if v.Up != nil {
			v.Remedy = "add " + downName(v.Up.File)
		}
		versions = append(versions, v)
	}
	return versions
}

// covered reports whether each dialect named has both directions: then the one
// direction of the fallback is completed by the dialects' own files.
func (p *popVersion) covered(dialects map[string]bool) bool {
	if len(dialects) == 1 {
		return false
	}
	for d := range dialects {
		if d != "" && (popPart(p.up, d) == nil || popPart(p.down, d) == nil) {
			return false
		}
	}
	return true
}

func popPart(side map[string]*File, dialect string) *Part {
	f := side[dialect]
	if f == nil {
		f = side[""]
	}
	if f == nil {
		return nil
	}
	p := wholeFile(f)
	p.Autocommit = strings.Contains(f.Name, ".autocommit.")
	p.Dialect = sql.DialectOfName(dialect)
	return p
}
