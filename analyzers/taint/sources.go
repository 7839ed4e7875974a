package taint

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/ssavalue"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// fromRequest says that a place is a part of the request that the client fills.
func fromRequest(p place, kind Kind) bool {
	t := p.v.Type()
	path := p.path
	if _, ok := web.IsContext(t); ok {
		rest, ok := strings.CutPrefix(path, "Request.") // gin
		return ok && clientFills(rest, kind)
	}
	if !web.IsRequest(t) || path == "" {
		return false
	}
	path = strings.TrimPrefix(path, "Request.") // go-restful, bunrouter
	switch v := p.v.(type) {
	case *ssa.Parameter:
		_, handles := web.IsHandler(v.Parent().Signature)
		return handles && clientFills(path, kind)
	case *ssa.Call: // c.Request() and the like
		args := ssavalue.Operands(v.Common())
		if len(args) == 0 {
			return false
		}
		_, ok := web.IsContext(args[0].Type())
		return ok && clientFills(path, kind)
	}
	return false
}

// clientFills knows the fields of http.Request. A log line cannot be broken by
// what the server's parser keeps free of line breaks; and to send clients to
// the path that they asked for is no redirect of anybody's choice.
func clientFills(path string, kind Kind) bool {
	first, rest, _ := strings.Cut(path, ".")
	switch first {
	case "Body", "Form", "PostForm", "MultipartForm":
		return true
	case "Header", "Trailer", "RequestURI":
		return kind != Log && kind != Redirect
	case "URL":
		switch kind {
		case Redirect:
			return rest == "RawQuery"
		case URL:
			return rest == "RawQuery" || rest == ""
		case Log:
			return rest == "Path" || rest == "RawQuery"
		}
		return true
	}
	return false
}

// reads says that a call's result is what the client sent. Methods of http.Request
// count only where the request is one that the server received.
func (s *search) reads(n *node, c *ssa.CallCommon, fn *types.Func) bool {
	r, ok := web.Reader(fn)
	if !ok || r.Target >= 0 || r.Framework == web.NetHTTP && r.Place == web.Body {
		return false
	}
	switch s.kind {
	case Log:
		return r.Place != web.Header && r.Place != web.Cookie
	case Redirect:
		return !s.t.segment(c, r)
	case Path:
		return !fileName(n.path) && !s.t.segment(c, r)
	}
	return true
}

// oneSegment are the frameworks whose path parameters cannot hold a slash, and
// so no way out of a folder: they match the path as the client wrote it, or
// without encoded slashes.
var oneSegment = map[web.Framework]bool{web.Gin: true, web.Fiber: true, web.Chi: true, web.Mux: true, web.Router: true}

// segment says that a call reads a path parameter that is one segment. A
// wildcard, which takes the rest of the path, is told by its name: "*", or a
// name that a pattern of the package marks with a star.
func (t *tracker) segment(c *ssa.CallCommon, r web.Read) bool {
	if r.Place != web.Path || !oneSegment[r.Framework] {
		return false
	}
	name, ok := ssavalue.Text(ssavalue.Argument(c, r.Name))
	return r.Name < 0 || ok && !strings.ContainsAny(name, "*+") && !t.wildcard(name)
}

// wildcard looks for a route's pattern with "*name" in the package.
func (t *tracker) wildcard(name string) bool {
	for _, f := range t.pass.Files {
		for n := range ast.Preorder(f) {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && (strings.Contains(lit.Value, "*"+name) || strings.Contains(lit.Value, "{"+name+":")) {
				return true
			}
		}
	}
	return false
}

// fileName: the parser of multipart forms keeps the last element of a file's
// name only, so that it cannot lead out of a folder.
func fileName(path string) bool {
	return path == "Filename" || strings.HasSuffix(path, ".Filename")
}
