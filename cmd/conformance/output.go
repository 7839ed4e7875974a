package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mattn/go-isatty"
	"golang.org/x/term"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/format"
	"github.com/backend-conformance/conformance/report/text"
)

func formatNames() string {
	var names []string
	for _, f := range format.All() {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

// outputs reads --format F[=PATH]; none given means the first form to stdout.
func (f *auditFlags) outputs() ([]format.Output, error) {
	values := f.formats
	if len(values) == 0 {
		values = []string{format.All()[0].Name}
	}
	var outs []format.Output
	for _, value := range values {
		out, err := format.Parse(value)
		if err != nil {
			return nil, err
		}
		outs = append(outs, out)
	}
	return outs, nil
}

// look says how reports appear on stdout.
func (f *auditFlags) look(stdout io.Writer) (format.Options, error) {
	mode, err := text.ParseColorMode(f.color)
	return format.Options{Verbose: f.verbose, Color: text.UseColor(mode, os.Getenv, isTerminal(stdout)), Width: columns(stdout)}, err
}

// widest is as far as lines stay easy to read; a wider terminal leaves a margin.
const widest = 140

// columns is the width of the terminal; 0, which stands for the default, where w
// is none, so that files and logs never depend on who looks on.
func columns(w io.Writer) int {
	if !isTerminal(w) {
		return 0
	}
	width, _, err := term.GetSize(int(w.(*os.File).Fd()))
	if err != nil {
		return 0
	}
	return min(width, widest)
}

// write renders the report to stdout or to the output's file, where colours
// appear only when they are asked for.
func write(out format.Output, stdout io.Writer, r *report.Report, look format.Options, color string) error {
	if out.Path == "" {
		return out.Write(stdout, r, look)
	}
	look.Color, look.Width = color == string(text.ColorAlways), 0
	file, err := os.Create(out.Path)
	if err != nil {
		return fmt.Errorf("write the %s report: %w", out.Name, err)
	}
	buffered := bufio.NewWriter(file)
	err = out.Write(buffered, r, look)
	if err == nil {
		err = buffered.Flush()
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("write the %s report: %w", out.Name, err)
	}
	return nil
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && isatty.IsTerminal(file.Fd())
}
