package behaviour_test

import (
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/behaviour/fixture"
	"github.com/backend-conformance/conformance/checks/routes"
)

const guards = `
-- main.go --
package main

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

func main() {}

func work(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusOK) }

func header(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := r.Header.Get("Authorization")
		if h == "" {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// tokenIn finds the token in the place that a text names.
func tokenIn(r *http.Request, place string) (string, error) {
	parts := strings.Split(place, ":")
	if len(parts) != 2 {
		return "", errors.New("bad request")
	}
	switch parts[0] {
	case "header":
		token := r.Header.Get(parts[1])
		if token == "" {
			return "", errors.New("unauthorized")
		}
		return token, nil
	case "query":
		return r.URL.Query().Get(parts[1]), nil
	}
	return "", errors.New("bad request")
}

func named(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, err := tokenIn(r, "header:Authorization")
		if err != nil {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		if _, err := parse(token); err != nil {
			http.Error(w, "bad token", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func cut(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		place, name, ok := strings.Cut("header:Authorization", ":")
		if ok && place == "header" && r.Header.Get(name) == "" {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// anywhere looks for the token in one place after another.
func anywhere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := r.URL.Query().Get("token")
		if token == "" {
			token = r.FormValue("token")
		}
		if token == "" {
			token = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		}
		if token == "" {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// reset takes a token from a form, as anybody can send it.
func reset(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("token") == "" {
		http.Error(w, "no token", http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusOK)
}

func optional(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := r.Header.Get("Authorization")
		if h == "" {
			next.ServeHTTP(w, r)
			return
		}
		if _, err := parse(strings.TrimPrefix(h, "Bearer ")); err != nil {
			http.Error(w, "bad token", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func parse(tok string) (*jwt.Token, error) {
	t, err := jwt.Parse(tok, nil)
	if err != nil {
		return nil, err
	}
	if !t.Valid {
		return nil, errors.New("invalid token")
	}
	return t, nil
}

type key struct{}

// viaHelper is refused in a helper that hands back a bool.
func viaHelper(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ok := false
		inTransaction(func() { ok = check(w, r) })
		if ok {
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, "u")))
		}
	})
}

func inTransaction(fn func()) { fn() }

func check(w http.ResponseWriter, r *http.Request) bool {
	parts := strings.SplitN(r.Header.Get("Authorization"), " ", 2)
	if len(parts) != 2 {
		w.WriteHeader(http.StatusUnauthorized)
		return false
	}
	if _, err := parse(parts[1]); err != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return false
	}
	return true
}

// unrelated middleware refuse, but not for who asks.
func limit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > 100 {
			http.Error(w, "too large", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func apiKey(secret string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if subtle.ConstantTimeCompare([]byte(r.Header.Get("X-API-Key")), []byte(secret)) != 1 {
				w.WriteHeader(403)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func skipping(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/login" || strings.HasPrefix(r.URL.Path, "/public/") {
			next.ServeHTTP(w, r)
			return
		}
		if r.Header.Get("Authorization") == "" {
			w.WriteHeader(401)
			return
		}
		next.ServeHTTP(w, r)
	})
}

var enabled bool

func configured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !enabled {
			next.ServeHTTP(w, r)
			return
		}
		if _, err := r.Cookie("session"); err != nil {
			w.WriteHeader(401)
			return
		}
		next.ServeHTTP(w, r)
	})
}

type keeper struct{ next http.Handler }

func (k *keeper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, _, ok := r.BasicAuth(); !ok {
		w.WriteHeader(401)
		return
	}
	k.next.ServeHTTP(w, r)
}

func keeping(next http.Handler) http.Handler { return &keeper{next} }

func needsUser(w http.ResponseWriter, r *http.Request) {
	id, ok := r.Context().Value(key{}).(string)
	if !ok {
		http.Error(w, "who are you", http.StatusUnauthorized)
		return
	}
	w.Write([]byte(id))
}

func usesUser(w http.ResponseWriter, r *http.Request) {
	id, _ := r.Context().Value(key{}).(string)
	w.Write([]byte(id))
}

// login answers 401, but for what the body says.
func login(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("password") != lookup(r.FormValue("name")) {
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	w.WriteHeader(204)
}

func lookup(name string) string { return name + "x" }

func forgetsReturn(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") == "" {
		http.Error(w, "no", http.StatusUnauthorized)
	}
	w.WriteHeader(200)
}
`

