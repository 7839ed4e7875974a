// Package gin is a stub: the names that the fixture uses, without the standard
// library behind them, because go vet analyses all of that for each new tool.
package gin

type H map[string]any

type Context struct{}

func (*Context) Query(key string) string { return key }
func (*Context) JSON(code int, v any)    {}
