package spec

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/backend-conformance/conformance/report"
)

// ChildCommand is the hidden sub-command that reads one document.
const ChildCommand = "__spec"

// What a child may use. The stack is bounded well below the memory, so that an
// endless recursion ends quickly; both are far above what real documents need.
const (
	childTimeout = 20 * time.Second
	childMemory  = 1 << 30
	childStack   = 128 << 20
	maxAnswer    = 256 << 20
)

// Open reads and validates the document path (slash-separated, relative to
// root), as `self... __spec root path`: in a process of its own with a deadline
// and a memory limit, because the validating library can overflow the stack,
// which no Go program survives. A document that cannot be read comes back with
// Unread set, one whose validation did not end with what was read and the
// reason in Abstained. self is the program and leading arguments to run, usually
// os.Executable(); nil reads in this process. The error is about the machine,
// never about the document.
func Open(ctx context.Context, root, path string, self []string) (*Document, error) {
	return open(ctx, root, path, self, childTimeout)
}

func open(ctx context.Context, root, path string, self []string, timeout time.Duration) (*Document, error) {
	if len(self) == 0 {
		return openHere(root, path)
	}
	deadline, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	args := append(append([]string{}, self[1:]...), ChildCommand, root, path)
	cmd := exec.CommandContext(deadline, self[0], args...)
	cmd.Env = append(scrubbed(os.Environ()), fmt.Sprintf("GOMEMLIMIT=%d", childMemory*3/4), "GOTRACEBACK=none")
	cmd.WaitDelay = time.Second
	var stdout limitedBuffer
	var stderr head
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && deadline.Err() == nil && !errors.Is(err, errTooLong) {
		return nil, fmt.Errorf("start the reader of %s: %w", path, err)
	}
	return assemble(path, stdout.Bytes(), childFate(err, deadline.Err() != nil, stderr.String(), timeout)), nil
}

// scrubbed drops the variables that would change how a Go program behaves.
func scrubbed(env []string) []string {
	var kept []string
	for _, kv := range env {
		name, _, _ := strings.Cut(kv, "=")
		switch name {
		case "GOMEMLIMIT", "GOTRACEBACK", "GOGC", "GODEBUG":
		default:
			kept = append(kept, kv)
		}
	}
	return kept
}

// childFate says in words why a child did not finish; empty where it did.
func childFate(err error, late bool, stderr string, timeout time.Duration) string {
	switch {
	case late:
		return fmt.Sprintf("did not finish within %s (a deep chain of references?); simplify the document or split it", timeout)
	case err == nil:
		return ""
	case strings.Contains(stderr, "stack overflow") || strings.Contains(stderr, "stack exceeds"):
		return "overflowed the stack (a schema that contains itself?); give the schemas on the cycle a type"
	case strings.Contains(stderr, "out of memory") || strings.Contains(stderr, "cannot allocate memory"):
		return fmt.Sprintf("needed more than %d MB; simplify the document or split it", childMemory>>20)
	case errors.Is(err, errTooLong):
		return "produced too large a model; split the document"
	}
	return "failed (" + oneLine(err.Error()) + "); simplify the document or split it"
}

// assemble joins the child's two answers, the model and the judgement on it,
// as far as they came.
func assemble(path string, answers []byte, fate string) *Document {
	dec := json.NewDecoder(bytes.NewReader(answers))
	var doc Document
	if err := dec.Decode(&doc); err != nil {
		if fate == "" {
			fate = "gave no answer"
		}
		return unread(path, &Problem{report.Position{File: path}, "the parser " + fate})
	}
	if doc.Unread != nil {
		return &doc
	}
	var v verdict
	if err := dec.Decode(&v); err != nil {
		if fate == "" {
			fate = "gave no answer"
		}
		doc.Abstained = append(doc.Abstained, Problem{doc.Pos, "validation " + fate})
		return &doc
	}
	v.addTo(&doc)
	return &doc
}

// unread is a document without a model.
func unread(path string, why *Problem) *Document {
	return &Document{Path: path, Unread: why, BasePaths: []string{""}, Pos: report.Position{File: path}}
}

// ChildMain is the body of the hidden sub-command: it writes the model, then
// the verdict, as two JSON values. args are the root folder and the document.
// It returns the exit code.
func ChildMain(args []string, stdout io.Writer) int {
	if len(args) != 2 {
		fmt.Fprintf(os.Stderr, "conformance: %s wants ROOT and PATH\n", ChildCommand)
		return 2
	}
	debug.SetMaxStack(childStack)
	limitMemory(childMemory)
	root, err := os.OpenRoot(args[0])
	if err != nil {
		fmt.Fprintf(os.Stderr, "conformance: open %s: %v\n", filepath.Base(args[0]), err)
		return 3
	}
	defer root.Close()
	enc := json.NewEncoder(stdout)
	doc := read(root.FS(), args[1])
	if err := enc.Encode(doc); err != nil {
		return 3
	}
	if doc.Unread == nil {
		if err := enc.Encode(validate(root.FS(), doc)); err != nil {
			return 3
		}
	}
	return 0
}

// openHere is Open without a process, for tests and as a last resort.
func openHere(rootDir, path string) (*Document, error) {
	root, err := os.OpenRoot(rootDir)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", filepath.Base(rootDir), err)
	}
	defer root.Close()
	doc := read(root.FS(), path)
	if doc.Unread == nil {
		v := validate(root.FS(), doc)
		v.addTo(doc)
	}
	return doc, nil
}

// read is Parse with the error put into the document.
func read(files fs.FS, path string) *Document {
	doc, err := Parse(files, path)
	if err == nil {
		return doc
	}
	var re *ReadError
	if !errors.As(err, &re) {
		re = &ReadError{Problem{report.Position{File: path}, err.Error()}, true}
	}
	doc = unread(path, &re.Problem)
	if !re.Refused {
		doc.Problems = []Problem{re.Problem}
	}
	return doc
}

var errTooLong = errors.New("answer too long")

// limitedBuffer keeps a runaway child from filling our memory.
type limitedBuffer struct{ bytes.Buffer }

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxAnswer {
		return 0, errTooLong
	}
	return b.Buffer.Write(p)
}

// head keeps the first 4 KiB of what a process writes: a crash names its cause
// first.
type head struct{ strings.Builder }

func (t *head) Write(p []byte) (int, error) {
	if room := 4096 - t.Len(); room > 0 {
		t.Builder.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
