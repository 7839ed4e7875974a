package diag

import (
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// ForTests knows packages that are not part of the product, by what the folders
// below the module's own are called: helpers and programs of tests, examples.
func ForTests(pass *analysis.Pass) bool {
	return slices.ContainsFunc(strings.Split(belowModule(pass), "/"), isAside)
}

// belowModule is the path of the package inside its module. Drivers that know no
// module are served by the form of import paths: a host, an owner, a repository.
func belowModule(pass *analysis.Pass) string {
	path := pass.Pkg.Path()
	if pass.Module != nil {
		return strings.TrimPrefix(path, pass.Module.Path)
	}
	parts := strings.Split(path, "/")
	if strings.Contains(parts[0], ".") {
		return strings.Join(parts[min(3, len(parts)):], "/")
	}
	return path
}

// isAside judges the name of one folder.
func isAside(folder string) bool {
	folder = strings.Trim(strings.ToLower(folder), "_")
	if asideFolders[strings.TrimSuffix(folder, "s")] {
		return true
	}
	for _, sign := range []string{"_test", "-test", "_tests", "-tests"} {
		if strings.HasSuffix(folder, sign) {
			return true
		}
	}
	// testutil, testkit, testserver, but not what a product may be about.
	return strings.HasPrefix(folder, "test") && !strings.HasPrefix(folder, "testimonial") && !strings.HasPrefix(folder, "testament")
}

// asideFolders in the singular.
var asideFolders = map[string]bool{
	"e2e": true, "mock": true, "fixture": true, "fake": true, "suite": true, "example": true, "sample": true,
	"apitest": true, "dbtest": true, "httptest": true, "integrationtest": true, "storetest": true, "servertest": true, "mocktest": true,
}
