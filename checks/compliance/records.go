package compliance

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/astutil"

	"github.com/backend-conformance/conformance/checks/reach"
)

// writing is a library and its methods that change what is stored.
type writing struct {
	pkg    string
	method *regexp.Regexp
}

// writers are the libraries' methods by which state changes. Where one method
// both reads and writes, the text of the query decides; see isWrite.
var writers = []writing{
	{"database/sql", regexp.MustCompile(`^Exec`)},
	{"github.com/jmoiron/sqlx", regexp.MustCompile(`^(?:Exec|NamedExec|MustExec)`)},
	{"github.com/jackc/pgx", regexp.MustCompile(`^(?:Exec|SendBatch|CopyFrom)`)},
	{"gorm.io/gorm", regexp.MustCompile(`^(?:Create|Save|Updates?|UpdateColumns?|Delete|FirstOrCreate|Exec)`)},
	{"github.com/jinzhu/gorm", regexp.MustCompile(`^(?:Create|Save|Updates?|UpdateColumns?|Delete|FirstOrCreate|Exec)`)},
	{"github.com/uptrace/bun", regexp.MustCompile(`^New(?:Insert|Update|Delete)$`)},
	{"entgo.io/ent/dialect", regexp.MustCompile(`^(?:Exec|CreateNode|BatchCreate|UpdateNodes?|DeleteNodes)`)},
	{"xorm.io/xorm", regexp.MustCompile(`^(?:Insert|Update|Delete|Exec)`)},
	{"github.com/go-gorp/gorp", regexp.MustCompile(`^(?:Insert|Update|Delete|Exec)`)},
	{"go.mongodb.org/mongo-driver", regexp.MustCompile(`^(?:Insert|Update|Replace|Delete|BulkWrite|FindOneAnd)`)},
	{"gopkg.in/rethinkdb/rethinkdb-go", regexp.MustCompile(`^(?:RunWrite|Insert|Update|Replace|Delete)`)},
	{"github.com/gobuffalo/pop", regexp.MustCompile(`^(?:Create|Update|Save|Destroy|Delete|ValidateAnd|Exec)`)},
	{"go.etcd.io/bbolt", regexp.MustCompile(`^(?:Update|Put|Batch)$`)},
}

var (
	writingQuery = regexp.MustCompile(`(?is)\b(?:insert\s+(?:or\s+\w+\s+)?into|replace\s+into|merge\s+into|delete\s+from)\s|\bupdate\s+\S+\s+(?:(?:as\s+)?\w+\s+)?set\s`)
	queryMethod  = regexp.MustCompile(`^(?:Query|Get|Select|NamedQuery|Prepare)`)
)

// isWrite recognises a call that changes what is stored: by the library's method,
// by the text of a query, or by what generators of code for queries call the
// interface behind which database/sql or pgx stands.
func isWrite(u reach.Use) bool {
	if u.Call == nil {
		return false
	}
	pkg, name := reach.PackagePath(u.Func), u.Func.Name()
	for _, w := range writers {
		if reach.Below(pkg, w.pkg) && w.method.MatchString(name) {
			return true
		}
	}
	sig := u.Func.Signature()
	if behind := sig.Recv() != nil && types.IsInterface(sig.Recv().Type()) && sig.Variadic(); behind && (name == "Exec" || name == "ExecContext") {
		return true
	}
	if slices.ContainsFunc(texts(u), writingQuery.MatchString) && pkg != "fmt" && pkg != "errors" && !isLog(u) {
		return true
	}
	return queryMethod.MatchString(name) && len(u.Call.Args) > 0 && writesText(enclosing(u))
}

// enclosing is the declaration around a use; nil at file level.
func enclosing(u reach.Use) *ast.FuncDecl {
	for _, f := range u.Package.Syntax {
		if u.Ident.Pos() < f.FileStart || f.FileEnd < u.Ident.Pos() {
			continue
		}
		for _, d := range f.Decls {
			if decl, ok := d.(*ast.FuncDecl); ok && decl.Pos() <= u.Ident.Pos() && u.Ident.Pos() <= decl.End() {
				return decl
			}
		}
	}
	return nil
}

