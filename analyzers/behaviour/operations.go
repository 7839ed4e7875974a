package behaviour

import (
	"go/types"
	"regexp"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// Context is a call that stores or fetches a value that travels with the request.
type Context struct {
	// Set stores argument Value under argument Key; otherwise Key is fetched.
	Set        bool
	Key, Value int
}

// Credential is a call that looks at who sends the request.
type Credential struct {
	// Library says that code outside the module knows how: sessions, tokens.
	Library bool
}

// Validate is a call that holds a value against its constraints.
type Validate struct {
	// Target is the index of the argument that is validated; -1 the receiver.
	Target int
}

// operation looks a call up: context values and credentials first, since some
// of them are reads as well.
func operation(call *ssa.CallCommon) (Op, bool) {
	fn := Callee(call)
	if fn == nil {
		return Op{}, false
	}
	name := web.Name(fn)
	if c, ok := contextCalls[name]; ok {
		return Op{Context: &c}, true
	}
	if stops[name] {
		return Op{Stop: true}, true
	}
	if name == "net/http.Request.BasicAuth" {
		return Op{Credential: &Credential{}}, true
	}
	if v, ok := validators[name]; ok {
		return Op{Validate: &v}, true
	}
	if isValidateMethod(fn) {
		return Op{Validate: &Validate{Target: -1}}, true
	}
	if r, ok := web.Reader(fn); ok {
		return Op{Read: &r}, true
	}
	if r, ok := moreReads[name]; ok {
		return Op{Read: &r}, true
	}
	if w, ok := web.Writer(fn); ok {
		return Op{Write: &w}, true
	}
	if isCredentialLookup(fn) {
		return Op{Credential: &Credential{Library: true}}, true
	}
	return Op{}, false
}

// contextCalls are the ways to carry a value from middleware to handler.
var contextCalls = map[string]Context{
	"context.WithValue":                          {Set: true, Key: 1, Value: 2},
	"context.Context.Value":                      {Key: 0},
	"github.com/gin-gonic/gin.Context.Set":       {Set: true, Key: 0, Value: 1},
	"github.com/gin-gonic/gin.Context.Get":       {Key: 0},
	"github.com/gin-gonic/gin.Context.MustGet":   {Key: 0},
	"github.com/gin-gonic/gin.Context.GetString": {Key: 0}, "github.com/gin-gonic/gin.Context.GetInt": {Key: 0},
	"github.com/gin-gonic/gin.Context.GetInt64": {Key: 0}, "github.com/gin-gonic/gin.Context.GetUint": {Key: 0},
	"github.com/gin-gonic/gin.Context.GetUint64": {Key: 0}, "github.com/gin-gonic/gin.Context.GetBool": {Key: 0},
	"github.com/gin-gonic/gin.Context.GetStringMap":         {Key: 0},
	"github.com/gin-gonic/gin.Context.Value":                {Key: 0},
	"github.com/labstack/echo.Context.Set":                  {Set: true, Key: 0, Value: 1},
	"github.com/labstack/echo.Context.Get":                  {Key: 0},
	"github.com/gorilla/context.Set":                        {Set: true, Key: 1, Value: 2},
	"github.com/gorilla/context.Get":                        {Key: 1},
	"github.com/gorilla/context.GetOk":                      {Key: 1},
	"github.com/kataras/iris/context.Context.Values":        {Key: -1},
	"github.com/cloudwego/hertz/pkg/app.RequestContext.Set": {Set: true, Key: 0, Value: 1},
	"github.com/cloudwego/hertz/pkg/app.RequestContext.Get": {Key: 0},
	// fiber's Locals(key, value...) does both; the number of arguments tells.
	"github.com/gofiber/fiber.Ctx.Locals": {Set: true, Key: 0, Value: 1},
}

// stops end the chain; what was answered before stays the answer.
var stops = map[string]bool{
	"github.com/gin-gonic/gin.Context.Abort": true, "github.com/cloudwego/hertz/pkg/app.RequestContext.Abort": true,
	"github.com/kataras/iris/context.Context.StopExecution": true,
}

// validators run constraints over a whole value.
var validators = map[string]Validate{
	"github.com/go-playground/validator.Validate.Struct":              {Target: 0},
	"github.com/go-playground/validator.Validate.StructCtx":           {Target: 1},
	"github.com/go-playground/validator.Validate.StructPartial":       {Target: 0},
	"github.com/go-playground/validator.Validate.StructExcept":        {Target: 0},
	"github.com/go-playground/validator.Validate.Var":                 {Target: 0},
	"github.com/go-playground/validator.Validate.VarCtx":              {Target: 1},
	"gopkg.in/go-playground/validator.v9.Validate.Struct":             {Target: 0},
	"gopkg.in/go-playground/validator.v9.Validate.Var":                {Target: 0},
	"gopkg.in/validator.v2.Validate":                                  {Target: 0},
	"github.com/labstack/echo.Context.Validate":                       {Target: 0},
	"github.com/labstack/echo.Validator.Validate":                     {Target: 0},
	"github.com/gin-gonic/gin/binding.StructValidator.ValidateStruct": {Target: 0},
	"github.com/asaskevich/govalidator.ValidateStruct":                {Target: 0},
	"github.com/go-ozzo/ozzo-validation.ValidateStruct":               {Target: 0},
	"github.com/go-ozzo/ozzo-validation.Validate":                     {Target: 0},
	"github.com/invopop/validation.ValidateStruct":                    {Target: 0},
	"github.com/gookit/validate.Struct":                               {Target: 0},
	"github.com/thedevsaddam/govalidator.Options.Validate":            {Target: -1},
}

// moreReads are ways to read the request that belong to no router: net/url and
// net/http values whose receiver tells which part of the request it is.
var moreReads = map[string]web.Read{
	"net/url.Values.Get":           {Place: web.Many, Name: 0, Target: -1, Request: -1},
	"net/url.Values.Has":           {Place: web.Many, Name: 0, Target: -1, Request: -1},
	"net/http.Header.Get":          {Place: web.Header, Name: 0, Target: -1, Request: -1},
	"net/http.Header.Values":       {Place: web.Header, Name: 0, Target: -1, Request: -1},
	"net/textproto.MIMEHeader.Get": {Place: web.Header, Name: 0, Target: -1, Request: -1},
}

var validateMethod = regexp.MustCompile(`^(?i:validate|isvalid|valid|check|ok|verify|sanitize)[A-Z0-9]?\w*$`)

// isValidateMethod knows methods of a request type such as Validate() error or
// Valid(ctx) map[string]string: named for it, and with a result to look at.
func isValidateMethod(fn *types.Func) bool {
	sig := fn.Signature()
	if sig.Recv() == nil || sig.Results().Len() == 0 || !validateMethod.MatchString(fn.Name()) {
		return false
	}
	return sig.Params().Len() <= 1 && !web.IsRequest(sig.Recv().Type())
}

var (
	credentialPackage = regexp.MustCompile(`(?i)(session|jwt|oauth|oidc|paseto|securecookie|authboss|casdoor|clerk|webauthn)`)
	makesCredential   = regexp.MustCompile(`(?i)^(new|create|sign|generate|encode|save|set|put|issue|make|destroy|delete|remove|revoke|clear|renew|with|must|register|init)`)
	credentialFunc    = regexp.MustCompile(`(?i)(session|token|claims|authenticate|principal|identity|currentuser|userfrom|acquire)`)
)

// isCredentialLookup knows calls of session and token libraries that get the
// request, a context, or something made from them.
func isCredentialLookup(fn *types.Func) bool {
	if fn.Pkg() == nil || !strings.Contains(fn.Pkg().Path(), ".") || makesCredential.MatchString(fn.Name()) {
		return false // the standard library, and the making of credentials
	}
	if credentialPackage.MatchString(fn.Pkg().Path()) {
		return takesRequest(fn) && returnsSomething(fn)
	}
	return credentialFunc.MatchString(fn.Name()) && takesRequest(fn) && returnsSomething(fn)
}

func returnsSomething(fn *types.Func) bool { return fn.Signature().Results().Len() > 0 }

func takesRequest(fn *types.Func) bool {
	sig := fn.Signature()
	for i := range sig.Params().Len() {
		t := sig.Params().At(i).Type()
		if web.IsRequest(t) || web.TypeName(t) == "context.Context" {
			return true
		}
	}
	return false
}
