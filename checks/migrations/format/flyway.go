package format

import (
	"regexp"
	"strings"
)

// flyway is Redgate's Flyway: V for versions, U for their undo (in its paid
// editions), R for scripts that are repeated whenever they change.
var flyway = Tool{
	Name:   "flyway",
	Claims: func(d *Folder) Strength { return d.named(flywayName, Named+5) },
	Read:   readFlyway,
}

var flywayName = regexp.MustCompile(`^([VUBR])([0-9][0-9._]*)?__(.+)\.sql$`)

func readFlyway(d *Folder) Set {
	var set Set
	var halves []half
	for _, f := range d.SQL() {
		m := flywayName.FindStringSubmatch(f.Name)
		switch {
		case m == nil || m[1] != "R" && m[2] == "":
			if d.Used && (looksVersioned(f.Name) || strings.HasPrefix(f.Name, "V") || strings.HasPrefix(f.Name, "U")) {
				set.Order = append(set.Order, defect(f, 1, "flyway skips %s; name it V1_2__title.sql", f.Name))
			}
		case m[1] == "V" || m[1] == "U":
			number := strings.Trim(strings.ReplaceAll(m[2], "_", "."), ".")
			halves = append(halves, half{file: f, number: number, name: m[3], key: flywayKey(number), down: m[1] == "U"})
		}
	}
	set.Versions = pair(halves, byParts, func(first, second half) {
		set.Order = append(set.Order, defect(second.file, 1, "version %s is used twice, by %s and %s; flyway refuses to start: renumber one",
			second.number, first.file.Name, second.file.Name))
	})
	undo := false
	for i := range set.Versions {
		v := &set.Versions[i]
		undo = undo || v.Down != nil
		if v.Up != nil {
			v.Remedy = "add " + d.join("U"+strings.TrimPrefix(baseOf(v.Up.File), "V"))
		}
	}
	if !undo {
		set.ForwardOnly = "flyway takes versions back by U scripts only"
	}
	set.Order = append(set.Order, lonely(set.Versions)...)
	return set
}

// flywayKey ignores leading zeros and trailing zero parts: 1, 01 and 1.0 are one version.
func flywayKey(number string) string {
	parts := strings.Split(number, ".")
	for i := range parts {
		parts[i] = canonical(parts[i])
	}
	for len(parts) > 1 && parts[len(parts)-1] == "0" {
		parts = parts[:len(parts)-1]
	}
	return strings.Join(parts, ".")
}

func baseOf(file string) string { return file[strings.LastIndexByte(file, '/')+1:] }
