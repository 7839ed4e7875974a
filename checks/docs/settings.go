package docs

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"reflect"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/report"
)

// settings are the environment variables that the program reads.
type settings struct {
	variables []variable
	// unknown are reads of variables whose name the code computes.
	unknown []report.Position
	// derived is where a library is imported that makes names out of those of
	// fields or keys; the zero value where none is.
	derived report.Related
	// configurable holds when there is any way to configure the program.
	configurable bool
}

type variable struct {
	name string
	pos  report.Position
	// prefixed names stand in a struct tag, where a library may put a prefix before them.
	prefixed bool
}

// readers are the functions that read a variable named by their argument.
var readers = map[string]int{
	"os.Getenv": 0, "os.LookupEnv": 0, "syscall.Getenv": 0,
}

// libraries that configure a program otherwise than by the environment.
var configLibraries = []string{
	"flag", "github.com/spf13/pflag", "github.com/spf13/viper", "github.com/spf13/cobra", "github.com/urfave/cli/", "github.com/alecthomas/kong",
	"github.com/alecthomas/kingpin/", "github.com/knadh/koanf/", "github.com/jessevdk/go-flags", "github.com/BurntSushi/toml", "github.com/peterbourgon/ff/",
}

func readSettings(p *load.Program) settings {
	if p == nil {
		return settings{}
	}
	r := &settingsReader{program: p, wrappers: map[*types.Func]int{}, holders: map[types.Object]int{}, handed: map[*ast.CallExpr]bool{}, seen: map[string]bool{}}
	for r.findWrappers() || r.findHolders() { // wrappers of wrappers
	}
	for _, pkg := range p.Packages {
		for _, f := range pkg.Syntax {
			if !strings.HasSuffix(p.Fset.Position(f.FileStart).Filename, "_test.go") && !ast.IsGenerated(f) {
				r.file(pkg, f)
			}
		}
	}
	r.out.derived = r.derivingLibrary()
	for _, lib := range configLibraries {
		r.out.configurable = r.out.configurable || p.Imports(lib)
	}
	r.out.configurable = r.out.configurable || len(r.out.variables) > 0
	sort.SliceStable(r.out.variables, func(i, j int) bool { return r.out.variables[i].name < r.out.variables[j].name })
	return r.out
}

// derivingLibraries make names of variables out of names of fields or keys.
var derivingLibraries = []string{
	"github.com/kelseyhightower/envconfig", "github.com/vrischmann/envconfig", "github.com/ardanlabs/conf", "github.com/spf13/viper",
	"github.com/knadh/koanf/providers/env", "github.com/knadh/koanf", "github.com/jinzhu/configor", "github.com/cristalhq/aconfig", "github.com/caarlos0/env",
	"github.com/sethvargo/go-envconfig", "github.com/ilyakaznacheev/cleanenv", "github.com/gookit/config", "github.com/peterbourgon/ff",
}

func (r *settingsReader) derivingLibrary() report.Related {
	for _, pkg := range r.program.Packages {
		for _, f := range pkg.Syntax {
			for _, spec := range f.Imports {
				path := strings.Trim(spec.Path.Value, "`\"")
				for _, lib := range derivingLibraries {
					if path == lib || strings.HasPrefix(path, lib+"/") {
						return report.Related{Position: r.program.Position(spec.Pos()), Message: "imports " + path}
					}
				}
			}
		}
	}
	return report.Related{}
}

type settingsReader struct {
	program *load.Program
	// wrappers are the module's own functions that hand a parameter on to a reader.
	wrappers map[*types.Func]int
	// holders are parameters, variables and fields that a reader is handed to.
	holders map[types.Object]int
	// handed are the reads by which a wrapper hands its parameter on; its callers
	// are looked at instead.
	handed map[*ast.CallExpr]bool
	seen   map[string]bool
	out    settings
}

// argument is the position of the name among a call's arguments.
func (r *settingsReader) argument(pkg *packages.Package, call *ast.CallExpr) (int, bool) {
	return r.reads(denoted(pkg, call.Fun))
}

