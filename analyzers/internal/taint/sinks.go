package taint

import (
	"go/ast"
	"go/types"
	"strings"

	"github.com/backend-conformance/conformance/analyzers/internal/sqlapi"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// Kind is what a sink does with the text that reaches it.
type Kind string

// The kinds, each the concern of one rule.
const (
	SQL      Kind = "sql"
	Command  Kind = "command"
	Path     Kind = "path"
	URL      Kind = "url"
	Redirect Kind = "redirect"
	HTML     Kind = "html"
	Log      Kind = "log"
)

// sink is an argument of a call that text must not reach unchecked.
type sink struct {
	kind Kind
	arg  ast.Expr
}

// table lists sinks by canonical name: kind and argument index.
var table = map[string]struct {
	kind Kind
	arg  int
}{
	"os.Open": {Path, 0}, "os.OpenFile": {Path, 0}, "os.Create": {Path, 0}, "os.ReadFile": {Path, 0}, "os.WriteFile": {Path, 0},
	"os.Remove": {Path, 0}, "os.RemoveAll": {Path, 0}, "os.Mkdir": {Path, 0}, "os.MkdirAll": {Path, 0}, "os.ReadDir": {Path, 0},
	"io/ioutil.ReadFile": {Path, 0}, "io/ioutil.WriteFile": {Path, 0}, "net/http.ServeFile": {Path, 2},
	"github.com/gin-gonic/gin.Context.File": {Path, 0}, "github.com/gin-gonic/gin.Context.SaveUploadedFile": {Path, 1},
	"github.com/gin-gonic/gin.Context.FileAttachment": {Path, 0}, "github.com/labstack/echo.Context.File": {Path, 0},
	"github.com/gofiber/fiber.Ctx.SendFile": {Path, 0}, "github.com/gofiber/fiber.Ctx.SaveFile": {Path, 1}, "github.com/gofiber/fiber.Ctx.Download": {Path, 0},

	"net/http.Get": {URL, 0}, "net/http.Head": {URL, 0}, "net/http.Post": {URL, 0}, "net/http.PostForm": {URL, 0},
	"net/http.Client.Get": {URL, 0}, "net/http.Client.Head": {URL, 0}, "net/http.Client.Post": {URL, 0}, "net/http.Client.PostForm": {URL, 0},
	"net/http.NewRequest": {URL, 1}, "net/http.NewRequestWithContext": {URL, 2},

	"net/http.Redirect": {Redirect, 2}, "github.com/gin-gonic/gin.Context.Redirect": {Redirect, 1}, "github.com/labstack/echo.Context.Redirect": {Redirect, 1},
	"github.com/gofiber/fiber.Ctx.Redirect": {Redirect, 0},

	"github.com/labstack/echo.Context.HTML": {HTML, 1},
}

// sinksOf lists the sinks among a call's arguments.
func sinksOf(info *types.Info, scope *web.Scope, call *ast.CallExpr) []sink {
	fn := web.Callee(info, call)
	name := web.Name(fn)
	if i := sqlapi.Text(fn); i >= 0 && i < len(call.Args) {
		return []sink{{SQL, call.Args[i]}}
	}
	if s, ok := table[name]; ok && s.arg < len(call.Args) {
		return []sink{{s.kind, call.Args[s.arg]}}
	}
	switch name {
	case "os/exec.Command":
		return command(scope, call.Args)
	case "os/exec.CommandContext":
		if len(call.Args) > 1 {
			return command(scope, call.Args[1:])
		}
	case "log.Printf", "log.Print", "log.Println", "log.Logger.Printf", "log.Logger.Print", "log.Logger.Println":
		var sinks []sink
		for i, a := range call.Args {
			if !strings.HasSuffix(name, "f") || i > 0 && !quoted(scope, call) {
				sinks = append(sinks, sink{Log, a})
			}
		}
		return sinks
	}
	if call, ok := htmlText(info, call); ok {
		return []sink{{HTML, call}}
	}
	if a, ok := scope.Answer(call); ok && len(a.Bodies) > 0 && (a.Part == web.Piece || a.Encoding == "text") && marksUp(scope, a.Bodies) {
		var sinks []sink
		for _, b := range a.Bodies {
			sinks = append(sinks, sink{HTML, b})
		}
		return sinks
	}
	return nil
}

// command: the program itself, and for a shell everything.
func command(scope *web.Scope, args []ast.Expr) []sink {
	if len(args) == 0 {
		return nil
	}
	name := scope.String(args[0])
	switch name[strings.LastIndex(name, "/")+1:] {
	case "sh", "bash", "zsh", "dash", "ash", "cmd", "cmd.exe", "powershell", "eval":
		var sinks []sink
		for _, a := range args[1:] {
			sinks = append(sinks, sink{Command, a})
		}
		return sinks
	}
	return []sink{{Command, args[0]}}
}

// quoted says that a format prints with %q only, which escapes line breaks.
func quoted(scope *web.Scope, call *ast.CallExpr) bool {
	format := scope.String(call.Args[0])
	return format != "" && !strings.Contains(format, "%s") && !strings.Contains(format, "%v") && !strings.Contains(format, "%+v")
}

// htmlText knows template.HTML(x) and its kin, which switch escaping off.
func htmlText(info *types.Info, call *ast.CallExpr) (ast.Expr, bool) {
	if len(call.Args) != 1 || !info.Types[call.Fun].IsType() {
		return nil, false
	}
	switch web.TypeName(info.TypeOf(call.Fun)) {
	case "html/template.HTML", "html/template.JS", "html/template.HTMLAttr", "html/template.URL":
		return call.Args[0], true
	}
	return nil, false
}

// marksUp says that a text holds HTML of its own, so that the rest of it is HTML too.
func marksUp(scope *web.Scope, bodies []ast.Expr) bool {
	found := false
	for _, b := range bodies {
		ast.Inspect(scope.Resolve(b), func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok {
				text := scope.String(e)
				found = found || strings.Contains(text, "</") || strings.Contains(text, "<html") || strings.Contains(text, "<p>") || strings.Contains(text, "<br")
			}
			return !found
		})
	}
	return found
}

// sanitizers end the flow: to every kind ("") or to one.
var sanitizers = map[string]Kind{
	"path/filepath.Base": Path, "path.Base": Path, "github.com/cyphar/filepath-securejoin.SecureJoin": Path,
	"net/url.PathEscape": URL, "net/url.QueryEscape": URL, "net/url.Values.Encode": URL,
	"html.EscapeString": HTML, "html/template.HTMLEscapeString": HTML, "html/template.JSEscapeString": HTML,
	"github.com/microcosm-cc/bluemonday.Policy.Sanitize": HTML,
	"embed.FS.ReadFile": SQL, "io/fs.ReadFile": SQL, "os.ReadFile": SQL,
	"strconv.Quote": Log, "net/url.URL.String": Log, "github.com/lib/pq.QuoteIdentifier": SQL, "github.com/lib/pq.QuoteLiteral": SQL, "github.com/jackc/pgx.Identifier.Sanitize": SQL,
	"time.Time.Format": "", "time.Time.String": "", "strconv.Itoa": "", "strconv.FormatInt": "", "strconv.FormatUint": "", "strconv.FormatFloat": "", "strconv.FormatBool": "",
	"github.com/google/uuid.UUID.String": "", "github.com/google/uuid.NewString": "", "encoding/hex.EncodeToString": "", "crypto/rand.Text": "",
}

func sanitizes(name string, kind Kind) bool {
	k, ok := sanitizers[name]
	return ok && (k == "" || k == kind)
}