func TestAccess_NetHTTP(t *testing.T) {
	p := fixture.Load(t, guards)
	x := behaviour.Of(p)
	for _, c := range []struct {
		path  string
		chain []string
		want  behaviour.Guard
		by    string
	}{
		{"/a", []string{"main.work"}, behaviour.Open, ""},
		{"/a", []string{"main.header", "main.work"}, behaviour.Guarded, "main.header"},
		{"/a", []string{"main.named", "main.work"}, behaviour.Guarded, "main.named"},
		{"/a", []string{"main.cut", "main.work"}, behaviour.Guarded, "main.cut"},
		{"/a", []string{"main.anywhere", "main.work"}, behaviour.Guarded, "main.anywhere"},
		{"/reset", []string{"main.reset"}, behaviour.Open, ""},
		{"/a", []string{"main.optional", "main.work"}, behaviour.Open, ""},
		{"/a", []string{"main.optional", "main.needsUser"}, behaviour.Guarded, "main.needsUser"},
		{"/a", []string{"main.optional", "main.usesUser"}, behaviour.Open, ""},
		{"/a", []string{"main.viaHelper", "main.work"}, behaviour.Guarded, "main.viaHelper"},
		{"/a", []string{"main.limit", "main.work"}, behaviour.Open, ""},
		{"/a", []string{"main.apiKey", "main.work"}, behaviour.Guarded, "main.apiKey"},
		{"/a", []string{"main.skipping", "main.work"}, behaviour.Guarded, "main.skipping"},
		{"/login", []string{"main.skipping", "main.work"}, behaviour.Open, ""},
		{"/public/x", []string{"main.skipping", "main.work"}, behaviour.Open, ""},
		{"/x/{id}", []string{"main.skipping", "main.work"}, behaviour.Unclear, ""},
		{"/a", []string{"main.configured", "main.work"}, behaviour.Guarded, "main.configured"},
		{"/a", []string{"main.keeping", "main.work"}, behaviour.Guarded, "main.keeping"},
		{"/login", []string{"main.login"}, behaviour.Open, ""},
		{"/a", []string{"main.forgetsReturn"}, behaviour.Open, ""},
	} {
		a := x.Access(fixture.Route(t, p, "GET "+c.path, c.chain...), nil)
		if a.Guard != c.want || a.By != c.by {
			t.Errorf("%s %v: guard %d by %q (%s %d %s), want %d by %q", c.path, c.chain, a.Guard, a.By, a.Reason, a.Status, a.Credential, c.want, c.by)
		}
	}
}

const ginGuards = `
-- main.go --
package main

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/golang-jwt/jwt/v5"
)

func main() {}

func work(c *gin.Context) { c.JSON(200, gin.H{"ok": true}) }

func auth(must bool) gin.HandlerFunc {
	return func(c *gin.Context) {
		if _, err := fromRequest(c.Request); err != nil {
			if must {
				c.AbortWithError(http.StatusUnauthorized, err)
			}
			return
		}
		c.Set("user", 1)
	}
}

func fromRequest(r *http.Request) (*jwt.Token, error) {
	h := r.Header.Get("Authorization")
	if len(h) < 8 {
		return nil, errors.New("short")
	}
	return jwt.Parse(h[7:], nil)
}

func stops(c *gin.Context) {
	if c.GetHeader("Authorization") == "" {
		c.JSON(http.StatusUnauthorized, gin.H{"error": "no"})
		c.Abort()
		return
	}
	c.Next()
}

// token looks in two places, as old clients do.
func token(c *gin.Context) string {
	if t := c.GetHeader("Authorization"); t != "" {
		return t
	}
	return c.Query("Authorization")
}

func respond(c *gin.Context, err error) {
	var coded interface{ Code() int }
	if errors.As(err, &coded) {
		c.JSON(coded.Code(), gin.H{})
	}
}

func authByHelper(c *gin.Context) {
	if token(c) == "" {
		respond(c, errors.New("gone"))
		c.Abort()
	}
}

func authWithoutStop(c *gin.Context) {
	if token(c) == "" {
		respond(c, errors.New("gone"))
	}
}

type Enforcer interface{ Enforce(args ...any) (bool, error) }

var rules Enforcer

func enforced(c *gin.Context) {
	if ok, _ := rules.Enforce(c.Param("id")); !ok {
		c.JSON(http.StatusBadRequest, gin.H{})
		return
	}
	c.JSON(200, gin.H{})
}

func current(c *gin.Context) {
	if _, ok := c.Get("user"); !ok {
		c.JSON(http.StatusUnauthorized, gin.H{"error": "no"})
		return
	}
	c.JSON(200, gin.H{})
}
`