// reads gives the position of the name among the arguments of a function, or
// of a variable that holds one.
func (r *settingsReader) reads(obj types.Object) (int, bool) {
	switch o := obj.(type) {
	case *types.Var:
		i, ok := r.holders[o.Origin()]
		return i, ok
	case *types.Func:
		if i, ok := r.wrappers[o]; ok {
			return i, true
		}
		if o.Signature().Recv() != nil {
			return 0, false
		}
		i, ok := readers[o.FullName()]
		return i, ok
	}
	return 0, false
}

// denoted is the function or variable that an expression names; nil for others.
func denoted(pkg *packages.Package, e ast.Expr) types.Object {
	e = ast.Unparen(e)
	switch f := e.(type) { // instantiated generics
	case *ast.IndexExpr:
		e = f.X
	case *ast.IndexListExpr:
		e = f.X
	}
	var id *ast.Ident
	switch f := e.(type) {
	case *ast.Ident:
		id = f
	case *ast.SelectorExpr:
		id = f.Sel
	default:
		return nil
	}
	obj := pkg.TypesInfo.ObjectOf(id)
	if fn, ok := obj.(*types.Func); ok {
		return fn.Origin()
	}
	return obj
}

func callee(pkg *packages.Package, call *ast.CallExpr) *types.Func {
	fn, _ := denoted(pkg, call.Fun).(*types.Func)
	return fn
}

// findWrappers adds functions such as getEnv(key, fallback); it reports whether
// there were new ones.
func (r *settingsReader) findWrappers() bool {
	found := false
	for _, pkg := range r.program.Packages {
		for _, f := range pkg.Syntax {
			for _, decl := range f.Decls {
				fd, ok := decl.(*ast.FuncDecl)
				if !ok || fd.Body == nil {
					continue
				}
				fn, _ := pkg.TypesInfo.Defs[fd.Name].(*types.Func)
				if fn == nil {
					continue
				}
				if _, known := r.wrappers[fn]; known {
					continue
				}
				if i, ok := r.handsOn(pkg, fn.Signature(), fd.Body); ok {
					r.wrappers[fn] = i
					found = true
				}
			}
		}
	}
	return found
}

// handsOn finds the parameter that a function reads the environment by.
func (r *settingsReader) handsOn(pkg *packages.Package, sig *types.Signature, body *ast.BlockStmt) (int, bool) {
	index, ok := 0, false
	ast.Inspect(body, func(n ast.Node) bool {
		call, isCall := n.(*ast.CallExpr)
		if !isCall || ok {
			return !ok
		}
		i, reads := r.argument(pkg, call)
		if !reads || i >= len(call.Args) {
			return true
		}
		id, isIdent := ast.Unparen(call.Args[i]).(*ast.Ident)
		if !isIdent {
			return true
		}
		if index, ok = parameter(sig, pkg.TypesInfo.Uses[id]); ok {
			r.handed[call] = true
		}
		return true
	})
	return index, ok
}

func parameter(sig *types.Signature, obj types.Object) (int, bool) {
	for i := range sig.Params().Len() {
		if obj == sig.Params().At(i) {
			return i, true
		}
	}
	return 0, false
}

func (r *settingsReader) file(pkg *packages.Package, f *ast.File) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			r.call(pkg, n)
		case *ast.StructType:
			for _, field := range n.Fields.List {
				r.tag(pkg, field)
			}
		}
		return true
	})
}

func (r *settingsReader) call(pkg *packages.Package, call *ast.CallExpr) {
	if r.handed[call] {
		return
	}
	if i, ok := r.argument(pkg, call); ok && i < len(call.Args) {
		if name, ok := constantString(pkg, call.Args[i]); ok {
			r.add(name, call.Args[i].Pos(), false)
		} else {
			r.out.unknown = append(r.out.unknown, r.program.Position(call.Pos()))
		}
		return
	}
	// viper.BindEnv("key", "NAME"...): the names after the key are taken as they are.
	if fn := callee(pkg, call); fn != nil && fn.Name() == "BindEnv" && fn.Pkg() != nil && strings.HasSuffix(fn.Pkg().Path(), "spf13/viper") && len(call.Args) > 1 {
		for _, arg := range call.Args[1:] {
			if name, ok := constantString(pkg, arg); ok {
				r.add(name, arg.Pos(), false)
			}
		}
	}
}