// writesText reports whether a function has a query that writes among its
// literals: it may be put into a variable before it is used.
func writesText(decl *ast.FuncDecl) bool {
	found := false
	if decl == nil {
		return false
	}
	ast.Inspect(decl, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && writingQuery.MatchString(lit.Value) {
			found = true
		}
		return !found
	})
	return found
}

// texts are the constant strings among the arguments of a call.
func texts(u reach.Use) []string {
	var out []string
	for _, arg := range u.Call.Args {
		if v := u.Package.TypesInfo.Types[arg].Value; v != nil && v.Kind() == constant.String {
			out = append(out, constant.StringVal(v))
		}
	}
	return out
}

var (
	// auditName is what code that keeps records is called. Events and activities
	// alone are not enough: they may be what the product is about.
	auditName   = regexp.MustCompile(`(?:^|[a-z_.\d/])Audit|(?:^|[_./])audit|(?:[aA]ctivity|[eE]vent|[cC]hange)_?[lL]og|(?:[Rr]ecord|[Ll]og)_?(?:Activity|Event|Action|Change)s?(?:$|[A-Z_])`)
	auditInsert = regexp.MustCompile(`(?i)insert\s+into\s+\S*(?:audit|activity_?log|event_?log|change_?log|_history)`)
)

// actors are words for somebody who does something.
var actors = []string{
	"actor", "user", "username", "userid", "principal", "account", "author", "admin", "operator", "identity", "claims", "caller", "member", "subject",
}

// isActor reports whether a name speaks of somebody: userID, created_by,
// claimsOf; not userAgent.
func isActor(name string) bool {
	words := strings.Fields(strings.ToLower(wordStart.ReplaceAllString(name, "$1 $2")))
	for i, w := range words {
		agent := i+1 < len(words) && words[i+1] == "agent"
		if slices.Contains(actors, w) && !agent || w == "by" && i > 0 && i == len(words)-1 && strings.HasSuffix(words[i-1], "ed") {
			return true
		}
	}
	return false
}

// wordStart is where the next word of a name begins, at a capital or a separator.
var wordStart = regexp.MustCompile(`([a-z\d])([A-Z])|[^A-Za-z\d]+`)

// isAudit goes by the names of function, receiver and package, or the table
// that a query writes to.
func isAudit(u reach.Use) bool {
	name := u.Func.FullName()
	if i := strings.LastIndex(name, "/"); i >= 0 {
		name = name[i+1:]
	}
	return auditName.MatchString(name) || slices.ContainsFunc(texts(u), auditInsert.MatchString)
}

// loggers are the packages whose calls write log entries.
var loggers = []string{
	"log", "log/slog", "github.com/sirupsen/logrus", "go.uber.org/zap", "github.com/rs/zerolog", "github.com/go-logr/logr", "github.com/charmbracelet/log",
	"github.com/hashicorp/go-hclog", "k8s.io/klog", "github.com/golang/glog", "github.com/apex/log", "github.com/phuslu/log", "github.com/go-kit/log",
	"github.com/go-kit/kit/log", "github.com/gookit/slog", "github.com/inconshreveable/log15", "github.com/labstack/gommon/log", "github.com/gofiber/fiber/log",
	"github.com/cloudwego/hertz/pkg/common/hlog", "github.com/zeromicro/go-zero/core/logx",
}

// loggerName is how loggers of the module itself, and interfaces for them, are called.
var loggerName = regexp.MustCompile(`(?i)\blog(?:ger|ging|g|s|x|r)?\b|logger\b|log\)?\.`)

