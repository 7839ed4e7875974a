package format

import (
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/sql"
	"github.com/backend-conformance/conformance/report"
)

// codeSets finds migrations that are Go values rather than files: gormigrate
// and xormigrate, slices of functions or statements, and files named by version.
func codeSets(folders []*Folder, taken map[string]bool) []Set {
	var sets []Set
	for _, d := range folders {
		if !d.mayHoldCode() {
			continue
		}
		code := readGoFiles(d)
		found := readGormigrate(d, code)
		if len(found) == 0 && !taken[d.Path] {
			found = readSlices(d, code)
		}
		if len(found) == 0 && !taken[d.Path] && saysMigration(d.Path) {
			found = readVersionFiles(d, code)
		}
		sets = append(sets, found...)
	}
	return sets
}

// codeWords is a cheap look for what codeSets reads.
var codeWords = regexp.MustCompile(`gormigrate|xormigrate|(?i:migrations?\w*\s*(=|\+=|:=|\[\])[^\n]*\[)`)

func (d *Folder) mayHoldCode() bool {
	versioned := saysMigration(d.Path)
	return slices.ContainsFunc(d.Files, func(f *File) bool {
		return strings.HasSuffix(f.Name, ".go") && !strings.HasSuffix(f.Name, "_test.go") &&
			(versioned && versionFile.MatchString(f.Name) || codeWords.MatchString(f.Text()))
	})
}

// gormigrates are the packages whose Migration has ID, Migrate and Rollback.
var gormigrates = map[string]string{
	"github.com/go-gormigrate/gormigrate/v2": "gormigrate", "github.com/go-gormigrate/gormigrate": "gormigrate", "gopkg.in/gormigrate.v1": "gormigrate", "gopkg.in/gormigrate.v2": "gormigrate",
	"src.techknowlogick.com/xormigrate": "xormigrate", "xorm.io/xorm/migrate": "xorm",
}

// readGormigrate finds Migration literals. An absent Rollback makes the library
// answer ErrRollbackImpossible.
func readGormigrate(d *Folder, c *goCode) []Set {
	set := Set{Dir: d.Path}
	taken := map[string]report.Position{}
	for _, f := range d.Files {
		tree := c.files[f.Name]
		tool := importedTool(tree)
		if tool == "" {
			continue
		}
		set.Tool = tool
		ast.Inspect(tree, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok || field(lit, "Migrate") == nil && field(lit, "Rollback") == nil {
				return true
			}
			v := Version{Up: c.part(field(lit, "Migrate")), Down: c.part(field(lit, "Rollback")),
				Remedy: "set Rollback in " + f.Path}
			v.Number, _ = stringValue(field(lit, "ID"))
			if v.Up == nil {
				v.Up = &Part{Position: c.position(lit.Pos()), Language: Go, Does: sql.Nothing}
			}
			if first, twice := taken[v.Number]; twice && v.Number != "" {
				set.Order = append(set.Order, Defect{Position: c.position(lit.Pos()), Anchor: v.Number,
					Message: fmt.Sprintf("migration id %s is used twice, here and in %s; %s refuses to start: give one another id", v.Number, first, tool)})
			}
			taken[v.Number] = c.position(lit.Pos())
			set.Versions = append(set.Versions, v)
			return true
		})
	}
	if len(set.Versions) == 0 {
		return nil
	}
	set.Evidence = []report.Related{{Position: set.Versions[0].Position(), Message: "Go values for " + set.Tool}}
	return []Set{set}
}

func importedTool(tree *ast.File) string {
	if tree == nil {
		return ""
	}
	for _, imp := range tree.Imports {
		if tool := gormigrates[strings.Trim(imp.Path.Value, `"`)]; tool != "" {
			return tool
		}
	}
	return ""
}

// collectionName is what a loader of one's own calls its list.
var collectionName = regexp.MustCompile(`(?i)migrations?$|^migrations?|schema(s|_?changes|_?versions)$|^upgrades?$`)

// readSlices finds lists of steps in Go: functions, statements, or structs of these.
func readSlices(d *Folder, c *goCode) []Set {
	var sets []Set
	for _, f := range d.Files {
		tree := c.files[f.Name]
		if tree == nil {
			continue
		}
		for _, decl := range tree.Decls {
			ast.Inspect(decl, func(n ast.Node) bool {
				switch x := n.(type) {
				case *ast.ValueSpec:
					for i, name := range x.Names {
						if i < len(x.Values) {
							sets = append(sets, c.slice(d, name.Name, x.Values[i])...)
						}
					}
				case *ast.AssignStmt:
					for i, l := range x.Lhs {
						if id, ok := l.(*ast.Ident); ok && i < len(x.Rhs) {
							sets = append(sets, c.slice(d, id.Name, x.Rhs[i])...)
						}
					}
				}
				return true
			})
		}
	}
	return sets
}