func constantString(pkg *packages.Package, e ast.Expr) (string, bool) {
	v := pkg.TypesInfo.Types[e].Value
	if v == nil || v.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(v), true
}

var variableName = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$`)

// tag reads env:"NAME,options" and envconfig:"NAME". A field that explains
// itself to --help is documented there; on a struct the tag is but the prefix of
// its fields' names.
func (r *settingsReader) tag(pkg *packages.Package, field *ast.Field) {
	if field.Tag == nil || isGroup(pkg.TypesInfo.TypeOf(field.Type)) {
		return
	}
	raw, err := strconv.Unquote(field.Tag.Value)
	if err != nil {
		return
	}
	tag := reflect.StructTag(raw)
	for _, self := range []string{"help", "description", "desc", "usage", "env-description"} {
		if tag.Get(self) != "" {
			return
		}
	}
	for _, key := range []string{"env", "envconfig"} {
		name, _, _ := strings.Cut(tag.Get(key), ",")
		if variableName.MatchString(name) && len(name) > 1 {
			r.add(name, field.Tag.Pos(), true)
		}
	}
}

// isGroup holds for structs that cannot be read from one text.
func isGroup(t types.Type) bool {
	if t == nil {
		return false
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	if _, ok := t.Underlying().(*types.Struct); !ok {
		return false
	}
	for _, method := range []string{"UnmarshalText", "Decode", "Set", "SetValue", "EnvDecode"} {
		if obj, _, _ := types.LookupFieldOrMethod(t, true, nil, method); obj != nil {
			return false
		}
	}
	return true
}

// add notes a variable once, at the first place in the order of packages.
func (r *settingsReader) add(name string, pos token.Pos, prefixed bool) {
	if name == "" || belongsToSystem(name) {
		return
	}
	at := r.program.Position(pos)
	if !at.IsValid() || r.seen[name] {
		return
	}
	r.seen[name] = true
	r.out.variables = append(r.out.variables, variable{name, at, prefixed})
}

// belongsToSystem holds for variables that the system or the platform sets and
// documents.
func belongsToSystem(name string) bool {
	for _, prefix := range []string{"XDG_", "LC_", "GITHUB_", "KUBERNETES_", "SSH_", "LISTEN_", "ECS_", "AWS_LAMBDA_", "FUNCTIONS_", "OTEL_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return systemVariables[strings.ToUpper(name)]
}

var systemVariables = map[string]bool{
	"HOME": true, "PATH": true, "USER": true, "LOGNAME": true, "PWD": true, "SHELL": true, "TERM": true, "COLORTERM": true, "EDITOR": true,
	"VISUAL": true, "PAGER": true, "LANG": true, "TZ": true, "TMPDIR": true, "TEMP": true, "TMP": true, "HOSTNAME": true, "DISPLAY": true,
	"GOPATH": true, "GOROOT": true, "GOBIN": true, "GOCACHE": true, "GOFLAGS": true, "GOOS": true, "GOARCH": true, "GOMAXPROCS": true, "GOMEMLIMIT": true,
	"CI": true, "HTTP_PROXY": true, "HTTPS_PROXY": true, "NO_PROXY": true, "NO_COLOR": true, "FORCE_COLOR": true, "CLICOLOR": true,
	"NOTIFY_SOCKET": true, "INVOCATION_ID": true, "JOURNAL_STREAM": true, "WATCHDOG_USEC": true, "MAINPID": true, "SUDO_USER": true, "SUDO_UID": true, "SUDO_GID": true,
	"APPDATA": true, "LOCALAPPDATA": true, "USERPROFILE": true, "PROGRAMDATA": true, "PROGRAMFILES": true, "SYSTEMROOT": true, "WINDIR": true, "COMSPEC": true, "COMPUTERNAME": true,
}