func TestAccess_Gin(t *testing.T) {
	p := fixture.Load(t, ginGuards)
	x := behaviour.Of(p)
	r := fixture.Route(t, p, "GET /a", "main.auth$1", "main.work")
	if a := x.Access(r, nil); a.Guard != behaviour.Unclear {
		t.Errorf("auth with an unknown operand: %+v, want unclear", a)
	}
	decl := fixture.Handler(t, p, "main.auth")
	for must, want := range map[bool]behaviour.Guard{true: behaviour.Guarded, false: behaviour.Open} {
		r.Middleware[0].Bound = []routes.Bound{{Name: "must", Pos: decl.Func.Signature().Params().At(0).Pos(), Const: constantBool(must)}}
		if a := x.Access(r, nil); a.Guard != want {
			t.Errorf("auth(%t): %+v, want %d", must, a, want)
		}
	}
	for name, want := range map[string]behaviour.Guard{"main.stops": behaviour.Guarded, "main.authByHelper": behaviour.Guarded, "main.authWithoutStop": behaviour.Open} {
		a := x.Access(fixture.Route(t, p, "GET /a", name, "main.work"), nil)
		if a.Guard != want || (a.Doubt != "") != (want == behaviour.Open) {
			t.Errorf("%s: %+v, want %d", name, a, want)
		}
	}
	if a := x.Access(fixture.Route(t, p, "GET /a", "main.enforced"), nil); a.Guard != behaviour.Open || !strings.Contains(a.Doubt, "main.enforced calls Enforce (main.go:") {
		t.Errorf("handler that asks an enforcer: %+v, want open with a doubt", a)
	}
	if a := x.Access(fixture.Route(t, p, "GET /me", "main.current"), nil); a.Guard != behaviour.Guarded || a.Status != 401 {
		t.Errorf("handler that looks for the user: %+v, want guarded", a)
	}
}

const echoGuards = `
-- main.go --
package main

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

func main() {}

type User struct{ Name string }

const userKey = "user"

type Auth struct{ sessions Sessions }

type Sessions interface{ Find(token string) (User, bool) }

// Middleware leaves an error in the context; enforce turns it into an answer.
func (a *Auth) Middleware(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		u, ok := a.sessions.Find(c.Request().Header.Get("Authorization"))
		if !ok {
			c.Set(userKey, echo.NewHTTPError(http.StatusForbidden, "invalid session"))
			return next(c)
		}
		c.Set(userKey, u)
		return next(c)
	}
}

func enforce(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err, ok := c.Get(userKey).(*echo.HTTPError); ok {
			return err
		}
		return next(c)
	}
}

func (a *Auth) Perm(next echo.HandlerFunc, perms ...string) echo.HandlerFunc {
	return func(c echo.Context) error {
		u, ok := c.Get(userKey).(User)
		if !ok {
			return next(c)
		}
		if u.Name == "" {
			return echo.NewHTTPError(http.StatusForbidden, "permission denied")
		}
		return next(c)
	}
}

func work(c echo.Context) error { return c.JSON(200, map[string]bool{"data": true}) }

// authOrLibrary asks a library where the header is missing, unless it is told
// by the configuration to skip.
func authOrLibrary(skip func(echo.Context) bool) echo.MiddlewareFunc {
	wrapped := middleware.KeyAuthWithConfig(middleware.KeyAuthConfig{Skipper: skip})
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if skip(c) {
				return next(c)
			}
			if c.Request().Header.Get("X-API-Key") == "letmein" {
				return next(c)
			}
			return wrapped(next)(c)
		}
	}
}

type config struct {
	Skipper func(echo.Context) bool
	Key     []byte
}

// tokens refuses a request without a token, unless it is told by its
// configuration to skip.
func tokens(config config) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if c.Request().Header.Get("Authorization") == "" {
				if config.Skipper != nil {
					if config.Skipper(c) {
						return next(c)
					}
				}
				return c.JSON(http.StatusUnauthorized, config.Key)
			}
			return next(c)
		}
	}
}

func reads(c echo.Context) bool { return c.Request().Method == "GET" && c.Path() != "/items/feed" }

// library asks one at once.
func library(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		return middleware.KeyAuth(nil)(next)(c)
	}
}

// compressed hands the request to a library that is no guard.
func compressed(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		return middleware.Gzip()(next)(c)
	}
}
`

