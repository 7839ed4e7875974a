package taint

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/ssavalue"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// trusted knows template.HTML(x) and its kin, which switch escaping off.
func trusted(v ssa.Value, x ssa.Value) []sink {
	switch web.TypeName(v.Type()) {
	case "html/template.HTML", "html/template.JS", "html/template.HTMLAttr", "html/template.CSS", "html/template.JSStr":
		if _, constant := x.(*ssa.Const); !constant {
			return []sink{{kind: HTML, values: []ssa.Value{x}, where: "template." + v.Type().(*types.Named).Obj().Name(), pos: v.Pos()}}
		}
	}
	return nil
}

// shown are the values that a call sends to the browser as HTML, or as content
// of a type that they choose themselves.
func (t *tracker) shown(call ssa.CallInstruction, fn *types.Func, name string) []ssa.Value {
	c := call.Common()
	if v := contentType(c, name); v != nil {
		return []ssa.Value{v}
	}
	w, ok := web.Writer(fn)
	if !ok || w.Body < 0 || w.Encoding == "json" || w.Encoding == "xml" || w.Encoding == "html" || w.Encoding == "file" || neverHTML[name] {
		return nil
	}
	if w.To >= 0 {
		to := ssavalue.Argument(c, w.To)
		if to == nil || !web.IsAnswer(ssavalue.Plain(to).Type()) {
			return nil
		}
	}
	body := ssavalue.Argument(c, w.Body)
	if body == nil || !t.sendsHTML(call, w, name, body) {
		return nil
	}
	values := []ssa.Value{body}
	if w.Rest {
		args := ssavalue.Operands(c)
		values = append(values, ssavalue.Variadic(args[len(args)-1])...)
	}
	return values
}

// neverHTML answer as plain text, whatever they are given.
var neverHTML = map[string]bool{
	"net/http.Error": true, "github.com/gin-gonic/gin.Context.String": true, "github.com/labstack/echo.Context.String": true,
	"github.com/go-chi/render.PlainText": true, "github.com/gofiber/fiber.NewError": true, "github.com/gofiber/fiber.Ctx.SendStatus": true,
	"github.com/labstack/echo.NewHTTPError": true, "github.com/valyala/fasthttp.RequestCtx.Error": true,
}

// contentType is the value that a call sets as content type, where it is not
// constant.
func contentType(c *ssa.CallCommon, name string) ssa.Value {
	args := ssavalue.Operands(c)
	at := -1
	switch name {
	case "net/http.Header.Set", "github.com/gofiber/fiber.Ctx.Set", "github.com/gin-gonic/gin.Context.Header":
		if key, ok := ssavalue.Text(args[1]); ok && strings.EqualFold(key, "Content-Type") {
			if _, isHeader := ssavalue.Plain(args[0]).(*ssa.Call); isHeader || name != "net/http.Header.Set" {
				at = 2
			}
		}
	case "github.com/gin-gonic/gin.Context.Data", "github.com/labstack/echo.Context.Blob", "github.com/labstack/echo.Context.Stream":
		at = 2
	}
	if at < 0 || at >= len(args) {
		return nil
	}
	if _, constant := ssavalue.Text(args[at]); constant || name == "net/http.Header.Set" && !answerHeader(args[0]) {
		return nil
	}
	for i, part := range parts(args[at]) {
		if i == 0 && part.value == nil && strings.Contains(part.text, "/") && !strings.HasPrefix(part.text, "text/") {
			return nil // "image/" + x is no page
		}
	}
	return args[at]
}

// parts are the pieces of a text that is put together where it is used.
func parts(v ssa.Value) []piece {
	switch v := v.(type) {
	case *ssa.BinOp:
		return flatten(v, nil)
	case *ssa.Call:
		if web.Name(ssavalue.Callee(v.Common())) == "fmt.Sprintf" && len(v.Call.Args) == 2 {
			if format, ok := ssavalue.Text(v.Call.Args[0]); ok {
				return formatted(format, ssavalue.Variadic(v.Call.Args[1]))
			}
		}
	}
	return nil
}

// answerHeader tells the header of the answer from that of a request to others.
func answerHeader(v ssa.Value) bool {
	call, ok := v.(*ssa.Call)
	return ok && len(ssavalue.Operands(call.Common())) > 0 && web.IsAnswer(ssavalue.Operands(call.Common())[0].Type())
}

