package duplication

// A run is long from so many tokens and so many lines on: what others use
// (SonarQube: 100 tokens on 10 lines, CPD: 100 tokens), a little stricter.
const (
	minTokens = 100
	minLines  = 12
)

// copied says that length tokens from at on are the same as those of function of
// from from on.
type copied struct{ at, of, from, length int }

// repeated finds, for each function, its longest run that an earlier function (or
// an earlier part of it) has as well; those without one are left out. Each
// window of minTokens tokens is looked up once by a rolling hash, so that the
// time is linear in the length of the code.
func repeated(functions []function) map[int]copied {
	type place struct{ function, at int }
	first := map[uint64]place{}
	copies := map[int]copied{}
	for i, f := range functions {
		windows := hashes(f.tokens)
		for at := 0; at < len(windows); at++ {
			if lag := at - minTokens; lag >= 0 { // what lies behind can be repeated
				remember(first, windows[lag], place{i, lag})
			}
			p, ok := first[windows[at]]
			if !ok {
				continue
			}
			limit := len(functions[p.function].tokens)
			if p.function == i {
				limit = at
			}
			length := common(f.tokens[at:], functions[p.function].tokens[p.at:limit])
			if length < minTokens {
				continue // the hash is the same, the tokens are not
			}
			if c, ok := trim(f, functions[p.function], copied{at, p.function, p.at, length}); ok && c.length > copies[i].length {
				copies[i] = c
			}
			for skipped := at + 1; skipped <= at+length-minTokens; skipped++ {
				if lag := skipped - minTokens; lag >= 0 {
					remember(first, windows[lag], place{i, lag})
				}
			}
			at += length - minTokens
		}
		for lag := max(0, len(windows)-minTokens); lag < len(windows); lag++ {
			remember(first, windows[lag], place{i, lag})
		}
	}
	return copies
}

func remember[K comparable, V any](m map[K]V, k K, v V) {
	if _, ok := m[k]; !ok {
		m[k] = v
	}
}

// hashes are those of each window of minTokens tokens, by its first.
func hashes(tokens []lexeme) []uint64 {
	if len(tokens) < minTokens {
		return nil
	}
	const base = 0x9E3779B97F4A7C15 // any odd number; sums wrap around
	top := uint64(1)
	for range minTokens {
		top *= base
	}
	out := make([]uint64, 0, len(tokens)-minTokens+1)
	var h uint64
	for i, t := range tokens {
		h = h*base + uint64(t.id)
		if i >= minTokens {
			h -= uint64(tokens[i-minTokens].id) * top
		}
		if i >= minTokens-1 {
			out = append(out, h)
		}
	}
	return out
}

// common is the length of the longest common beginning.
func common(a, b []lexeme) int {
	n := 0
	for n < len(a) && n < len(b) && a[n].id == b[n].id {
		n++
	}
	return n
}

// trim cuts a run to whole lines of the copy, and refuses what is then too short
// or only one statement over and over.
func trim(f, original function, c copied) (copied, bool) {
	from, to := c.at, c.at+c.length
	for from < to && from > 0 && f.tokens[from].line == f.tokens[from-1].line {
		from++
	}
	for to > from && to < len(f.tokens) && f.tokens[to].line == f.tokens[to-1].line {
		to--
	}
	c.from += from - c.at
	c.at, c.length = from, to-from
	if c.length < minTokens || f.span(c.at, c.length) < minLines || original.span(c.from, c.length) < minLines {
		return c, false
	}
	return c, varied(f.tokens[c.at : c.at+c.length])
}

// span is the number of lines on which n tokens from the i-th on stand.
func (f function) span(i, n int) int { return f.tokens[i+n-1].line - f.tokens[i].line + 1 }

// varied tells code from tables: in a table the same few tokens follow each
// other again and again. Of the groups of tokens in a row, half must be new.
func varied(tokens []lexeme) bool {
	const group = 8
	seen := map[[group]int]bool{}
	for i := 0; i+group <= len(tokens); i++ {
		var key [group]int
		for j := range group {
			key[j] = tokens[i+j].id
		}
		seen[key] = true
	}
	return 2*len(seen) >= len(tokens)-group+1
}