func TestAccess_Echo(t *testing.T) {
	p := fixture.Load(t, echoGuards)
	x := behaviour.Of(p)
	for _, c := range []struct {
		chain []string
		want  behaviour.Guard
		by    string
	}{
		{[]string{"(*main.Auth).Middleware", "main.work"}, behaviour.Open, ""},
		{[]string{"(*main.Auth).Middleware", "main.enforce", "main.work"}, behaviour.Guarded, "main.enforce"},
		{[]string{"(*main.Auth).Middleware", "main.enforce", "(*main.Auth).Perm", "main.work"}, behaviour.Guarded, "main.enforce"},
	} {
		a := x.Access(fixture.Route(t, p, "GET /a", c.chain...), nil)
		if a.Guard != c.want || a.By != c.by {
			t.Errorf("%v: %+v, want %d by %q", c.chain, a, c.want, c.by)
		}
	}
	a := x.Access(fixture.Route(t, p, "GET /a", "(*main.Auth).Middleware", "main.enforce", "(*main.Auth).Perm", "main.work"), nil)
	if len(a.Permissions) == 0 {
		t.Errorf("permission wrapper: no permission check seen")
	}
}

// TestAccess_Skipper: who passes is decided by a function in a struct that the
// middleware captured; it is followed where it is known.
func TestAccess_Skipper(t *testing.T) {
	p := fixture.Load(t, echoGuards)
	x := behaviour.Of(p)
	param := fixture.Handler(t, p, "main.tokens").Func.Signature().Params().At(0).Pos()
	reads := fixture.Handler(t, p, "main.reads")
	skips := []routes.Bound{{Name: "Skipper", Handler: &reads}}
	for _, c := range []struct {
		route  string
		fields []routes.Bound
		want   behaviour.Guard
	}{
		{"GET /items/:id", nil, behaviour.Unclear},
		{"GET /items", []routes.Bound{{Name: "Key", Nil: true}}, behaviour.Unclear},
		{"GET /items", []routes.Bound{{Name: "Skipper", Nil: true}}, behaviour.Guarded},
		{"GET /items", skips, behaviour.Open},
		{"GET /items/{id}", skips, behaviour.Open},
		{"GET /items/feed", skips, behaviour.Guarded},
		{"POST /items", skips, behaviour.Guarded},
		{"GET /items/{any...}", skips, behaviour.Unclear},
	} {
		r := fixture.Route(t, p, c.route, "main.tokens$1", "main.work")
		r.Middleware[0].Bound = []routes.Bound{{Name: "config", Pos: param, Fields: c.fields}}
		if a := x.Access(r, nil); a.Guard != c.want {
			t.Errorf("%s with %+v: %+v, want %d", c.route, c.fields, a, c.want)
		}
	}
}

func TestAccess_LibraryWithin(t *testing.T) {
	p := fixture.Load(t, echoGuards)
	x := behaviour.Of(p)
	for name, doubt := range map[string]string{
		"main.authOrLibrary": "main.authOrLibrary calls wrapped (main.go:",
		"main.library":       "main.library calls KeyAuth (main.go:",
		"main.compressed":    "",
	} {
		a := x.Access(fixture.Route(t, p, "GET /a", name, "main.work"), nil)
		if a.Guard != behaviour.Open || (a.Doubt == "") != (doubt == "") || !strings.Contains(a.Doubt, doubt) {
			t.Errorf("%s: %+v, want open with the doubt %q", name, a, doubt)
		}
	}
}

const rights = `
-- main.go --
package main

import "net/http"

func main() {}

type rights interface{ may(role string) bool }

type everybody struct{}

func (everybody) may(string) bool { return true }

type table struct{ rows map[string][]string }

func (t table) may(role string) bool {
	for name, roles := range t.rows {
		if name == "all" {
			return true
		}
		for _, r := range roles {
			if r == role {
				return true
			}
		}
	}
	return false
}

var granted rights

func work(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") == "" {
		http.Error(w, "unauthorized", http.StatusUnauthorized)
		return
	}
	if !granted.may("admin") {
		http.Error(w, "forbidden", http.StatusForbidden)
		return
	}
	w.WriteHeader(http.StatusOK)
}
`

// TestAccess_Implementations: what one implementation always says another need
// not.
func TestAccess_Implementations(t *testing.T) {
	p := fixture.Load(t, rights)
	a := behaviour.Of(p).Access(fixture.Route(t, p, "GET /a", "main.work"), nil)
	if a.Guard != behaviour.Guarded || len(a.Permissions) != 1 {
		t.Errorf("%+v, want guarded with one place that asks for permissions", a)
	}
}
