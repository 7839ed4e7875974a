package format

import (
	"regexp"
	"strconv"
)

// golangMigrate is github.com/golang-migrate/migrate: one file per direction,
// versions are unsigned 64-bit numbers, gaps are fine, names need not agree,
// and any extension will do.
var golangMigrate = Tool{
	Name:    "golang-migrate",
	Imports: []string{"github.com/golang-migrate/migrate/", "github.com/golang-migrate/migrate/v4/", "github.com/mattes/migrate/"},
	Claims:  func(d *Folder) Strength { return d.named(golangMigrateSQL, Named+2) },
	Read:    readGolangMigrate,
}

// golangMigrateName is the tool's own pattern (source/parse.go); what does not
// match it is skipped without a word.
var (
	golangMigrateName = regexp.MustCompile(`^([0-9]+)_(.*)\.(down|up)\.(.*)$`)
	golangMigrateSQL  = regexp.MustCompile(`(?i)^[0-9]+_.*\.(down|up)\.(.*\.)?(sql|cql|go)$`)
)

func readGolangMigrate(d *Folder) Set {
	var set Set
	var halves []half
	for _, f := range d.Files {
		m := golangMigrateName.FindStringSubmatch(f.Name)
		if m == nil {
			if d.Used && hasSQLSuffix(f.Name) && looksVersioned(f.Name) {
				set.Order = append(set.Order, defect(f, 1,
					"golang-migrate skips %s without a word; name it VERSION_title.up.sql or VERSION_title.down.sql", f.Name))
			}
			continue
		}
		if _, err := strconv.ParseUint(m[1], 10, 64); err != nil {
			set.Order = append(set.Order, defect(f, 1, "version %s of %s does not fit into 64 bits; golang-migrate skips the file", m[1], f.Name))
			continue
		}
		halves = append(halves, half{file: f, number: m[1], name: m[2], key: canonical(m[1]), down: m[3] == "down"})
	}
	set.Versions = pair(halves, byNumber, func(first, second half) {
		set.Order = append(set.Order, defect(second.file, 1,
			"version %s is used twice, by %s and %s; renumber one", second.number, first.file.Name, second.file.Name))
	})
	set.Order = append(set.Order, lonely(set.Versions)...)
	return set
}

// versionedName is how a script begins that is meant to have a place in an order.
var versionedName = regexp.MustCompile(`^[vV]?[0-9]+[._\-]`)

func looksVersioned(name string) bool { return versionedName.MatchString(name) }
