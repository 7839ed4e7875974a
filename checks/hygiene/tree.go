package hygiene

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"sort"

	"github.com/backend-conformance/conformance/checks/load"
)

// tree is the repository's files: those that git tracks where its index can be
// read, else all that are not ignored by name.
type tree struct {
	files fs.FS
	paths []string
	sizes map[string]int64
	// unreadable are files that could not be looked into, sorted.
	unreadable []string
}

// sizeLimit is the largest file that is read, in bytes: secrets and Dockerfiles
// are small, what is larger is data.
const sizeLimit = 1 << 20

func readTree(files fs.FS, start string) (*tree, error) {
	t := &tree{files: files, sizes: map[string]int64{}}
	tracked := trackedFiles(files)
	ignored := ignoredNames(files)
	err := fs.WalkDir(files, start, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			if name == start {
				return fmt.Errorf("read the repository: %w", err)
			}
			t.unreadable = append(t.unreadable, name)
			return nil
		}
		if d.IsDir() {
			if name != start && skipped(d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || tracked != nil && !tracked[name] || tracked == nil && ignored[d.Name()] {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			t.unreadable = append(t.unreadable, name)
			return nil
		}
		t.paths = append(t.paths, name)
		t.sizes[name] = info.Size()
		return nil
	})
	sort.Strings(t.paths)
	return t, err
}

// skipped are folders of others' code and of git itself. Hidden folders are
// looked into: secrets like to hide there.
func skipped(dir string) bool {
	return dir == ".git" || dir == ".hg" || dir == ".svn" || dir == ".venv" || load.SkipDir(dir) && dir[0] != '.' && dir[0] != '_'
}

// read returns a file's text; false for what is too large, binary or unreadable.
func (t *tree) read(name string) ([]byte, bool) {
	if t.sizes[name] > sizeLimit {
		return nil, false
	}
	data, err := fs.ReadFile(t.files, name)
	if err != nil {
		t.unreadable = append(t.unreadable, name)
		return nil, false
	}
	return data, !bytes.Contains(data[:min(len(data), 8000)], []byte{0})
}

// in lists the files of one folder, not of those below it.
func (t *tree) in(dir string) []string {
	var out []string
	for _, p := range t.paths {
		if path.Dir(p) == path.Clean(dir) {
			out = append(out, p)
		}
	}
	return out
}

// ignoredNames are the plain names in the top .gitignore. Its patterns are not
// interpreted: where git is in use its index says what is tracked.
func ignoredNames(files fs.FS) map[string]bool {
	names := map[string]bool{}
	data, err := fs.ReadFile(files, ".gitignore")
	if err != nil {
		return names
	}
	for _, line := range bytes.Split(data, []byte("\n")) {
		name := string(bytes.Trim(bytes.TrimSpace(line), "/"))
		if plainName.MatchString(name) {
			names[name] = true
		}
	}
	return names
}

var plainName = regexp.MustCompile(`^[\w.-]+$`)
