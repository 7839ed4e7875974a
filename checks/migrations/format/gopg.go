package format

import "regexp"

// goPG is github.com/go-pg/migrations: one file per direction; ".tx" runs it
// in a transaction. It does not ask for a down.
var goPG = Tool{
	Name:    "go-pg",
	Imports: []string{"github.com/go-pg/migrations/", "github.com/go-pg/migrations"},
	Claims: func(d *Folder) Strength {
		return max(d.named(goPGName, Named-3), d.named(goPGTx, Named+3))
	},
	Read: readGoPG,
}

var goPGName = regexp.MustCompile(`^(\d+)_(.+?)(\.tx)?\.(up|down)\.sql$`)

// goPGTx is the mark of go-pg and bun.
var goPGTx = regexp.MustCompile(`^\d+_.+\.tx\.(up|down)\.sql$`)

func readGoPG(d *Folder) Set {
	var set Set
	var halves []half
	for _, f := range d.SQL() {
		m := goPGName.FindStringSubmatch(f.Name)
		if m == nil {
			if d.Used && looksVersioned(f.Name) {
				set.Order = append(set.Order, defect(f, 1, "go-pg skips %s; name it VERSION_title.up.sql or VERSION_title.tx.up.sql", f.Name))
			}
			continue
		}
		halves = append(halves, half{file: f, number: m[1], name: m[2], key: canonical(m[1]), down: m[4] == "down"})
	}
	set.Versions = pair(halves, byNumber, func(first, second half) {
		set.Order = append(set.Order, defect(second.file, 1, "version %s has two scripts for one direction, %s and %s; renumber one",
			second.number, first.file.Name, second.file.Name))
	})
	set.Order = append(set.Order, lonely(set.Versions)...)
	return set
}
