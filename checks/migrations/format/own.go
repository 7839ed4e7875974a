package format

import (
	"regexp"
	"strings"
)

// own is a loader that the repository wrote itself: numbered files, with the
// direction in the name where there is one.
var own = Tool{
	Name:   "own loader",
	Claims: claimOwn,
	Read:   readOwn,
}

// ownName takes the direction from the end of the name: V0001.Title.up.sql,
// 001_title_down.sql, 1-title.undo.sql.
var ownName = regexp.MustCompile(`(?i)^v?(\d+(?:\.\d+)*)(?:[._\-]+(.*?))?(?:[._\-](up|do|down|undo|rollback|revert|err))?\.sql$`)

var ownDowns = map[string]bool{"down": true, "undo": true, "rollback": true, "revert": true, "err": true}

// ownDirected has the direction in the name, which queries and seeds do not.
var ownDirected = regexp.MustCompile(`(?i)^v?\d+.*[._\-](up|down|undo|rollback)\.sql$`)

func claimOwn(d *Folder) Strength {
	return max(d.named(ownName, Shaped), d.named(ownDirected, Named-2))
}

func readOwn(d *Folder) Set {
	var set Set
	var halves []half
	for _, f := range d.SQL() {
		m := ownName.FindStringSubmatch(f.Name)
		if m == nil {
			continue
		}
		halves = append(halves, half{file: f, number: m[1], name: m[2], key: canonical(m[1]) + " " + m[2], down: ownDowns[strings.ToLower(m[3])]})
	}
	set.Versions = pair(halves, byNumber, func(first, second half) {
		set.Order = append(set.Order, defect(second.file, 1, "version %s has two scripts for one direction, %s and %s; renumber one",
			second.number, first.file.Name, second.file.Name))
	})
	set.Order = append(set.Order, lonely(set.Versions)...)
	return set
}
