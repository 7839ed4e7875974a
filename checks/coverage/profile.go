package coverage

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// profile is a coverage profile as `go test -coverprofile` writes it, merged:
// with -coverpkg a block stands there once for each test binary, and counts once.
type profile struct {
	files map[string]*fileBlocks // by the name in the profile
}

type fileBlocks struct {
	line   int // where the file is first named in the profile
	blocks map[span]*block
}

// span is a half-open range of a source file, lines and columns from 1.
type span struct{ startLine, startCol, endLine, endCol int }

type block struct {
	statements int
	covered    bool
}

// contains reports whether inner lies wholly in s.
func (s span) contains(inner span) bool {
	return !before(inner.startLine, inner.startCol, s.startLine, s.startCol) &&
		!before(s.endLine, s.endCol, inner.endLine, inner.endCol)
}

func before(line, col, thanLine, thanCol int) bool {
	return line < thanLine || line == thanLine && col < thanCol
}

// ValidateProfile reports what is wrong with a coverage profile, with its line.
func ValidateProfile(file string) error {
	_, err := openProfile(file)
	return err
}

// openProfile reads the profile; errors name it by its base name.
func openProfile(file string) (*profile, error) {
	name := filepath.Base(file)
	f, err := os.Open(file)
	if err != nil {
		var pathErr *os.PathError
		if errors.As(err, &pathErr) {
			err = pathErr.Err
		}
		return nil, fmt.Errorf("open coverage profile %s: %w", name, err)
	}
	defer f.Close()
	return parseProfile(name, f)
}

// profileLineLimit is the longest line accepted, in bytes.
const profileLineLimit = 64 << 10

// parseProfile reads the format: a line "mode: set|count|atomic", then
// "name.go:line.column,line.column statements count" for each block (cmd/cover).
// Profiles pasted together repeat the mode line, which does no harm.
func parseProfile(name string, r io.Reader) (*profile, error) {
	p := &profile{files: map[string]*fileBlocks{}}
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 0, 4096), profileLineLimit)
	n := 0
	for in.Scan() {
		n++
		line := strings.TrimSpace(in.Text())
		mode, isMode := strings.CutPrefix(line, "mode:")
		switch {
		case isMode:
			if m := strings.TrimSpace(mode); m != "set" && m != "count" && m != "atomic" {
				return nil, fmt.Errorf("%s:%d: unknown mode %.20q: want set, count or atomic", name, n, m)
			}
		case n == 1:
			return nil, fmt.Errorf("%s:1: not a coverage profile: the first line must be \"mode: ...\"; make one with go test -coverprofile", name)
		case line == "":
		default:
			if err := p.add(line, n); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, n, err)
			}
		}
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("%s:%d: %w", name, n+1, err)
	}
	if n == 0 {
		return nil, fmt.Errorf("%s: the coverage profile is empty; make one with go test -coverprofile", name)
	}
	return p, nil
}

func (p *profile) add(line string, n int) error {
	file, s, statements, count, err := parseBlock(line)
	if err != nil {
		return err
	}
	f := p.files[file]
	if f == nil {
		f = &fileBlocks{line: n, blocks: map[span]*block{}}
		p.files[file] = f
	}
	b := f.blocks[s]
	if b == nil {
		b = &block{statements: statements}
		f.blocks[s] = b
	}
	if b.statements != statements {
		return fmt.Errorf("the block has %d statements here and %d before: profiles of different sources are mixed; make it anew", statements, b.statements)
	}
	b.covered = b.covered || count > 0
	return nil
}

var errBlock = errors.New(`not a block: want "name.go:line.column,line.column statements count"`)

// parseBlock takes a line apart from its end, since names may hold anything.
func parseBlock(line string) (file string, s span, statements int, count uint64, err error) {
	rest, last, ok1 := cutLast(line, " ")
	rest, middle, ok2 := cutLast(rest, " ")
	file, where, ok3 := cutLast(rest, ":")
	from, to, ok4 := strings.Cut(where, ",")
	if !ok1 || !ok2 || !ok3 || !ok4 || file == "" {
		return "", s, 0, 0, errBlock
	}
	count, e1 := strconv.ParseUint(last, 10, 64)
	stmts, e2 := strconv.ParseUint(middle, 10, 31)
	var e3, e4 error
	s.startLine, s.startCol, e3 = parsePoint(from)
	s.endLine, s.endCol, e4 = parsePoint(to)
	if e1 != nil || e2 != nil || e3 != nil || e4 != nil || before(s.endLine, s.endCol, s.startLine, s.startCol) {
		return "", s, 0, 0, errBlock
	}
	return file, s, int(stmts), count, nil
}

func cutLast(s, sep string) (head, tail string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func parsePoint(s string) (line, col int, err error) {
	a, b, _ := strings.Cut(s, ".")
	l, err1 := strconv.ParseUint(a, 10, 31)
	c, err2 := strconv.ParseUint(b, 10, 31)
	return int(l), int(c), errors.Join(err1, err2)
}