// sendsHTML: net/http looks at the content, so text that begins with a tag
// becomes a page unless another type is set. Fiber would send it as plain text,
// but who writes tags means a page. The others are told what they send.
func (t *tracker) sendsHTML(call ssa.CallInstruction, w web.Write, name string, body ssa.Value) bool {
	told, other := t.contentTypes(call, w.Framework == web.NetHTTP)
	switch {
	case told:
		return true
	case other:
		return false
	case w.Framework == web.Fiber:
		return t.marksUp(call.Parent())
	}
	return (w.To != -1 || name == "net/http.ResponseWriter.Write") && t.marksUp(call.Parent()) && !t.beginsPlain(call, body)
}

// beginsPlain says that an answer begins here, and with text that is no tag, so
// that net/http sends it as plain text.
func (t *tracker) beginsPlain(call ssa.CallInstruction, body ssa.Value) bool {
	if !plainText(body) {
		return false
	}
	for _, b := range call.Parent().Blocks {
		for _, instr := range b.Instrs {
			c, ok := instr.(ssa.CallInstruction)
			if !ok || c == call || !before(c, call) {
				continue
			}
			w, ok := web.Writer(ssavalue.Callee(c.Common()))
			if ok && w.Body >= 0 || handsAnswerOn(c) {
				return false
			}
		}
	}
	return true
}

// handsAnswerOn says that a call gets the answer to write to.
func handsAnswerOn(c ssa.CallInstruction) bool {
	args := ssavalue.Operands(c.Common())
	if c.Common().IsInvoke() && len(args) > 0 {
		args = args[1:] // w.Header(), w.WriteHeader(code)
	}
	for _, a := range args {
		if web.IsAnswer(ssavalue.Plain(a).Type()) {
			return true
		}
	}
	return false
}

// plainText says that a text is known to begin with something else than a tag.
func plainText(v ssa.Value) bool {
	if c, ok := v.(*ssa.Convert); ok {
		v = c.X
	}
	text, ok := ssavalue.Text(v)
	if all := parts(v); !ok && len(all) > 0 {
		text, ok = all[0].text, all[0].value == nil
	}
	text = strings.TrimSpace(text)
	return ok && text != "" && text[0] != '<' && text[0] != '%'
}

// before says that control may come from one instruction to another.
func before(first, then ssa.Instruction) bool {
	from, to := first.Block(), then.Block()
	if from == to {
		for _, instr := range from.Instrs {
			if instr == first {
				return true
			}
			if instr == then {
				break
			}
		}
	}
	seen := map[*ssa.BasicBlock]bool{}
	queue := slices.Clone(from.Succs)
	for len(queue) > 0 {
		b := queue[0]
		queue = queue[1:]
		if b == to {
			return true
		}
		if !seen[b] {
			seen[b] = true
			queue = append(queue, b.Succs...)
		}
	}
	return false
}

// contentTypes looks for constants that set the content type: in the function,
// or on the ways to the call where what is set later comes too late.
func (t *tracker) contentTypes(call ssa.CallInstruction, inTime bool) (html, other bool) {
	for _, b := range call.Parent().Blocks {
		for _, instr := range b.Instrs {
			c, ok := instr.(ssa.CallInstruction)
			if !ok {
				continue
			}
			page, another := namesType(c)
			if (page || another) && inTime && c != call && !before(c, call) {
				continue
			}
			html, other = html || page, other || another
		}
	}
	return html, other && !html
}

// namesType says that a constant argument of a call is the content type of
// pages, or of something else.
func namesType(c ssa.CallInstruction) (page, another bool) {
	fiberType := web.Name(ssavalue.Callee(c.Common())) == "github.com/gofiber/fiber.Ctx.Type"
	for _, arg := range ssavalue.Operands(c.Common()) {
		text, ok := ssavalue.Text(arg)
		text = strings.ToLower(text)
		switch {
		case !ok:
		case strings.HasPrefix(text, "text/html"), fiberType && strings.TrimPrefix(text, ".") == "html":
			page = true
		case strings.HasPrefix(text, "application/"), strings.HasPrefix(text, "text/"), strings.HasPrefix(text, "image/"):
			another = true
		}
	}
	return page, another
}

// marksUp says that a function holds text with tags, so that what it writes is HTML.
func (t *tracker) marksUp(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			for _, op := range instr.Operands(nil) {
				if *op == nil {
					continue
				}
				text, ok := ssavalue.Text(*op)
				if ok && (strings.Contains(text, "</") || strings.Contains(text, "<br") || strings.Contains(text, "<html") || strings.Contains(text, "<p>")) {
					return true
				}
			}
		}
	}
	return false
}
