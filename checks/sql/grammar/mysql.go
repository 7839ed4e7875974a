package grammar

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/pingcap/tidb/pkg/parser"
	_ "github.com/pingcap/tidb/pkg/parser/test_driver" // literals; the name is the parser's own joke on itself
)

// mysql is TiDB's parser, which serves one statement at a time.
var mysql tidbGrammar

type tidbGrammar struct {
	mu     sync.Mutex
	parser *parser.Parser
}

func (g *tidbGrammar) read(source string) (at offset, message string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	defer func() {
		if r := recover(); r != nil {
			g.parser, at, message = nil, offset{}, fmt.Sprintf("the grammar crashed: %v", r)
		}
	}()
	if g.parser == nil {
		g.parser = parser.New()
	}
	_, _, err := g.parser.Parse(source, "", "")
	if err == nil {
		return offset{}, ""
	}
	return place(err.Error(), source)
}

// tidbError is "line 2 column 11 near "varchr(20) ..." and more.
var tidbError = regexp.MustCompile(`(?s)^line (\d+) column (\d+) near "(.*)`)

// place reads an error's position; the rest of the statement, which it quotes,
// is cut to its first words.
func place(text, source string) (offset, string) {
	m := tidbError.FindStringSubmatch(text)
	if m == nil {
		return offset{}, strings.TrimSpace(text)
	}
	line, _ := strconv.Atoi(m[1])
	at := 0
	for i := 1; i < line; i++ {
		n := strings.IndexByte(source[at:], '\n')
		if n < 0 {
			break
		}
		at += n + 1
	}
	words := strings.Fields(strings.TrimRight(m[3], `" `))
	if len(words) == 0 {
		return offset{at, true}, "syntax error at the end of the statement"
	}
	return offset{at, true}, fmt.Sprintf("syntax error near %q", strings.Join(words[:min(3, len(words))], " "))
}
