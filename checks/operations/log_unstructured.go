package operations

import (
	"fmt"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/reach"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleLogUnstructured asks for a structured logger.
var RuleLogUnstructured = rule.Rule{
	ID:       "log-unstructured",
	Title:    "handlers log plain text, or nothing",
	Section:  rule.Production,
	Severity: rule.Minor,
	Since:    "1.0.0",
	Why:      "Plain lines cannot be searched by request, user or status, so an incident is read line by line.",
	Fix:      "Log with log/slog and a JSON handler, with the request's id as an attribute.",
	Limits:   "Passes when non-test code imports a structured logger; whether it writes JSON, and whether every handler uses it, is not judged.",
	Example: `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/main.go --
package main

import (
	"log"
	"net/http"
)

func main() {
	http.HandleFunc("GET /items", func(w http.ResponseWriter, r *http.Request) { log.Println("items") })
	http.ListenAndServe(":8080", nil)
}
-- good/go.mod --
module example.com/shop

go 1.26
-- good/main.go --
package main

import (
	"log/slog"
	"net/http"
)

func main() {
	http.HandleFunc("GET /items", func(w http.ResponseWriter, r *http.Request) { slog.Info("items", "path", r.URL.Path) })
	http.ListenAndServe(":8080", nil)
}
`,
}

// structuredLoggers are import paths without major version.
var structuredLoggers = []string{
	"log/slog", "go.uber.org/zap", "github.com/rs/zerolog", "github.com/sirupsen/logrus", "github.com/hashicorp/go-hclog",
	"github.com/go-kit/log", "github.com/go-kit/kit/log", "github.com/apex/log", "github.com/phuslu/log", "github.com/go-logr/logr",
	"github.com/inconshreveable/log15", "golang.org/x/exp/slog", "github.com/charmbracelet/log", "github.com/go-kratos/kratos/log",
	"github.com/zeromicro/go-zero/core/logx", "github.com/uptrace/opentelemetry-go-extra/otelzap", "github.com/gookit/slog",
	"github.com/kataras/golog", "k8s.io/klog", "cdr.dev/slog", "github.com/pion/logging", "github.com/samber/slog-chi",
	"github.com/mgutz/logxi", "github.com/prometheus/common/promslog", "github.com/go-chi/httplog", "go.opentelemetry.io/otel/log",
}

// plainLoggers print text.
var plainLoggers = []string{"log.Print*", "(*log.Logger).Print*", "fmt.Print*"}

func logUnstructured(r *check.Repo, a *audit) report.Criterion {
	if !serves(r, a) {
		return report.NotApplicableTo(RuleLogUnstructured, "the module starts no server and registers no route")
	}
	t := report.Examine(RuleLogUnstructured)
	if at := a.firstImport(structuredLoggers); at != nil {
		t.Pass(*at)
		return t.Criterion("")
	}
	plain := a.graph.Everything().Find(func(n string) bool { return reach.Matches(plainLoggers, n) })
	f := report.Finding{Message: "no structured logger is imported; log each request with log/slog", Position: a.whereItServes(), Anchor: "log"}
	if len(plain) > 0 {
		f.Position = a.program.Position(plain[0].Ident.Pos())
		f.Message = fmt.Sprintf("only plain text is logged (%s, one of %d calls) and no structured logger is imported; use log/slog", reach.FullName(plain[0].Func), len(plain))
	}
	t.Fail(f)
	return t.Criterion("")
}