func isLog(u reach.Use) bool {
	pkg := reach.PackagePath(u.Func)
	if slices.ContainsFunc(loggers, func(l string) bool { return reach.Below(pkg, l) }) {
		return true
	}
	name := u.Func.FullName()
	if i := strings.LastIndex(name, "/"); i >= 0 {
		name = name[i+1:]
	}
	return loggerName.MatchString(name) && logMethod.MatchString(u.Func.Name())
}

var (
	logMethod    = regexp.MustCompile(`^(?:Info|Notice|Print|Log|Warn|Error|Debug|Trace|Fatal|Panic|With|Msg|Str)`)
	failureLevel = regexp.MustCompile(`^(?:Error|Err|Warn|Debug|Trace|Fatal|Panic|Verbose)`)
)

// tellsOfFailure reports whether a log entry is written at a level for failures
// (or for developers), or in a branch that an error leads to.
func tellsOfFailure(u reach.Use) bool {
	failing := false
	ast.Inspect(u.Call.Fun, func(n ast.Node) bool { // the whole chain: log.Error().Str("user", u)
		if id, ok := n.(*ast.Ident); ok && failureLevel.MatchString(id.Name) {
			failing = true
		}
		return !failing
	})
	if failing || slices.ContainsFunc(u.Call.Args, func(e ast.Expr) bool { return mentions(e, errorName) }) {
		return true
	}
	for _, n := range around(u) {
		if branch, ok := n.(*ast.IfStmt); ok && mentions(branch.Cond, errorName) && branch.Body.Pos() <= u.Call.Pos() && u.Call.Pos() < branch.Body.End() {
			return true
		}
	}
	return false
}

// around are the nodes that enclose a call, from the inside out.
func around(u reach.Use) []ast.Node {
	decl := enclosing(u)
	for _, f := range u.Package.Syntax {
		if decl != nil && f.FileStart <= decl.Pos() && decl.Pos() <= f.FileEnd {
			path, _ := astutil.PathEnclosingInterval(f, u.Call.Pos(), u.Call.End())
			return path
		}
	}
	return nil
}

var errorName = regexp.MustCompile(`^(?:err|error|e|ok|[eE]rr[A-Z]\w*|\w+Err)$`)

// mentions reports whether a name in the syntax below n matches.
func mentions(n ast.Node, name *regexp.Regexp) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && name.MatchString(id.Name) {
			found = true
		}
		return !found
	})
	return found
}

// mentionsActor looks at names and at keys written as strings ("user_id").
func mentionsActor(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.Ident:
			found = found || isActor(x.Name)
		case *ast.BasicLit:
			found = found || key.MatchString(x.Value) && isActor(x.Value)
		}
		return !found
	})
	return found
}

// key is a string that is a name rather than a text.
var key = regexp.MustCompile(`^["` + "`" + `][\w.-]+["` + "`" + `]$`)

// accessLogs are the middleware of routers that logs every request. Source:
// their documentation.
var accessLogs = []string{
	"github.com/gin-gonic/gin.Default", "github.com/gin-gonic/gin.Logger*", "github.com/gin-contrib/*", "github.com/labstack/echo/middleware.Logger*",
	"github.com/labstack/echo/middleware.RequestLogger*", "github.com/go-chi/chi/middleware.Logger", "github.com/go-chi/chi/middleware.RequestLogger",
	"github.com/go-chi/httplog*", "github.com/gorilla/handlers.*LoggingHandler", "github.com/gorilla/handlers.LoggingHandler", "github.com/gorilla/handlers.CombinedLoggingHandler",
	"github.com/gorilla/handlers.CustomLoggingHandler", "github.com/gofiber/fiber/middleware/logger.New", "github.com/urfave/negroni.NewLogger", "github.com/urfave/negroni.Classic",
	"github.com/samber/slog-*", "github.com/rs/zerolog/hlog.AccessHandler", "github.com/kataras/iris/middleware/logger.New", "github.com/kataras/iris.Default",
}

func isAccessLog(u reach.Use) bool { return reach.Matches(accessLogs, u.Name) }
