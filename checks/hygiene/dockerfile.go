package hygiene

import (
	"regexp"
	"strings"
)

// dockerfile is what a Dockerfile says about stages and users. Format:
// Dockerfile reference; heredocs are not instructions and are passed over.
type dockerfile struct {
	lines  []instruction
	stages []*stage
	args   map[string]string // defaults of ARG and ENV
}

type instruction struct {
	name, args string
	line       int
}

type stage struct {
	image, alias string
	line         int
	user         string
	userLine     int
}

var heredoc = regexp.MustCompile(`<<-?["']?(\w+)["']?`)

// parseDockerfile joins continued lines and follows the stages.
func parseDockerfile(text string) dockerfile {
	d := dockerfile{args: map[string]string{}}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		start, joined := i, ""
		for ; i < len(lines); i++ {
			line := strings.TrimSpace(lines[i])
			if strings.HasPrefix(line, "#") && joined != "" {
				continue // a comment inside a continued line
			}
			rest, more := strings.CutSuffix(line, `\`)
			joined += rest + " "
			if !more {
				break
			}
		}
		name, args, _ := strings.Cut(strings.TrimSpace(joined), " ")
		if name == "" || strings.HasPrefix(name, "#") {
			continue
		}
		in := instruction{strings.ToUpper(name), strings.TrimSpace(args), start + 1}
		d.add(in)
		if m := heredoc.FindStringSubmatch(in.args); m != nil && (in.name == "RUN" || in.name == "COPY" || in.name == "ADD") {
			for i+1 < len(lines) && strings.TrimSpace(lines[i+1]) != m[1] {
				i++
			}
			i++
		}
	}
	return d
}

func (d *dockerfile) add(in instruction) {
	d.lines = append(d.lines, in)
	switch in.name {
	case "FROM":
		d.from(in)
	case "USER":
		if s := d.last(); s != nil {
			s.user, s.userLine = d.expand(in.args), in.line
		}
	case "ARG", "ENV":
		for _, pair := range strings.Fields(in.args) {
			if name, value, ok := strings.Cut(pair, "="); ok {
				d.args[name] = d.expand(strings.Trim(value, `"'`))
			}
		}
	}
}

func (d *dockerfile) from(in instruction) {
	s := &stage{line: in.line}
	fields := strings.Fields(in.args)
	for len(fields) > 0 && strings.HasPrefix(fields[0], "--") {
		fields = fields[1:]
	}
	if len(fields) > 0 {
		s.image = d.expand(fields[0])
	}
	if len(fields) == 3 && strings.EqualFold(fields[1], "as") {
		s.alias = fields[2]
	}
	d.stages = append(d.stages, s)
}

// variable is $NAME, ${NAME} or ${NAME:-default}.
var variable = regexp.MustCompile(`\$(?:(\w+)|\{(\w+)(?::?-([^}]*))?\})`)

// expand puts in the defaults; what has none stays as it is.
func (d *dockerfile) expand(s string) string {
	return variable.ReplaceAllStringFunc(s, func(v string) string {
		m := variable.FindStringSubmatch(v)
		if value := d.args[m[1]+m[2]]; value != "" {
			return value
		}
		if m[3] != "" {
			return m[3]
		}
		return v
	})
}

// last is the stage that is built; nil where there is no FROM.
func (d *dockerfile) last() *stage {
	if len(d.stages) == 0 {
		return nil
	}
	return d.stages[len(d.stages)-1]
}

// user is whom a stage runs as, taken over from the stage that it builds on;
// empty where no USER is given.
func (d *dockerfile) user(s *stage) (name string, line int) {
	for s != nil {
		if s.user != "" {
			return s.user, s.userLine
		}
		s = d.parent(s)
	}
	return "", 0
}

// base is the image at the bottom of a stage.
func (d *dockerfile) base(s *stage) string {
	for d.parent(s) != nil {
		s = d.parent(s)
	}
	return s.image
}

// parent is the earlier stage that a stage builds on.
func (d *dockerfile) parent(s *stage) *stage {
	for _, p := range d.stages {
		if p == s {
			return nil // only earlier ones count
		}
		if p.alias != "" && strings.EqualFold(p.alias, s.image) {
			return p
		}
	}
	return nil
}
