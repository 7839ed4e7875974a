// Package a reads requests.
package a

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"a/keys"

	"github.com/gin-gonic/gin"
	"github.com/gofiber/fiber/v2"
	"github.com/golang-jwt/jwt/v5"
)

var names = []string{"a", "b"}

type order struct {
	Items   []string
	Tagged  []string `validate:"min=1"`
	Count   int
	Default int
}

func words(w http.ResponseWriter, r *http.Request) {
	_ = strings.Split(r.Header.Get("X-Token"), " ")[1] // want `strings.Split\(.*\)\[1\] panics where header "X-Token" has no such element`
	_ = strings.Split(r.Header.Get("X-Token"), " ")[0] // one part there always is

	parts := strings.Split(r.FormValue("range"), "-")
	if len(parts) != 2 {
		return
	}
	_ = parts[1]
	some := strings.Fields(r.FormValue("q"))
	if len(some) > 0 {
		_ = some[0]
		_ = some[2] // want `some\[2\] panics where form parameter "q" has no such element`
	}
	for i := range some {
		_ = some[i]
	}
	kind := r.Header.Get("X-Kind")
	if kind == "" {
		return
	}
	_ = kind[0]
	_ = strings.SplitN(kind, ":", 2)[1] // want `panics where header "X-Kind" has no such element`
	if strings.Contains(kind, ":") {
		_ = strings.SplitN(kind, ":", 2)[1]
	}
	if !known(kind) {
		return
	}
	_ = strings.SplitN(kind, ":", 2)[1] // whatever known knows
	_ = r.URL.Query()["id"][0]          // want `r.URL.Query\(\)\["id"\]\[0\] panics where the query has no such element`
}

func present(w http.ResponseWriter, r *http.Request) {
	if val, ok := r.URL.Query()["startup"]; ok && val[0] == "true" {
		return
	}
	if r.URL.Query()["redirect"] != nil {
		_ = r.URL.Query()["redirect"][0]
		_ = r.URL.Query()["redirect"][1] // want `panics where the query has no such element`
	}
}

func known(s string) bool { return len(s) > 2 }

func bearer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := r.Header.Get("Authorization")
		if header == "" {
			http.Error(w, "no token", http.StatusUnauthorized)
			return
		}
		_ = header[7:]                    // want `header\[7:\] panics where header "Authorization" is shorter`
		_ = strings.Split(header, " ")[1] // want `panics where header "Authorization" has no such element`
		if !strings.HasPrefix(header, "Bearer ") {
			return
		}
		_ = header[7:]
		_ = strings.Split(header, " ")[1]
		next.ServeHTTP(w, r)
	})
}

func signOut(w http.ResponseWriter, r *http.Request) {
	_ = strings.Split(r.Header.Get("Authorization"), " ")[1] // a middleware may have looked
}

func token(r *http.Request) string {
	return strings.Split(r.Header.Get("X-Token"), " ")[1] // want `panics where header "X-Token" has no such element`
}

func uses(w http.ResponseWriter, r *http.Request) {
	_ = token(r)
	_ = second(r.Header.Get("X-Pair"))
	_ = guarded(r.Header.Get("X-Pair"))
}

func second(pair string) string {
	return strings.Split(pair, ",")[1] // want `panics where header "X-Pair" has no such element`
}

func guarded(pair string) string {
	if parts := strings.Split(pair, ","); len(parts) > 1 {
		return parts[1]
	}
	return ""
}

// outbound is not reached from a handler: its request is one that is sent.
func outbound(r *http.Request) string { return strings.Split(r.Header.Get("X-Token"), " ")[1] }

func numbers(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.FormValue("n"))
	if err != nil {
		return
	}
	_ = names[n]   // want `names\[n\] takes its index from form parameter "n" unchecked`
	_ = 100 / n    // want `100 / n divides by form parameter "n", which can be zero`
	_ = names[n%2] // a remainder
	limit, _ := strconv.Atoi(r.FormValue("limit"))
	if limit <= 0 {
		limit = 10
	}
	_ = 100 / limit
	page, err := strconv.Atoi(r.FormValue("page"))
	if err != nil || page < 1 || page >= len(names) {
		page = 1
	}
	_ = names[page]
	value := r.FormValue("value")
	_ = value[:strings.Index(value, "=")]   // want `takes its bound from form parameter "value" unchecked`
	_ = value[strings.Index(value, "=")+1:] // -1 becomes 0
	if i := strings.Index(value, "="); i >= 0 {
		_ = value[:i]
	}
	_ = float64(3) / float64(n)
}

