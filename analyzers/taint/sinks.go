package taint

import (
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/sqlapi"
	"github.com/backend-conformance/conformance/analyzers/internal/ssavalue"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// Kind is what a sink does with the text that reaches it.
type Kind string

// The kinds, each the concern of one rule. Upload is a path once more, for the
// name that a client gave to a file.
const (
	SQL      Kind = "sql"
	Command  Kind = "command"
	Path     Kind = "path"
	URL      Kind = "url"
	Redirect Kind = "redirect"
	HTML     Kind = "html"
	Log      Kind = "log"
	Upload   Kind = "upload"
	Template Kind = "template" // the text of a template, of which no escaping makes data

	// anyKind is a search that nothing ends: what it does not find no kind finds.
	anyKind Kind = ""
)

// sink is what text must not reach unchecked.
type sink struct {
	kind   Kind
	values []ssa.Value
	// path is the field of the values that matters; empty for the whole.
	path string
	// where names the sink for messages: "os.Open".
	where string
	// through names the function of another package that leads there; else empty.
	through string
	pos     token.Pos
}

// row is a sink of the table: the kind, and the argument's index.
type row struct {
	kind Kind
	arg  int
}

// table lists sinks by canonical name.
var table = map[string]row{
	"os.Open": {Path, 0}, "os.OpenFile": {Path, 0}, "os.Create": {Path, 0}, "os.ReadFile": {Path, 0}, "os.WriteFile": {Path, 0}, "os.ReadDir": {Path, 0},
	"os.Remove": {Path, 0}, "os.RemoveAll": {Path, 0}, "os.Mkdir": {Path, 0}, "os.MkdirAll": {Path, 0}, "os.Rename": {Path, 1}, "os.Truncate": {Path, 0}, "os.DirFS": {Path, 0}, "os.OpenRoot": {Path, 0},
	"io/ioutil.ReadFile": {Path, 0}, "io/ioutil.WriteFile": {Path, 0}, "io/ioutil.ReadDir": {Path, 0},
	"path/filepath.Walk": {Path, 0}, "path/filepath.WalkDir": {Path, 0}, "net/http.ServeFile": {Path, 2},
	"github.com/gin-gonic/gin.Context.File": {Path, 0}, "github.com/gin-gonic/gin.Context.SaveUploadedFile": {Path, 1}, "github.com/gin-gonic/gin.Context.FileAttachment": {Path, 0},
	"github.com/labstack/echo.Context.File": {Path, 0}, "github.com/labstack/echo.Context.Attachment": {Path, 0}, "github.com/labstack/echo.Context.Inline": {Path, 0},
	"github.com/gofiber/fiber.Ctx.SendFile": {Path, 0}, "github.com/gofiber/fiber.Ctx.SaveFile": {Path, 1}, "github.com/gofiber/fiber.Ctx.Download": {Path, 0},
	"github.com/valyala/fasthttp.RequestCtx.SendFile": {Path, 0}, "github.com/valyala/fasthttp.SaveMultipartFile": {Path, 1},

	"net/http.Get": {URL, 0}, "net/http.Head": {URL, 0}, "net/http.Post": {URL, 0}, "net/http.PostForm": {URL, 0},
	"net/http.Client.Get": {URL, 0}, "net/http.Client.Head": {URL, 0}, "net/http.Client.Post": {URL, 0}, "net/http.Client.PostForm": {URL, 0},
	"net/http.NewRequest": {URL, 1}, "net/http.NewRequestWithContext": {URL, 2},
	"net.Dial": {URL, 1}, "net.DialTimeout": {URL, 1}, "net.Dialer.DialContext": {URL, 2},
	"github.com/gofiber/fiber.Get": {URL, 0}, "github.com/valyala/fasthttp.Request.SetRequestURI": {URL, 0}, "github.com/valyala/fasthttp.Get": {URL, 1},
	"github.com/go-resty/resty.Request.Get": {URL, 0}, "github.com/go-resty/resty.Request.Post": {URL, 0}, "github.com/go-resty/resty.Request.Put": {URL, 0}, "github.com/go-resty/resty.Request.Delete": {URL, 0},

	"net/http.Redirect": {Redirect, 2}, "github.com/gin-gonic/gin.Context.Redirect": {Redirect, 1}, "github.com/labstack/echo.Context.Redirect": {Redirect, 1},
	"github.com/gofiber/fiber.Ctx.Redirect": {Redirect, 0}, "github.com/gofiber/fiber.Redirect.To": {Redirect, 0}, "github.com/valyala/fasthttp.RequestCtx.Redirect": {Redirect, 0},

	"github.com/labstack/echo.Context.HTML": {HTML, 1}, "github.com/labstack/echo.Context.HTMLBlob": {HTML, 1}, "github.com/go-chi/render.HTML": {HTML, 2},
	"html/template.Template.Parse": {Template, 0}, "text/template.Template.Parse": {Template, 0},
}

// sinks lists what an instruction does with text.
func (t *tracker) sinks(instr ssa.Instruction) []sink {
	if c, ok := instr.(*ssa.ChangeType); ok {
		return trusted(c, c.X)
	}
	if c, ok := instr.(*ssa.Convert); ok {
		return trusted(c, c.X)
	}
	call, ok := instr.(ssa.CallInstruction)
	if !ok {
		return nil
	}
	c := call.Common()
	fn := ssavalue.Callee(c)
	name := web.Name(fn)
	where := short(fn)
	one := func(k Kind, vs ...ssa.Value) []sink {
		return []sink{{kind: k, values: vs, where: where, pos: call.Pos()}}
	}
	if i := sqlapi.Text(fn); i >= 0 {
		if v := ssavalue.Argument(c, i); v != nil && source.IsString(ssavalue.Plain(v).Type()) {
			return one(SQL, v)
		}
		return nil
	}
	if r, ok := table[name]; ok {
		v := ssavalue.Argument(c, r.arg)
		switch {
		case v == nil, strings.HasPrefix(name, "net.Dial") && t.guardsAddresses(call.Parent(), 0):
			return nil // a guard connects to see which address a name stands for
		case r.kind == Path && creates[name]:
			return append(one(Path, v), one(Upload, v)...)
		}
		return one(r.kind, ssavalue.Variadic(v)...)
	}
	switch name {
	case "os/exec.Command":
		return one(Command, program(c.Args)...)
	case "os/exec.CommandContext":
		return one(Command, program(c.Args[1:])...)
	}
	if vs := t.logged(c, name); vs != nil {
		return one(Log, vs...)
	}
	if vs := t.shown(call, fn, name); vs != nil {
		return one(HTML, vs...)
	}
	return t.handedOn(call, fn)
}

// creates are the sinks of paths that make a file.
var creates = map[string]bool{
	"os.Create": true, "os.OpenFile": true, "os.WriteFile": true, "io/ioutil.WriteFile": true, "github.com/gin-gonic/gin.Context.SaveUploadedFile": true,
	"github.com/gofiber/fiber.Ctx.SaveFile": true, "github.com/valyala/fasthttp.SaveMultipartFile": true,
}

// handedOn are the sinks that functions of other packages lead to.
func (t *tracker) handedOn(call ssa.CallInstruction, fn *types.Func) []sink {
	fact := t.fact(fn)
	if fact == nil {
		return nil
	}
	var sinks []sink
	args := ssavalue.Operands(call.Common())
	for _, s := range fact.Sinks {
		if s.Param < len(args) {
			sinks = append(sinks, sink{s.Kind, []ssa.Value{args[s.Param]}, s.Path, s.Where, short(fn), call.Pos()})
		}
	}
	return sinks
}

// short is a function as messages name it: "os.Open", "Ctx.SendFile".
func short(fn *types.Func) string {
	if fn == nil {
		return "a function"
	}
	if recv := fn.Signature().Recv(); recv != nil {
		name := web.TypeName(recv.Type())
		return name[strings.LastIndexAny(name, "./")+1:] + "." + fn.Name()
	}
	return fn.Pkg().Name() + "." + fn.Name()
}

// program is what decides which program runs: its name, and for a shell the
// script. Plain arguments of a constant program are not commands.
func program(args []ssa.Value) []ssa.Value {
	if len(args) == 0 {
		return nil
	}
	name, _ := ssavalue.Text(args[0])
	switch strings.TrimSuffix(name[strings.LastIndexAny(name, `/\`)+1:], ".exe") {
	case "sh", "bash", "zsh", "dash", "ash", "ksh", "cmd", "powershell", "pwsh", "eval":
		if len(args) > 1 {
			return script(ssavalue.Variadic(args[1]))
		}
		return nil
	}
	return args[:1]
}

// script is the text behind -c; what comes after it are the script's arguments.
func script(args []ssa.Value) []ssa.Value {
	for i, a := range args {
		if flag, ok := ssavalue.Text(a); ok && (strings.HasPrefix(flag, "-") && strings.Contains(flag, "c") || strings.EqualFold(flag, "/c") || strings.EqualFold(flag, "-Command")) {
			return args[i+1 : min(i+2, len(args))]
		}
	}
	return args
}

// logged are the values that a call writes as they are into a line of a log:
// the standard logger, and files that are appended to line by line.
func (t *tracker) logged(c *ssa.CallCommon, name string) []ssa.Value {
	args := c.Args
	switch name {
	case "log.Logger.Print", "log.Logger.Println", "log.Logger.Printf":
		args = args[1:]
	case "log.Print", "log.Println", "log.Printf":
	case "os.File.WriteString", "os.File.Write":
		if t.logFile(args[0], 0) {
			return args[1:]
		}
		return nil
	case "fmt.Fprintf", "fmt.Fprintln", "fmt.Fprint":
		if !t.logFile(ssavalue.Plain(args[0]), 0) {
			return nil
		}
		args = args[1:]
	default:
		return nil
	}
	if !strings.HasSuffix(name, "f") {
		return ssavalue.Variadic(args[0])
	}
	text, ok := ssavalue.Text(args[0])
	if !ok || len(args) < 2 {
		return args
	}
	raw := []ssa.Value{} // a line without raw text is a site too
	for _, p := range formatted(text, ssavalue.Variadic(args[1])) {
		if p.value != nil && (p.verb == 's' || p.verb == 'v') {
			raw = append(raw, p.value)
		}
	}
	return raw
}

// logFile says that a value is a file opened for appending, or named like a log.
func (t *tracker) logFile(v ssa.Value, depth int) bool {
	if depth > 4 {
		return false
	}
	switch v := v.(type) {
	case *ssa.Extract:
		call, ok := v.Tuple.(*ssa.Call)
		return ok && web.Name(ssavalue.Callee(call.Common())) == "os.OpenFile" && t.appendsLines(call.Call.Args)
	case *ssa.UnOp:
		return t.logFile(v.X, depth+1)
	case *ssa.FreeVar:
		_, bound := ssavalue.Binding(v)
		return bound != nil && t.logFile(bound, depth+1)
	case *ssa.Alloc, *ssa.Global:
		for _, ref := range t.referrers(v) {
			if store, ok := ref.(*ssa.Store); ok && store.Addr == v && t.logFile(store.Val, depth+1) {
				return true
			}
		}
	case *ssa.Phi:
		for _, e := range v.Edges {
			if t.logFile(e, depth+1) {
				return true
			}
		}
	}
	return false
}

// osAppend is os.O_APPEND on the systems that backends run on.
const osAppend = 0x400

func (t *tracker) appendsLines(args []ssa.Value) bool {
	name, _ := ssavalue.Text(t.variable(args[0]))
	flag, ok := args[1].(*ssa.Const)
	return ok && flag.Int64()&osAppend != 0 && (strings.Contains(strings.ToLower(name), "log") || strings.HasSuffix(name, ".txt"))
}

// variable is what a package-level variable is set to, where it is set once.
func (t *tracker) variable(v ssa.Value) ssa.Value {
	load, ok := v.(*ssa.UnOp)
	if !ok {
		return v
	}
	g, ok := load.X.(*ssa.Global)
	if !ok {
		return v
	}
	var set []ssa.Value
	for _, ref := range t.globals[g] {
		if store, ok := ref.(*ssa.Store); ok && store.Addr == g {
			set = append(set, store.Val)
		}
	}
	if len(set) == 1 {
		return set[0]
	}
	return v
}
