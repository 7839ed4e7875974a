package format

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/report"
)

// command is how a tool is called from a Makefile, a compose file or CI.
type command struct {
	tool    string
	pattern *regexp.Regexp
}

var commands = []command{
	{golangMigrate.Name, regexp.MustCompile(`(?:^|[\s/"'=])migrate(?:\.linux-amd64)?\s+[^\n]*-(?:path|source|database)\b|migrate/migrate\b|golang-migrate/migrate`)},
	{goose.Name, regexp.MustCompile(`(?:^|[\s/"'=])goose\s+[^\n]*(?:\bup\b|\bdown\b|-dir\b|\bcreate\b|\bstatus\b)|pressly/goose`)},
	{dbmate.Name, regexp.MustCompile(`(?:^|[\s/"'=])dbmate\b`)},
	{sqlMigrate.Name, regexp.MustCompile(`(?:^|[\s/"'=])sql-migrate\b`)},
	{tern.Name, regexp.MustCompile(`(?:^|[\s/"'=])tern\s+(?:migrate|new|status|code)\b|jackc/tern`)},
	{bun.Name, regexp.MustCompile(`uptrace/bun/migrate`)},
	{flyway.Name, regexp.MustCompile(`(?:^|[\s/"'=])flyway\s+[^\n]*\b(?:migrate|undo)\b|flyway/flyway`)},
	{liquibase.Name, regexp.MustCompile(`(?:^|[\s/"'=])liquibase\b`)},
	{atlas.Name, regexp.MustCompile(`(?:^|[\s/"'=])atlas\s+migrate\b|arigaio/atlas`)},
	{pop.Name, regexp.MustCompile(`(?:^|[\s/"'=])soda\s+(?:migrate|generate)\b|gobuffalo/pop`)},
}

// usage is what speaks for a tool anywhere in the repository.
type usage map[string]report.Related

// toolUse looks for imports and command lines.
func toolUse(in Input, texts []*File) usage {
	use := usage{}
	for _, t := range Tools() {
		for _, imp := range t.Imports {
			if at, ok := in.Imports(imp); ok {
				use[t.Name] = report.Related{Position: at, Message: "imports " + strings.TrimSuffix(imp, "/")}
				break
			}
		}
	}
	for _, c := range commands {
		if _, ok := use[c.tool]; ok {
			continue
		}
		for _, f := range texts {
			if m := c.pattern.FindStringIndex(f.Text()); m != nil {
				use[c.tool] = at(f, lineOf(f.Text(), m[0]), "calls "+c.tool)
				break
			}
		}
	}
	return use
}

// callsTools reports whether a file of this name may hold command lines.
func callsTools(name string) bool {
	base := strings.ToLower(path.Base(name))
	switch {
	case base == "makefile", base == "justfile", base == "gnumakefile", strings.HasSuffix(base, ".mk"), strings.HasPrefix(base, "taskfile"), strings.HasPrefix(base, "magefile"):
		return true
	case strings.Contains(base, "dockerfile"), strings.HasPrefix(base, "docker-compose"), strings.HasPrefix(base, "compose."), base == ".gitlab-ci.yml", base == "atlas.hcl", base == "dbconfig.yml":
		return true
	case strings.HasPrefix(name, ".github/workflows/"), strings.HasSuffix(base, ".sh"):
		return true
	}
	return false
}

// identify chooses the tool for a folder by its evidence and reads it.
func identify(d *Folder, use usage) (set Set, ok bool) {
	var best Tool
	strength, shape := None, None
	for _, t := range Tools() {
		claim := t.Claims(d)
		_, used := use[t.Name]
		s := claim
		if s == None || s == Shaped && !used && t.Name != own.Name {
			continue // a number in front of a name is nobody's in particular
		}
		if used {
			s += imported
		}
		if s > strength {
			best, strength, shape = t, s, claim
		}
	}
	if strength == None {
		return Set{}, false
	}
	evidence, used := use[best.Name]
	d.Used = used || strength >= Marked
	if shape == Shaped && (!d.changesSchema() || !used && !saysMigration(d.Path)) {
		return Set{}, false
	}
	set = best.Read(d)
	if len(set.Versions) == 0 {
		return Set{}, false
	}
	set.Tool, set.Dir = best.Name, d.Path
	set.Dialect = dialectOf(d, set)
	if used {
		set.Evidence = append(set.Evidence, evidence)
	}
	set.Evidence = append(set.Evidence, report.Related{Position: set.Versions[0].Position(), Message: describe(strength, best)})
	set.Invalid = append(append(set.Invalid, unreadable(d)...), staleSum(d)...)
	return set, true
}

func describe(s Strength, t Tool) string {
	if s >= Marked {
		return "the scripts are written for " + t.Name
	}
	return "the files are named as for " + t.Name
}

var migrationWords = regexp.MustCompile(`(?i)migrat|schema|changelog|ddl|versions?$|upgrades?$`)

// saysMigration reports whether a folder's name says what it holds.
func saysMigration(dir string) bool { return migrationWords.MatchString(dir) }

// schemaWords is a cheap look for a statement that changes a schema.
var schemaWords = regexp.MustCompile(`(?i)\b(create|alter|drop|rename)\s`)

// changesSchema reports whether some file of the folder, or below it, may change a schema.
func (d *Folder) changesSchema() bool {
	return slices.ContainsFunc(filesBelow(d), func(f *File) bool {
		return !strings.HasSuffix(f.Name, ".go") && schemaWords.MatchString(f.Text())
	})
}

// unreadable are scripts that are no text.
func unreadable(d *Folder) []Defect {
	var ds []Defect
	for _, f := range d.Files {
		if strings.HasSuffix(f.Name, ".sql") && f.Problem() != "" {
			ds = append(ds, defect(f, 1, "%s %s; save it as UTF-8 text", f.Name, f.Problem()))
		}
	}
	return ds
}
