package docs

import (
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/backend-conformance/conformance/checks/load"
)

// text is a file that people read.
type text struct {
	path string
	body string
}

// prose is what the repository says in words and sample settings.
type prose struct {
	// readmes stand anywhere; guides are other pages of documentation.
	readmes, guides []text
	// samples are files that show settings: .env.example, compose files and the like.
	samples []text
}

// Limits on what is read for prose.
const (
	maxTexts    = 2000
	maxTextSize = 1 << 20
)

// readProse collects documentation and sample settings from below a folder, in
// the order of their paths.
func readProse(files fs.FS, start string) prose {
	var p prose
	n := 0
	_ = fs.WalkDir(files, start, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // what cannot be listed says nothing to anybody
		case d.IsDir() && name != start && load.SkipDir(d.Name()):
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		into := p.shelf(name)
		if into == nil {
			return nil
		}
		if n++; n > maxTexts {
			return fs.SkipAll
		}
		if body := read(files, name); body != "" {
			*into = append(*into, text{name, body})
		}
		return nil
	})
	return p
}

// shelf is where a file belongs; nil where it is not prose.
func (p *prose) shelf(name string) *[]text {
	base := strings.ToLower(path.Base(name))
	switch ext := path.Ext(base); {
	case strings.HasPrefix(base, "readme"):
		return &p.readmes
	case ext == ".md" || ext == ".mdx" || ext == ".rst" || ext == ".adoc" || ext == ".txt" && base != "robots.txt":
		return &p.guides
	case sampleName.MatchString(base), (ext == ".yml" || ext == ".yaml") && deployFolder.MatchString(name):
		return &p.samples
	}
	return nil
}

// deployFolder matches files that set a deployment up, with the variables it takes.
var deployFolder = regexp.MustCompile(`(^|/)(compose|deploy|deploys|deployment|deployments|k8s|kubernetes|manifests|helm|charts?|docker)/`)

// sampleName matches files that show which settings there are.
var sampleName = regexp.MustCompile(`^\.env|\.env$|^env\.|\.env\.|example|sample|(^|[.-])(default|dist)s?\.|compose.*\.ya?ml$|^(config|settings|values|app)[^.]*\.(ya?ml|toml|json|ini|env)$|^dockerfile|\.service$`)

func read(files fs.FS, name string) string {
	info, err := fs.Stat(files, name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxTextSize || strings.HasSuffix(name, ".go") {
		return ""
	}
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return ""
	}
	return string(data)
}

// all is every text.
func (p prose) all() []text {
	return append(append(append([]text{}, p.readmes...), p.guides...), p.samples...)
}
