package spec

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"strconv"
	"strings"
)

// files reads the files of one document, each once.
type files struct {
	fsys   fs.FS
	loaded map[string]*source
	failed map[string]error
}

func newFiles(fsys fs.FS) *files {
	return &files{fsys: fsys, loaded: map[string]*source{}, failed: map[string]error{}}
}

func (fs *files) read(name string) (*source, error) {
	if s := fs.loaded[name]; s != nil {
		return s, nil
	}
	if err := fs.failed[name]; err != nil {
		return nil, err
	}
	if len(fs.loaded) >= maxFiles {
		return nil, fmt.Errorf("the document refers to more than %d files", maxFiles)
	}
	s, err := readSource(fs.fsys, name)
	if err != nil {
		fs.failed[name] = err
		return nil, err
	}
	fs.loaded[name] = s
	return s, nil
}

// errOutside marks references that are refused rather than broken.
var errOutside = errors.New("outside the repository")

// refOf is the $ref of a reference object; ok is false for anything else. A
// property that happens to be called $ref is a mapping, not a string.
func refOf(p place) (ref string, ok bool) {
	r := p.get("$ref")
	if !r.isScalar() || r.text() == "" {
		return "", false
	}
	return r.text(), true
}

// step follows one reference from the file it stands in.
func (fs *files) step(from *source, ref string) (place, error) {
	file, pointer, _ := strings.Cut(ref, "#")
	s := from
	if file != "" {
		name, err := localPath(from.path, file)
		if err != nil {
			return place{}, err
		}
		if s, err = fs.read(name); err != nil {
			return place{}, err
		}
	}
	for _, root := range s.docs {
		if p := at(place{s, root}, pointer); p.ok() {
			return p, nil
		}
	}
	return place{}, fmt.Errorf("%s does not contain #%s", s.path, pointer)
}

// localPath resolves a relative file reference; what is absolute, remote or
// leads out of the repository is refused.
func localPath(from, ref string) (string, error) {
	if u, err := url.Parse(ref); err != nil || u.Scheme != "" || u.Host != "" {
		return "", fmt.Errorf("%s is %w and is not fetched", ref, errOutside)
	}
	if plain, err := url.PathUnescape(ref); err == nil {
		ref = plain
	}
	name := path.Join(path.Dir(from), strings.ReplaceAll(ref, `\`, "/"))
	if strings.HasPrefix(ref, "/") || !fs.ValidPath(name) {
		return "", fmt.Errorf("%s is %w and is not read", ref, errOutside)
	}
	return name, nil
}

// at follows a JSON pointer; the zero place where it leads nowhere.
func at(p place, pointer string) place {
	if pointer == "" || pointer == "/" {
		return p
	}
	if !strings.HasPrefix(pointer, "/") {
		return place{} // a plain-name anchor
	}
	for _, token := range strings.Split(pointer[1:], "/") {
		if p = member(p, token); !p.ok() {
			return place{}
		}
	}
	return p
}

func member(p place, token string) place {
	if plain, err := url.PathUnescape(token); err == nil {
		token = plain
	}
	token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
	if p.isList() {
		if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < len(p.items()) {
			return p.items()[i]
		}
		return place{}
	}
	return p.get(token)
}

// resolve follows references until something else stands there. A place that
// is no reference comes back as it is.
func (fs *files) resolve(p place) (place, error) {
	for range maxRefChain {
		ref, ok := refOf(p)
		if !ok {
			return p, nil
		}
		next, err := fs.step(p.source, ref)
		if err != nil {
			return place{}, err
		}
		p = next
	}
	return place{}, fmt.Errorf("the chain of references is circular or longer than %d", maxRefChain)
}

// canonical names the node that a schema reference leads to: the component's
// name in the document itself, file and pointer elsewhere.
func canonical(root *source, p place, ref string) string {
	_, pointer, _ := strings.Cut(ref, "#")
	if p.source == root {
		for _, prefix := range []string{"/components/schemas/", "/definitions/"} {
			if name, ok := strings.CutPrefix(pointer, prefix); ok && !strings.Contains(name, "/") {
				return unescape(name)
			}
		}
		return "#" + pointer
	}
	if pointer == "" {
		return p.source.path
	}
	return p.source.path + "#" + pointer
}

func unescape(token string) string {
	if plain, err := url.PathUnescape(token); err == nil {
		token = plain
	}
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
}
