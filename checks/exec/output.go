package exec

import "bytes"

const (
	// stderrLimit is how much of the end of stderr is kept, in bytes.
	stderrLimit = 64 << 10
	// lineLimit is the longest line handed on, in bytes; the rest of it is dropped.
	lineLimit = 1 << 20
)

// lines cuts what is written into lines and hands on each one, without its end.
type lines struct {
	emit func(string)
	part []byte
}

func (l *lines) Write(p []byte) (int, error) {
	if l.emit == nil {
		return len(p), nil
	}
	n := len(p)
	for {
		line, rest, ended := bytes.Cut(p, []byte("\n"))
		l.part = append(l.part, line[:min(len(line), lineLimit-len(l.part))]...)
		if !ended {
			return n, nil
		}
		l.emit(string(bytes.TrimSuffix(l.part, []byte("\r"))))
		l.part = l.part[:0]
		p = rest
	}
}

// flush hands on a last line that has no end.
func (l *lines) flush() {
	if len(l.part) > 0 {
		l.emit(string(l.part))
		l.part = nil
	}
}

// tail keeps the end of what is written.
type tail struct {
	limit int
	buf   []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.buf = append(t.buf, p...)
	if len(t.buf) > 2*t.limit { // cut now and then, not on every write
		t.buf = append(t.buf[:0], t.buf[len(t.buf)-t.limit:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	return string(t.buf[max(0, len(t.buf)-t.limit):])
}
