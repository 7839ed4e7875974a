package format

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// bun is github.com/uptrace/bun/migrate: one file per direction or Go code,
// known by its number, which is compared as text.
var bun = Tool{
	Name:    "bun",
	Imports: []string{"github.com/uptrace/bun/migrate"},
	Claims: func(d *Folder) Strength {
		for _, f := range d.Files {
			if bunGo.MatchString(f.Name) && bunRegisters.MatchString(f.Text()) {
				return Named + 1
			}
		}
		return d.named(bunSQL, Named)
	},
	Read: readBun,
}

var (
	bunName      = regexp.MustCompile(`^(\d{1,14})_([0-9a-z_\-]+)\.`)
	bunSQL       = regexp.MustCompile(`^\d{1,14}_[0-9a-z_\-]+\.(tx\.)?(up|down)\.sql$`)
	bunGo        = regexp.MustCompile(`^\d{1,14}_[0-9a-z_\-]+\.go$`)
	bunRegisters = regexp.MustCompile(`\.(Must)?Register\(`)
)

func readBun(d *Folder) Set {
	var set Set
	code := readGoFiles(d)
	var halves []half
	titles := map[string]*File{}
	for _, c := range d.Children {
		set.Below = append(set.Below, c.Path)
	}
	for _, f := range filesBelow(d) {
		if !strings.HasSuffix(f.Name, ".up.sql") && !strings.HasSuffix(f.Name, ".down.sql") {
			continue
		}
		m := bunName.FindStringSubmatch(f.Name)
		if m == nil {
			set.Order = append(set.Order, defect(f, 1, "bun refuses to start for the name %s; use 1 to 14 digits, an underscore, and lower-case letters, digits, '_' or '-'", f.Name))
			continue
		}
		if first := titles[m[1]]; first == nil {
			titles[m[1]] = f
		} else if bunName.FindStringSubmatch(first.Name)[2] != m[2] {
			set.Order = append(set.Order, defect(f, 1, "version %s is used by %s and %s with different titles; bun refuses to start: renumber or rename one", m[1], first.Name, f.Name))
			continue
		}
		halves = append(halves, half{file: f, number: m[1], name: m[2], key: m[1], down: strings.HasSuffix(f.Name, ".down.sql")})
	}
	byText := func(a, b Version) int { return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.Name, b.Name)) }
	set.Versions = pair(halves, byText, func(first, second half) {
		set.Order = append(set.Order, defect(second.file, 1, "version %s has two scripts for one direction, %s and %s; bun runs one of them: remove the other",
			second.number, first.file.Name, second.file.Name))
	})
	for _, v := range set.Versions {
		for _, p := range []*Part{v.Up, v.Down} {
			if p != nil {
				p.Autocommit = !strings.Contains(p.File, ".tx.")
			}
		}
	}
	set.Versions = append(set.Versions, readBunGo(d, code)...)
	slices.SortStableFunc(set.Versions, byText)
	set.Order = append(set.Order, lonely(set.Versions)...)
	set.Order = append(set.Order, misordered(set.Versions)...)
	return set
}

// readBunGo finds registrations in Go files that are named like migrations.
func readBunGo(d *Folder, code *goCode) []Version {
	var versions []Version
	for _, f := range d.Files {
		m := bunName.FindStringSubmatch(f.Name)
		if m == nil || !bunGo.MatchString(f.Name) {
			continue
		}
		calls := code.calls(f.Name, func(name string) bool { return name == "MustRegister" || name == "Register" })
		for _, call := range calls {
			if len(call.Args) == 2 {
				versions = append(versions, Version{Number: m[1], Name: m[2], Up: code.part(call.Args[0]), Down: code.part(call.Args[1]),
					Remedy: "pass a down function to " + calleeName(call) + " in " + f.Path})
			}
		}
	}
	return versions
}

// misordered are numbers that text puts in another place than their value does.
func misordered(versions []Version) []Defect {
	var ds []Defect
	for i := 1; i < len(versions); i++ {
		before, v := versions[i-1], versions[i]
		if compareDigits(before.Number, v.Number) > 0 {
			ds = append(ds, Defect{Position: v.Position(), Anchor: v.Title(),
				Message: "bun orders by text and runs " + before.Title() + " before " + v.Title() + "; pad numbers with zeros to one width"})
		}
	}
	return ds
}

// filesBelow are the files of a folder and of those below it.
func filesBelow(d *Folder) []*File {
	files := slices.Clone(d.Files)
	for _, c := range d.Children {
		files = append(files, c.Files...)
	}
	return files
}
