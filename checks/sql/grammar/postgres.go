package grammar

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/wasilibs/go-pgquery/parser"
)

// postgres is the one instance of the process: to start it takes about a second
// and 250 MB for a moment. The library keeps it, and makes another where two
// statements are read at once, so that one waits for the other here.
var postgres pgGrammar

type pgGrammar struct {
	mu sync.Mutex
	// broken is set after a crash: what the instance would say is worth nothing.
	broken string
}

// read gives the place and the message of an error; empty where there is none.
func (g *pgGrammar) read(source string) (offset, string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.broken != "" {
		return offset{}, g.broken
	}
	done := make(chan error, 1)
	go func() { done <- parsePostgres(source) }()
	select {
	case err := <-done:
		return g.judge(err, source)
	case <-time.After(maxTime):
		g.broken = fmt.Sprintf("PostgreSQL's grammar did not come back within %s", maxTime)
		return offset{}, g.broken
	}
}

// errCrashed is a panic of the module, after which it cannot be used.
var errCrashed = errors.New("PostgreSQL's grammar crashed")

// parsePostgres asks for the tree in its compact form: writing it as JSON hangs
// on deep nesting.
func parsePostgres(source string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errCrashed, r)
		}
	}()
	_, err = parser.ParseToProtobuf(source)
	return err
}

func (g *pgGrammar) judge(err error, source string) (offset, string) {
	if err == nil {
		return offset{}, ""
	}
	if errors.Is(err, errCrashed) {
		g.broken = errCrashed.Error() + " on an earlier statement"
		return offset{}, errCrashed.Error()
	}
	return characters(source, cursor(err)), err.Error()
}

// cursor is the place in an error of the library, whose type it keeps to
// itself; 0 where there is none.
func cursor(err error) int {
	v := reflect.ValueOf(err)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return 0
	}
	if f := v.Elem().FieldByName("Cursorpos"); f.IsValid() && f.CanInt() {
		return int(f.Int())
	}
	return 0
}

// characters turns a place counted in characters from 1 into bytes.
func characters(source string, n int) offset {
	if n < 1 {
		return offset{}
	}
	at := 0
	for i := 1; i < n && at < len(source); i++ {
		_, size := utf8.DecodeRuneInString(source[at:])
		at += size
	}
	return offset{at, true}
}
