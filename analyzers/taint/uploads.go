package taint

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/ssavalue"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// upload is what a function that takes a file from a form does with it.
type upload struct {
	// read is the call that takes the file.
	read *ssa.Call
	// stores is the first call that writes it to disk.
	stores ssa.CallInstruction
	// sized, typed say that its size or its type is looked at.
	sized, typed bool
	limited      bool // the framework limits bodies by default
	doubted      bool // a function out of sight may look at the type
}

// uploads reports the functions that store what a form brings.
func (t *tracker) uploads(r *diag.Reporter, calls map[token.Pos]*ast.CallExpr) {
	names := map[*ssa.Function]*site{}
	for _, at := range t.sites {
		if at.kind == Upload && at.verdict == tainted {
			names[at.fn] = at
		}
	}
	bounded := t.bounded()
	seen := map[ssa.CallInstruction]bool{}
	for _, fn := range t.funcs {
		if !t.judged(fn) || !takesFile(fn) {
			continue
		}
		u := &upload{}
		t.look(u, fn, fn, 0)
		if u.read == nil || u.stores == nil || seen[u.stores] {
			continue
		}
		seen[u.stores] = true
		t.reportUpload(r, u, names[u.stores.Parent()], bounded, calls)
	}
}

func (t *tracker) reportUpload(r *diag.Reporter, u *upload, named *site, bounded bool, calls map[token.Pos]*ast.CallExpr) {
	span := t.span(u.stores.Pos(), calls)
	var lacks []string
	if !u.typed {
		lacks = append(lacks, "its type is not checked")
	}
	if !u.sized && !u.limited && !bounded {
		lacks = append(lacks, "its size is not limited")
	}
	if named != nil {
		_, related := t.path(named.trace, calls)
		lacks = append(lacks, "it keeps the client's file name")
		r.Report(UploadRule, span, related, "%s stores an upload, but %s: limit it, look at its content and store it under a name of your own", short(ssavalue.Callee(u.stores.Common())), strings.Join(lacks, " and "))
		return
	}
	switch {
	case !u.typed && u.doubted:
		r.Undecided(UploadRule, span, "a function of another package may check the type of the upload")
	case !u.typed:
		r.Report(UploadRule, span, nil, "%s stores an upload, but %s: limit it and look at its content", short(ssavalue.Callee(u.stores.Common())), strings.Join(lacks, " and "))
	case len(lacks) > 0:
		r.Undecided(UploadRule, span, "no limit on the size of the upload is in sight; middleware may set one")
	default:
		r.Examine(UploadRule, 1)
	}
}

// takesFile says that a function itself reads a file from a form.
func takesFile(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok {
				if f := ssavalue.Callee(call.Common()); f != nil && (f.Name() == "FormFile" || f.Name() == "MultipartForm" || f.Name() == "GetFile") {
					return true
				}
			}
		}
	}
	return false
}

// checksType are names of functions that look at a file's type.
var checksType = regexp.MustCompile(`(?i)valid|check|allow|exten|mime|filetype|unauthor|support`)

// stores are the calls that write a file to disk.
var stores = map[string]bool{
	"github.com/gin-gonic/gin.Context.SaveUploadedFile": true, "github.com/gofiber/fiber.Ctx.SaveFile": true, "github.com/valyala/fasthttp.SaveMultipartFile": true,
	"os.Create": true, "os.OpenFile": true, "os.WriteFile": true,
}

// look collects what a function and those that it calls do with an upload.
func (t *tracker) look(u *upload, root, fn *ssa.Function, depth int) {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case ssa.CallInstruction:
				t.lookAtCall(u, root, instr, depth)
			case *ssa.BinOp:
				u.sized = u.sized || comparesSize(instr)
				u.typed = u.typed || comparesType(instr)
			case *ssa.Lookup:
				u.typed = u.typed || mentionsType(instr.Index, 0)
			}
		}
	}
}

