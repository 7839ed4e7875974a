package check

import (
	"io/fs"
	"path"
	"strings"

	"github.com/backend-conformance/conformance/checks/load"
)

// Scope is the folder from which files of the module are looked for, relative
// to the repository root: the root itself, where a README, a Dockerfile or the
// migrations may stand beside the module's folder. It is the module's folder
// where another module or a folder of fixtures encloses it: what lies around it
// then belongs to somebody else.
func Scope(files fs.FS, moduleDir string) string {
	moduleDir = path.Clean(moduleDir)
	if moduleDir == "." {
		return "."
	}
	for dir := path.Dir(moduleDir); ; dir = path.Dir(dir) {
		if _, err := fs.Stat(files, path.Join(dir, "go.mod")); err == nil {
			return moduleDir
		}
		if dir == "." {
			break
		}
	}
	for _, name := range strings.Split(moduleDir, "/") {
		if load.SkipDir(name) {
			return moduleDir
		}
	}
	return "."
}
