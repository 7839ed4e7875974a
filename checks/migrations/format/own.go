package format

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"
)

// own is a loader that the repository wrote itself: numbered files, or numbered
// folders of files, with the direction in the name of the file or the folder
// where there is one.
var own = Tool{
	Name:   "own loader",
	Claims: claimOwn,
	Read:   readOwn,
}

var (
	// ownName takes the direction from the end of the name: V0001.Title.up.sql,
	// 001_title_down.sql, 1-title.undo.sql.
	ownName = regexp.MustCompile(`(?i)^v?(\d+(?:\.\d+)*)(?:[._\-]+(.*?))?(?:[._\-](up|do|down|undo|rollback|revert|err))?\.(?:sql|cql)$`)
	// ownDirected has the direction in the name, which queries and seeds do not.
	ownDirected = regexp.MustCompile(`(?i)^v?\d+.*[._\-](up|down|undo|rollback)\.sql$`)
	// ownFolder is a folder for one version: v1.2, 0.27.
	ownFolder = regexp.MustCompile(`(?i)^v?(\d+(?:\.\d+)*)$`)
)

// ownDowns are words that say "back"; ownUps their counterparts.
var (
	ownDowns = map[string]bool{"down": true, "undo": true, "rollback": true, "rollbacks": true, "revert": true, "err": true, "downs": true}
	ownUps   = map[string]bool{"up": true, "do": true, "ups": true, "deploy": true}
)

func claimOwn(d *Folder) Strength {
	s := max(d.named(ownName, Shaped), d.named(ownDirected, Named-2))
	if s == None && len(d.numbered())+len(d.directed()) > 0 {
		return Shaped
	}
	return s
}

// numbered are the folders of single versions directly below. A single one may
// be anything, such as the version of a database.
func (d *Folder) numbered() []*Folder {
	var found []*Folder
	for _, c := range d.Children {
		if path.Dir(c.Path) == d.Path && ownFolder.MatchString(path.Base(c.Path)) && len(c.scripts()) > 0 {
			found = append(found, c)
		}
	}
	if len(found) < 2 {
		return nil
	}
	return found
}

// directed are the folders "up" and "down" directly below; none without both an
// up and something to number them by.
func (d *Folder) directed() []*Folder {
	var found []*Folder
	up := false
	for _, c := range d.Children {
		word := strings.ToLower(path.Base(c.Path))
		if path.Dir(c.Path) == d.Path && (ownUps[word] || ownDowns[word]) && c.named(ownName, Shaped) > None {
			found = append(found, c)
			up = up || ownUps[word]
		}
	}
	if !up {
		return nil
	}
	return found
}

// scripts are the folder's files that hold statements.
func (d *Folder) scripts() []*File {
	var files []*File
	for _, f := range d.Files {
		if ext := strings.ToLower(path.Ext(f.Name)); ext == ".sql" || ext == ".cql" {
			files = append(files, f)
		}
	}
	return files
}

func readOwn(d *Folder) Set {
	var set Set
	halves := ownHalves(d.scripts(), "", false)
	var whole []Version
	for _, c := range d.directed() {
		set.Below = append(set.Below, c.Path)
		halves = append(halves, ownHalves(c.scripts(), "", ownDowns[strings.ToLower(path.Base(c.Path))])...)
	}
	for _, c := range d.numbered() {
		set.Below = append(set.Below, c.Path)
		version := ownFolder.FindStringSubmatch(path.Base(c.Path))[1]
		if c.named(ownName, Shaped) == None { // the folder itself is the version
			whole = append(whole, wholeFolder(c, version))
			continue
		}
		halves = append(halves, ownHalves(c.scripts(), version, false)...)
	}
	set.Versions = pair(halves, byParts, func(first, second half) {
		set.Order = append(set.Order, defect(second.file, 1, "version %s has two scripts for one direction, %s and %s; renumber one",
			second.number, first.file.Name, second.file.Name))
	})
	set.Versions = append(set.Versions, whole...)
	slices.SortStableFunc(set.Versions, byParts)
	for i := range set.Versions {
		if v := &set.Versions[i]; v.Up != nil {
			v.Remedy = "add a script that takes it back"
			if strings.Contains(v.Up.File, ".up.") {
				v.Remedy = "add " + downName(v.Up.File)
			}
		}
	}
	set.Order = append(set.Order, lonely(set.Versions)...)
	return set
}

// wholeFolder is a version whose statements lie in several files without numbers.
func wholeFolder(d *Folder, number string) Version {
	files := d.scripts()
	v := Version{Number: number, Up: wholeFile(files[0])}
	for _, f := range files[1:] {
		v.Up.Rest = append(v.Up.Rest, wholeFile(f))
	}
	return v
}

// ownHalves reads file names; within the folder of a version a file needs no number.
func ownHalves(files []*File, version string, down bool) []half {
	var halves []half
	for _, f := range files {
		m := ownName.FindStringSubmatch(f.Name)
		h := half{file: f, number: version, name: strings.TrimSuffix(f.Name, path.Ext(f.Name)), down: down}
		switch {
		case m == nil && version == "":
			continue
		case m != nil:
			h.number, h.name, h.down = strings.TrimPrefix(version+"."+m[1], "."), m[2], down || ownDowns[strings.ToLower(m[3])]
		}
		h.key = h.number + " " + h.name
		halves = append(halves, h)
	}
	return halves
}

var digits = regexp.MustCompile(`\d+`)

// byParts orders versions by their numbers one after the other: 1.9 before 1.10.
func byParts(a, b Version) int {
	x, y := digits.FindAllString(a.Number, -1), digits.FindAllString(b.Number, -1)
	return cmp.Or(slices.CompareFunc(x, y, compareDigits), cmp.Compare(a.Name, b.Name))
}
