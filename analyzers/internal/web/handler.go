package web

import "go/types"

// Kind says what a function with a request at hand looks like.
type Kind struct {
	Framework Framework
	// Writer is the index of the parameter that answers go to, Request the one
	// that input comes from; the same where one context is both.
	Writer, Request int
	// Exact says that a router accepts the signature as it is; otherwise the
	// function is one that a handler calls.
	Exact bool
}

// contexts are the types that are request and answer in one.
var contexts = map[string]Framework{
	"github.com/gin-gonic/gin.Context":                   Gin,
	"github.com/labstack/echo.Context":                   Echo,
	"github.com/gofiber/fiber.Ctx":                       Fiber,
	"github.com/valyala/fasthttp.RequestCtx":             FastHTTP,
	"github.com/cloudwego/hertz/pkg/app.RequestContext":  Hertz,
	"github.com/kataras/iris/context.Context":            "iris",
	"github.com/beego/beego/server/web/context.Context":  "beego",
	"github.com/gogf/gf/net/ghttp.Request":               "goframe",
	"github.com/pocketbase/pocketbase/core.RequestEvent": "pocketbase",
}

// writers and requests are the types of frameworks that keep the two apart.
var (
	writers = map[string]Framework{
		"net/http.ResponseWriter":                             NetHTTP,
		"github.com/emicklei/go-restful.Response":             Restful,
		"github.com/gin-gonic/gin.ResponseWriter":             NetHTTP,
		"github.com/go-chi/chi/middleware.WrapResponseWriter": NetHTTP,
	}
	requests = map[string]Framework{
		"net/http.Request":                       NetHTTP,
		"github.com/emicklei/go-restful.Request": Restful,
		"github.com/uptrace/bunrouter.Request":   NetHTTP,
	}
)

// IsHandler reports whether a function of this signature gets a request and the
// means to answer it.
func IsHandler(sig *types.Signature) (Kind, bool) {
	k := Kind{Writer: -1, Request: -1}
	for i := range sig.Params().Len() {
		t := sig.Params().At(i).Type()
		if f, ok := contexts[TypeName(t)]; ok {
			k.Framework, k.Writer, k.Request = f, i, i
			break
		}
		if f, ok := writers[TypeName(t)]; ok {
			k.Framework, k.Writer = f, i
		} else if _, ok := requests[TypeName(t)]; ok {
			k.Request = i
		}
	}
	if k.Writer < 0 || k.Request < 0 {
		return Kind{}, false
	}
	k.Exact = exact(sig, k)
	return k, true
}

func exact(sig *types.Signature, k Kind) bool {
	extra := sig.Params().Len() - 1
	if k.Writer != k.Request {
		extra--
	}
	results := sig.Results().Len()
	oneError := results == 1 && IsError(sig.Results().At(0).Type())
	switch k.Framework {
	case Echo:
		return extra == 0 && oneError
	case Fiber:
		return extra == 0 && (oneError || results == 0)
	case Hertz:
		return extra == 1 && results == 0 && TypeName(sig.Params().At(0).Type()) == "context.Context"
	case NetHTTP:
		last := TypeName(sig.Params().At(sig.Params().Len() - 1).Type())
		return results == 0 && (extra == 0 || extra == 1 && last == "github.com/julienschmidt/httprouter.Params")
	}
	return extra == 0 && (results == 0 || oneError)
}

// IsContext reports whether t is a framework's request and answer in one.
func IsContext(t types.Type) (Framework, bool) {
	f, ok := contexts[TypeName(t)]
	return f, ok
}

// IsRequest reports whether t is a request, or a context that holds one.
func IsRequest(t types.Type) bool {
	_, ok := requests[TypeName(t)]
	_, both := contexts[TypeName(t)]
	return ok || both
}

// IsAnswer reports whether answers can be written to a value of type t: a
// response writer or a framework's context.
func IsAnswer(t types.Type) bool {
	if _, ok := contexts[TypeName(t)]; ok {
		return true
	}
	return IsResponseWriter(t)
}

// IsResponseWriter reports whether t is a response writer: one of the
// frameworks', or any type with the three methods of http.ResponseWriter.
func IsResponseWriter(t types.Type) bool {
	if t == nil {
		return false
	}
	if _, ok := writers[TypeName(t)]; ok {
		return true
	}
	return hasMethod(t, "Header", "net/http.Header") && hasMethod(t, "WriteHeader", "") && hasMethod(t, "Write", "")
}

func hasMethod(t types.Type, name, result string) bool {
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
	fn, ok := obj.(*types.Func)
	if !ok {
		return false
	}
	res := fn.Signature().Results()
	return result == "" || res.Len() == 1 && TypeName(res.At(0).Type()) == result
}