var pair = regexp.MustCompile(`^(\w+)=(\w+)$`)

func matches(w http.ResponseWriter, r *http.Request) {
	_ = pair.FindStringSubmatch(r.FormValue("a"))[1] // want `panics where form parameter "a" has no such element`
	if m := pair.FindStringSubmatch(r.FormValue("b")); m != nil {
		_ = m[2]
	}
}

func bodies(w http.ResponseWriter, r *http.Request) {
	var o order
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		return
	}
	_ = o.Items[0]   // want `o.Items\[0\] panics where the body has no such element`
	_ = o.Tagged[0]  // the tag may forbid it
	_ = 10 / o.Count // want `10 / o.Count divides by the body`
	if o.Default == 0 {
		o.Default = 5
	}
	_ = 10 / o.Default
	if len(o.Items) < 2 {
		return
	}
	_ = o.Items[1]

	var any map[string]any
	json.NewDecoder(r.Body).Decode(&any)
	_ = any["name"].(string) // want `any\["name"\].\(string\) panics where the body holds another type`
	if name, ok := any["name"].(string); ok {
		_ = name
	}
	if _, ok := any["age"].(float64); ok {
		_ = any["age"].(float64)
	}
}

func recovered(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if recover() != nil {
			http.Error(w, "bad request", http.StatusBadRequest)
		}
	}()
	_ = strings.Split(r.Header.Get("X-Token"), " ")[1]
}

func bound(c *gin.Context) {
	var o order
	if err := c.ShouldBindJSON(&o); err != nil {
		return
	}
	_ = o.Items[0] // want `o.Items\[0\] panics where the request's body has no such element`
}

type ctxKey struct{}

func contexts(w http.ResponseWriter, r *http.Request) {
	ctx := context.WithValue(r.Context(), ctxKey{}, int64(3))
	_ = ctx.Value(ctxKey{}).(int64)
	_ = ctx.Value(ctxKey{}).(string)  // set as something else here
	_ = ctx.Value("unknown").(string) // set elsewhere
	_ = ctx.Value(keys.User).(string)
}

func locals(c *fiber.Ctx) error {
	c.Locals("id", int64(3))
	_ = c.Locals("id").(int64)
	_ = c.Locals("name").(string) // set elsewhere
	return nil
}

func claims(t *jwt.Token) {
	c := t.Claims.(jwt.MapClaims)
	_ = c["role"].(bool)   // want `c\["role"\].\(bool\) panics on a token whose claim "role" is missing or of another type`
	_ = c["sub"].(string)  // set below
	_ = c["age"].(float64) // set below, as a number
	if role, ok := c["role"].(bool); ok {
		_ = role
	}
}

func issue(sub string, age int) jwt.Claims {
	return jwt.MapClaims{"sub": sub, "age": age}
}

// renewed is made from itself, for a literal to use.
func renewed(w http.ResponseWriter, r *http.Request) {
	r = r.WithContext(context.WithValue(r.Context(), ctxKey{}, int64(3)))
	func() {
		_ = strings.Split(r.Header.Get("X-Pair"), ",")[1] // want `strings.Split\(r.Header.Get\("X-Pair"\), ","\)\[1\] panics`
	}()
}

// looped is a number that a loop makes from itself.
func looped(w http.ResponseWriter, r *http.Request) {
	n := 0
	for range 3 {
		n = int(int64(n) * 2)
	}
	_ = strings.Repeat("x", 8)[n]
}

// reassigned requests go round in circles and come from nowhere.
func reassigned(w http.ResponseWriter, _ *http.Request) {
	var q, p *http.Request
	swap := func() { q, p = p, q }
	swap()
	q, p = p, q
	_ = strings.Split(q.Header.Get("X-Pair"), ",")[1]
}