// slice reads a literal list of steps as a set; none where it changes no schema.
func (c *goCode) slice(d *Folder, name string, value ast.Expr) []Set {
	lit, ok := value.(*ast.CompositeLit)
	if !ok || !collectionName.MatchString(name) || len(lit.Elts) == 0 {
		return nil
	}
	if _, ok := lit.Type.(*ast.ArrayType); !ok {
		return nil
	}
	set := Set{Tool: "Go code", Dir: d.Path}
	changes := false
	for i, e := range lit.Elts {
		v := c.step(e)
		if v.Number == "" {
			v.Number = fmt.Sprint(i + 1)
		}
		v.Remedy = "give the step a way back in " + v.Up.File
		changes = changes || v.Up.Effect(sql.Unknown) == sql.Schema
		set.Versions = append(set.Versions, v)
	}
	if !changes {
		return nil
	}
	set.Evidence = []report.Related{{Position: c.position(lit.Pos()), Message: "the list " + name + " in Go code"}}
	return []Set{set}
}

var (
	stepDown = regexp.MustCompile(`(?i)down|rollback|revert|undo`)
	stepID   = regexp.MustCompile(`(?i)^(id|version|name|number|seq)$`)
)

// step is one element of a list: a function, a statement, or a struct whose
// fields hold them.
func (c *goCode) step(e ast.Expr) Version {
	if u, ok := e.(*ast.UnaryExpr); ok {
		e = u.X
	}
	if kv, ok := e.(*ast.KeyValueExpr); ok {
		e = kv.Value
	}
	v := Version{Up: &Part{Position: c.position(e.Pos()), Language: Go, Does: sql.Opaque}}
	lit, ok := e.(*ast.CompositeLit)
	if !ok {
		v.Up.Does = c.effect(e)
		return v
	}
	v.Up.Does = sql.Nothing
	for _, elt := range lit.Elts {
		kv, ok := elt.(*ast.KeyValueExpr)
		if !ok {
			v.Up.Does = max(v.Up.Does, c.effect(elt))
			continue
		}
		key, _ := kv.Key.(*ast.Ident)
		switch {
		case key != nil && stepDown.MatchString(key.Name):
			v.Down = c.part(kv.Value)
			if v.Down != nil {
				v.Down.Does = c.effect(kv.Value)
			}
		case key != nil && stepID.MatchString(key.Name):
			if lit, ok := kv.Value.(*ast.BasicLit); ok {
				v.Number = strings.Trim(lit.Value, "\"`")
			}
		default:
			v.Up.Does = max(v.Up.Does, c.effect(kv.Value))
		}
	}
	return v
}

// effect is what an expression does when it is run: a function's body, or the
// statements in its literals.
func (c *goCode) effect(e ast.Expr) sql.Effect {
	if _, body := c.body(e); body != nil {
		return c.bodyEffect(body, 3)
	}
	effect, literal := sql.Nothing, false
	ast.Inspect(e, func(n ast.Node) bool {
		if x, ok := n.(*ast.BasicLit); ok {
			if text, ok := stringValue(x); ok {
				literal = true
				effect = max(effect, sql.Split(text, sql.Guess(text), 1).Effect())
			}
		}
		return true
	})
	if !literal {
		return sql.Opaque
	}
	return effect
}

// versionFile is a Go file named by the version that it upgrades to.
var versionFile = regexp.MustCompile(`(?i)^v?(\d+(?:[._]\d+)*)(?:[_\-.](.*))?\.go$`)

// readVersionFiles reads a folder with one Go file per version.
func readVersionFiles(d *Folder, c *goCode) []Set {
	set := Set{Tool: "Go code", Dir: d.Path}
	changes := false
	for _, f := range d.Files {
		m := versionFile.FindStringSubmatch(f.Name)
		if m == nil || strings.HasSuffix(f.Name, "_test.go") || c.files[f.Name] == nil {
			continue
		}
		v := Version{Number: strings.ReplaceAll(m[1], "_", "."), Name: m[2], Remedy: "write a function that takes it back in " + f.Path}
		for _, decl := range c.files[f.Name].Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			part := &Part{Position: c.position(fn.Pos()), Language: Go, Does: c.bodyEffect(fn.Body, 3)}
			switch {
			case stepDown.MatchString(fn.Name.Name):
				v.Down = heavier(v.Down, part)
			case ast.IsExported(fn.Name.Name) || v.Up == nil:
				v.Up = heavier(v.Up, part)
			}
		}
		if v.Up != nil {
			changes = changes || v.Up.Does == sql.Schema
			set.Versions = append(set.Versions, v)
		}
	}
	if !changes || len(set.Versions) < 2 {
		return nil
	}
	slices.SortStableFunc(set.Versions, byParts)
	set.Evidence = []report.Related{{Position: set.Versions[0].Position(), Message: "Go files named by version in " + path.Base(d.Path)}}
	return []Set{set}
}

// heavier is the part that does more.
func heavier(a, b *Part) *Part {
	if a == nil || b.Does > a.Does {
		return b
	}
	return a
}
