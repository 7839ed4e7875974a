package operations

import (
	"sort"
	"strings"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/reach"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleMetricsMissing asks for figures from inside.
var RuleMetricsMissing = rule.Rule{
	ID:       "metrics-missing",
	Title:    "the service exports no metrics",
	Section:  rule.Production,
	Severity: rule.Minor,
	Since:    "1.0.0",
	Judged:   rule.Judged{Read: 11, True: 11},
	Why:      "Whether the service is slow, failing or full is known only when users complain.",
	Fix:      "Count requests, errors and durations with Prometheus' client or OpenTelemetry's meter, and serve or push them.",
	Limits:   "Known by the import of a metrics library in non-test code. Metrics that a proxy or a sidecar takes are not seen.",
}

// metricsLibraries are import paths without major version.
var metricsLibraries = []string{
	"github.com/prometheus/client_golang", "go.opentelemetry.io/otel/metric", "go.opentelemetry.io/otel/sdk/metric",
	"go.opentelemetry.io/otel/exporters/prometheus", "go.opentelemetry.io/contrib/instrumentation", "expvar",
	"github.com/VictoriaMetrics/metrics", "github.com/DataDog/datadog-go", "github.com/DataDog/dd-trace-go", "gopkg.in/DataDog/dd-trace-go",
	"github.com/rcrowley/go-metrics", "github.com/armon/go-metrics", "github.com/hashicorp/go-metrics", "github.com/uber-go/tally",
	"github.com/cactus/go-statsd-client", "github.com/smira/go-statsd", "gopkg.in/alexcesaro/statsd", "github.com/segmentio/stats",
	"go.opencensus.io/stats", "github.com/go-kit/kit/metrics", "github.com/labstack/echo-contrib/echoprometheus",
	"github.com/labstack/echo-contrib/prometheus", "github.com/ansrivas/fiberprometheus", "github.com/gofiber/fiber/middleware/monitor",
	"github.com/zsais/go-gin-prometheus", "github.com/penglongli/gin-metrics", "github.com/slok/go-http-metrics",
	"github.com/newrelic/go-agent", "github.com/go-chi/metrics", "github.com/hellofresh/stats-go", "github.com/grpc-ecosystem/go-grpc-prometheus",
	"github.com/influxdata/influxdb-client-go",
}

func metricsMissing(r *check.Repo, a *audit) report.Criterion {
	if !serves(r, a) {
		return report.NotApplicableTo(RuleMetricsMissing, "the module starts no server and registers no route")
	}
	t := report.Examine(RuleMetricsMissing)
	if at := a.firstImport(metricsLibraries); at != nil {
		t.Pass(*at)
		return t.Criterion("")
	}
	if unseen := unseenRouter(r, overHTTP); unseen != "" {
		return report.CannotTell(RuleMetricsMissing, "no metrics library is imported, but "+unseen+" and may count requests")
	}
	t.Fail(report.Finding{
		Message:  "no metrics library is imported: requests, errors and durations are not counted; add Prometheus' client or OpenTelemetry's meter",
		Position: a.whereItServes(), Anchor: "metrics",
	})
	return t.Criterion("")
}

// firstImport is the first import, by place, of one of the libraries.
func (a *audit) firstImport(libraries []string) *report.Related {
	var found []report.Related
	for _, pkg := range a.program.Packages {
		for _, f := range pkg.Syntax {
			for _, spec := range f.Imports {
				path := reach.WithoutVersion(strings.Trim(spec.Path.Value, `"`))
				for _, lib := range libraries {
					if reach.Below(path, lib) {
						found = append(found, a.program.Place(spec.Pos(), "imports %s", path))
					}
				}
			}
		}
	}
	if len(found) == 0 {
		return nil
	}
	sort.Slice(found, func(i, j int) bool {
		a, b := found[i].Position, found[j].Position
		return a.File < b.File || a.File == b.File && a.Line < b.Line
	})
	return &found[0]
}
