package format

import (
	"cmp"
	"slices"
	"strings"
)

// half is one file of a tool that keeps up and down in files of their own.
type half struct {
	file *File
	// number is as written; name is what describes it.
	number, name string
	// key decides which halves belong together.
	key  string
	down bool
}

// pair joins halves into versions, in the order of less. A second file of the
// same key and direction is handed to duplicate.
func pair(halves []half, less func(a, b Version) int, duplicate func(first, second half)) []Version {
	type slot struct {
		version  Version
		up, down half
	}
	slots := map[string]*slot{}
	var keys []string
	for _, h := range halves {
		s := slots[h.key]
		if s == nil {
			s = &slot{version: Version{Number: h.number, Name: h.name}}
			slots[h.key] = s
			keys = append(keys, h.key)
		}
		mine, part := &s.up, &s.version.Up
		if h.down {
			mine, part = &s.down, &s.version.Down
		}
		if mine.file != nil {
			duplicate(*mine, h)
			s.version.Ambiguous = true
			continue
		}
		*mine, *part = h, wholeFile(h.file)
		if !h.down { // the up's name is the one that people know
			s.version.Number, s.version.Name = h.number, h.name
		}
	}
	versions := make([]Version, 0, len(keys))
	for _, k := range keys {
		v := slots[k].version
		if v.Up != nil {
			v.Remedy = "add " + downName(v.Up.File)
		}
		versions = append(versions, v)
	}
	slices.SortStableFunc(versions, less)
	return versions
}

// downName is the down file that belongs to an up file.
func downName(up string) string {
	if i := strings.LastIndex(up, ".up."); i >= 0 {
		return up[:i] + ".down." + up[i+len(".up."):]
	}
	return strings.TrimSuffix(up, ".sql") + ".down.sql"
}

// byNumber orders by the value of decimal digits of any length, then by name.
func byNumber(a, b Version) int {
	return cmp.Or(compareDigits(a.Number, b.Number), cmp.Compare(a.Name, b.Name))
}

// sortVersions puts versions into the order of their numbers.
func sortVersions(vs []Version) { slices.SortStableFunc(vs, byNumber) }

// compareDigits compares decimal numbers of any length; what is not a number
// is compared as text.
func compareDigits(a, b string) int {
	x, y := strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y))
}

// canonical is a number without its leading zeros.
func canonical(digits string) string {
	if n := strings.TrimLeft(digits, "0"); n != "" {
		return n
	}
	return "0"
}

// lonely are versions with a down but no up: nothing ever takes them forward.
func lonely(versions []Version) []Defect {
	var ds []Defect
	for _, v := range versions {
		if v.Up == nil && v.Down != nil {
			ds = append(ds, Defect{Position: v.Down.Position, Anchor: v.Title(),
				Message: "migration " + v.Title() + " has a down script but no up script; add the up or remove the down"})
		}
	}
	return ds
}
