package endpoints

import (
	"path"
	"regexp"
	"strings"

	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/routes"
)

// territory is what the document speaks of, as the routes of its operations
// show: a route beyond it is no part of the API that is described.
type territory struct {
	// prefix is what the paths of all operations begin with.
	prefix []string
	// programs are the folders of the main packages that serve operations; nil
	// where that is not known of all of them.
	programs map[string]bool
	// operations is the number of those that have a route.
	operations int
	reached    bool
}

// enough operations show by their number where the API lies.
const enough = 3

func territoryOf(m *matrix.Matrix) territory {
	t := territory{programs: map[string]bool{}}
	for _, e := range m.Endpoints {
		if e.Operation == nil || e.Route == nil || e.Route.Declared {
			continue
		}
		segments := static(routes.Segments(e.Route.Path))
		if t.operations == 0 {
			t.prefix = segments
		}
		t.prefix = common(t.prefix, segments)
		t.operations++
		t.reached = t.reached || e.Route.Reached
		if where := program(e.Route); where != "" && t.programs != nil {
			t.programs[where] = true
		} else {
			t.programs = nil
		}
	}
	if t.operations < enough {
		t.prefix, t.programs = nil, nil
	}
	return t
}

// program is the folder of the main package that comes to the registration,
// in calls or by itself; empty where none is known to.
func program(r *routes.Route) string {
	switch {
	case !r.Reached:
		return ""
	case len(r.Chain) > 0:
		return path.Dir(r.Chain[0].File)
	}
	return path.Dir(r.Pos.File)
}

// beyond says why a route is no part of the API; empty where it may be one.
func (t territory) beyond(r *routes.Route) string {
	switch {
	case asideFolder.MatchString(r.Pos.File):
		return "in examples, tools and tests"
	case len(common(t.prefix, static(routes.Segments(r.Path)))) < len(t.prefix):
		return "outside /" + strings.Join(t.prefix, "/")
	case t.programs != nil && r.Reached && !t.programs[program(r)]:
		return "of other programs"
	}
	return ""
}

// asideFolder holds code that no product serves, although main packages of its
// own may run it.
var asideFolder = regexp.MustCompile(`(?i)(?:^|/)(?:_?examples?|samples?|demos?|hack|tools?|scripts?|tests?|testing|testutils?|e2e|integration[-_]?tests?|mocks?|fakes?|fixtures?)/`)

// static are the segments before the first parameter, the last one left out:
// it names the resource.
func static(segments []string) []string {
	for i, s := range segments {
		if strings.HasPrefix(s, "{") || i == len(segments)-1 {
			return segments[:i]
		}
	}
	return segments
}

func common(a, b []string) []string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return a[:n]
}
