package format

import (
	"crypto/sha256"
	"encoding/base64"
	"path"
	"regexp"
	"slices"
	"strings"
)

// atlas is ariga.io/atlas: one forward script per version and a file of
// checksums; the way back is computed by its command line when it is wanted.
var atlas = Tool{
	Name:    "atlas",
	Imports: []string{"ariga.io/atlas/sql/migrate", "ariga.io/atlas-go-sdk/"},
	Claims: func(d *Folder) Strength {
		if d.Has(atlasSum) {
			return Named // other tools' folders may carry the checksums too
		}
		return None
	},
	Read: readAtlas,
}

const atlasSum = "atlas.sum"

var atlasName = regexp.MustCompile(`^(\d+)(?:_(.*))?\.sql$`)

func readAtlas(d *Folder) Set {
	set := Set{ForwardOnly: "atlas keeps forward scripts only and plans the way back when it is asked to"}
	for _, f := range d.SQL() {
		m := atlasName.FindStringSubmatch(f.Name)
		if m == nil {
			set.Order = append(set.Order, defect(f, 1, "atlas cannot tell the version of %s; name it VERSION_title.sql", f.Name))
			continue
		}
		set.Versions = append(set.Versions, Version{Number: m[1], Name: m[2], Up: wholeFile(f), Remedy: "write down what takes it back"})
	}
	return set // atlas applies files in the order of their names
}

// staleSum holds atlas.sum against the files: atlas refuses to apply a folder
// whose checksums are wrong. Each line's hash covers all files up to its own.
func staleSum(d *Folder) []Defect {
	i := slices.IndexFunc(d.Files, func(f *File) bool { return f.Name == atlasSum })
	if i < 0 {
		return nil
	}
	sum := d.Files[i]
	listed := map[string]bool{}
	running := sha256.New()
	for n, line := range strings.Split(strings.TrimSpace(sum.Text()), "\n") {
		name, want, ok := strings.Cut(strings.TrimSpace(line), " h1:")
		if !ok {
			continue // the first line digests the others
		}
		listed[name] = true
		data, err := readBounded(sum.fsys, path.Join(d.Path, path.Base(name)))
		if err != nil {
			return []Defect{defect(sum, n+1, "atlas.sum lists %s, which is not there; run 'atlas migrate hash'", name)}
		}
		running.Write([]byte(name))
		running.Write(data)
		if base64.StdEncoding.EncodeToString(running.Sum(nil)) != want {
			return []Defect{defect(sum, n+1, "atlas.sum does not match %s; if the change is meant, run 'atlas migrate hash'", name)}
		}
	}
	for _, f := range d.SQL() {
		if !listed[f.Name] && !strings.HasSuffix(f.Name, ".down.sql") && !strings.Contains(f.Text(), "atlas:sum ignore") {
			return []Defect{defect(f, 1, "atlas.sum does not list %s; run 'atlas migrate hash'", f.Name)}
		}
	}
	return nil
}
