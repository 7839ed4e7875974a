package format

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/backend-conformance/conformance/report"
)

// Folder is a folder that may hold migrations.
type Folder struct {
	// Path is relative to the repository root.
	Path string
	// Files are those directly in it, by name.
	Files []*File
	// Children are the folders below it that hold files, by path.
	Children []*Folder
	// Used says that the tool in question is known to run on the folder, so that
	// what it skips or refuses is a fact rather than a guess from file names.
	Used bool
}

// File is read when its text is first asked for.
type File struct {
	Path, Name string
	fsys       fs.FS
	read       bool
	text       string
	problem    string
}

// maxFile bounds one file in bytes: migrations are text that people wrote.
const maxFile = 8 << 20

// Text is the file's content without a byte order mark; empty where Problem says why.
func (f *File) Text() string {
	if f.read {
		return f.text
	}
	f.read = true
	data, err := readBounded(f.fsys, f.Path)
	switch {
	case err != nil:
		f.problem = err.Error()
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		f.problem = "is UTF-16 text"
	case bytes.IndexByte(data[:min(len(data), 8000)], 0) >= 0:
		f.problem = "is a binary file"
	case !utf8.Valid(data):
		f.problem = "is not UTF-8 text"
		f.text = strings.ToValidUTF8(string(data), "?")
	default:
		f.text = strings.TrimPrefix(string(data), "\ufeff")
	}
	return f.text
}

// Problem says why the file could not be read as text; empty where it could.
func (f *File) Problem() string {
	f.Text()
	return f.problem
}

func readBounded(fsys fs.FS, name string) ([]byte, error) {
	in, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("cannot be opened: %w", reason(err))
	}
	defer in.Close()
	if st, err := in.Stat(); err == nil && !st.Mode().IsRegular() {
		return nil, fmt.Errorf("is not a regular file")
	}
	data, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", reason(err))
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("is larger than 8 MiB and was not read")
	}
	return data, nil
}

// reason strips the path from an error: the finding names the file already.
func reason(err error) error {
	if pe, ok := err.(*fs.PathError); ok {
		return pe.Err
	}
	return err
}

// hasSQLSuffix accepts what stands for SQL: the file's last extension.
func hasSQLSuffix(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".sql") }

// SQL are the folder's .sql files.
func (d *Folder) SQL() []*File {
	var files []*File
	for _, f := range d.Files {
		if hasSQLSuffix(f.Name) {
			files = append(files, f)
		}
	}
	return files
}

// Has reports whether the folder holds a file of this name.
func (d *Folder) Has(name string) bool {
	return slices.ContainsFunc(d.Files, func(f *File) bool { return f.Name == name })
}

// marked is Marked where some .sql file of the folder has a line that begins
// with the pattern.
func (d *Folder) marked(marker *regexp.Regexp) Strength {
	for _, f := range d.SQL() {
		if marker.MatchString(f.Text()) {
			return Marked
		}
	}
	return None
}

// named is the strength given where some file has a name of this form.
func (d *Folder) named(name *regexp.Regexp, s Strength) Strength {
	if slices.ContainsFunc(d.Files, func(f *File) bool { return name.MatchString(f.Name) }) {
		return s
	}
	return None
}

// join names a file beside another one.
func (d *Folder) join(name string) string { return path.Join(d.Path, name) }

func lineOf(text string, offset int) int { return 1 + strings.Count(text[:offset], "\n") }

func at(f *File, line int, message string) report.Related {
	return report.Related{Position: report.Position{File: f.Path, Line: line}, Message: message}
}
