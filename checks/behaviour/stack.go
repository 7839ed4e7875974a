package behaviour

// stack is space for what lives as long as a call: calls end in the opposite
// order in which they begin, so that the space of one that ended is used again.
type stack[T any] struct {
	chunks [][]T
	top    mark
}

// mark is a height of a stack.
type mark struct{ chunk, used int }

const chunkSize = 2048

// take gives room for n zero values, up to the mark that was the top before.
func (s *stack[T]) take(n int) []T {
	for ; ; s.top = (mark{s.top.chunk + 1, 0}) {
		if s.top.chunk == len(s.chunks) {
			s.chunks = append(s.chunks, make([]T, max(n, chunkSize)))
		}
		if free := s.chunks[s.top.chunk][s.top.used:]; len(free) >= n {
			s.top.used += n
			return free[:n:n]
		}
	}
}

// giveBack clears room that was taken, the last first.
func (s *stack[T]) giveBack(room []T, below mark) {
	clear(room)
	s.top = below
}
