package load

import "sync"

// memo keeps what several checks derive from the program, by key.
type memo struct {
	mu   sync.Mutex
	made map[any]any
}

// Once returns what build makes, building it for the first caller with that
// key only. A key is a value of an unexported type of the caller.
func (p *Program) Once(key any, build func() any) any {
	p.memo.mu.Lock()
	defer p.memo.mu.Unlock()
	if v, ok := p.memo.made[key]; ok {
		return v
	}
	if p.memo.made == nil {
		p.memo.made = map[any]any{}
	}
	v := build()
	p.memo.made[key] = v
	return v
}