func (t *tracker) lookAtCall(u *upload, root *ssa.Function, call ssa.CallInstruction, depth int) {
	c := call.Common()
	name := web.Name(ssavalue.Callee(c))
	base := name[strings.LastIndex(name, ".")+1:]
	switch {
	case base == "FormFile" || base == "MultipartForm":
		if v, ok := call.(*ssa.Call); ok && call.Parent() == root {
			u.read = v
			u.limited = strings.HasPrefix(name, "github.com/gofiber/fiber.") || strings.HasPrefix(name, "github.com/valyala/fasthttp.")
		}
	case stores[name]:
		if u.stores == nil {
			u.stores = call
		}
	case name == "net/http.MaxBytesReader" || name == "io.LimitReader" || name == "io.CopyN":
		u.sized = true
	case name == "net/http.DetectContentType" || name == "bytes.HasPrefix" || name == "bytes.Equal" || strings.HasPrefix(name, "image.Decode") || strings.Contains(name, "mimetype") || strings.Contains(name, "h2non/filetype"):
		u.typed = true
	case strings.HasPrefix(name, "strings.") || strings.HasPrefix(name, "slices."):
		for _, a := range ssavalue.Operands(c) {
			u.typed = u.typed || mentionsType(a, 0) && (base == "HasPrefix" || base == "HasSuffix" || base == "Contains" || base == "EqualFold")
		}
	}
	if fn := ssavalue.Callee(c); fn != nil && fn.Pkg() != t.pass.Pkg && checksType.MatchString(fn.Name()) {
		u.doubted = u.doubted || source.SameModule(t.pass, fn.Pkg())
	}
	if depth < 3 {
		for _, callee := range t.callees(c) {
			if callee != root {
				t.look(u, root, callee, depth+1)
			}
		}
	}
}

// bounded says that something in the package limits bodies.
func (t *tracker) bounded() bool {
	for _, fn := range t.funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if call, ok := instr.(ssa.CallInstruction); ok {
					switch name := web.Name(ssavalue.Callee(call.Common())); {
					case name == "net/http.MaxBytesReader", name == "net/http.MaxBytesHandler", strings.HasPrefix(name, "github.com/labstack/echo/middleware.BodyLimit"):
						return true
					}
				}
			}
		}
	}
	return false
}

// comparesSize knows header.Size > limit and len(data) > limit.
func comparesSize(b *ssa.BinOp) bool {
	switch b.Op {
	case token.GTR, token.LSS, token.GEQ, token.LEQ:
	default:
		return false
	}
	for _, v := range []ssa.Value{b.X, b.Y} {
		if load, ok := ssavalue.Plain(v).(*ssa.UnOp); ok {
			if f, ok := load.X.(*ssa.FieldAddr); ok && fieldName(f.X.Type(), f.Field) == "Size" {
				return true
			}
		}
	}
	return false
}

// comparesType knows filepath.Ext(name) == ".png", content types, and the first
// bytes of a format.
func comparesType(b *ssa.BinOp) bool {
	if b.Op != token.EQL && b.Op != token.NEQ {
		return false
	}
	if load, ok := b.X.(*ssa.UnOp); ok {
		if _, element := load.X.(*ssa.IndexAddr); element && types.Identical(load.Type(), types.Typ[types.Byte]) {
			return true // data[0] == 0xff
		}
	}
	for _, v := range []ssa.Value{b.X, b.Y} {
		text, ok := ssavalue.Text(v)
		if ok && text != "" && (mentionsType(b.X, 0) || mentionsType(b.Y, 0)) {
			return true
		}
	}
	return false
}

// mentionsType says that a value is a file's extension, name or content type.
func mentionsType(v ssa.Value, depth int) bool {
	if depth > 6 || v == nil {
		return false
	}
	switch v := ssavalue.Plain(v).(type) {
	case *ssa.Call:
		switch name := web.Name(ssavalue.Callee(v.Common())); name {
		case "path/filepath.Ext", "path.Ext", "net/http.DetectContentType", "mime.TypeByExtension":
			return true
		case "net/http.Header.Get", "net/textproto.MIMEHeader.Get":
			key, ok := ssavalue.Text(v.Call.Args[1])
			return ok && strings.EqualFold(key, "Content-Type")
		case "strings.ToLower", "strings.TrimSpace", "strings.TrimPrefix":
			return mentionsType(v.Call.Args[0], depth+1)
		}
	case *ssa.Phi:
		for _, e := range v.Edges {
			if mentionsType(e, depth+1) {
				return true
			}
		}
	case *ssa.UnOp:
		if f, ok := v.X.(*ssa.FieldAddr); ok {
			return fieldName(f.X.Type(), f.Field) == "Filename"
		}
	}
	return false
}
