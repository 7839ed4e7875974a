package a

import (
	"fmt"
	"net/http"

	"a/respond"

	"github.com/gin-gonic/gin"
	"github.com/labstack/echo/v4"
)

func find(id string) (string, error) { return id, nil }

func missingReturn(w http.ResponseWriter, r *http.Request) {
	v, err := find(r.PathValue("id"))
	if err != nil {
		http.Error(w, "no", 500) // want `http.Error answers with an error and the handler goes on to w.WriteHeader at line 20`
	}
	w.WriteHeader(200)
	fmt.Fprint(w, v)
}

func throughHelpers(w http.ResponseWriter, r *http.Request) {
	v, err := find(r.PathValue("id"))
	if err != nil {
		respond.NotFound(w, "user") // want `respond.NotFound answers with an error and the handler goes on to respond.Problem`
	}
	v, err = find(v)
	if err != nil {
		respond.Problem(w, 500, "x")
		return
	}
	respond.JSON(w, 200, v)
}

func middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			http.Error(w, "unauthorized", http.StatusUnauthorized) // want `goes on to next.ServeHTTP`
		}
		next.ServeHTTP(w, r)
	})
}

func inGin(c *gin.Context) {
	if c.Param("id") == "" {
		c.JSON(400, gin.H{"error": "id"}) // want `c.JSON answers with an error and the handler goes on to c.JSON`
	}
	c.JSON(200, gin.H{})
}

func inEcho(c echo.Context) error {
	if c.Param("id") == "" {
		c.JSON(400, nil) // want `goes on to c.JSON`
	}
	if c.Param("x") == "" {
		echo.NewHTTPError(404, "x") // want `only builds an error answer, and nothing returns it`
	}
	if c.Param("y") == "" {
		return echo.NewHTTPError(404, "y")
	}
	return c.JSON(200, nil)
}

// No second answer.

func returns(w http.ResponseWriter, r *http.Request) {
	if r.Method != "GET" {
		w.WriteHeader(405)
		fmt.Fprint(w, "the body of the same answer")
		return
	}
	if !respond.Check(w, true) {
		return
	}
	w.WriteHeader(200)
}

func branches(w http.ResponseWriter, r *http.Request) {
	if r.Method == "GET" {
		w.WriteHeader(200)
	} else {
		http.Error(w, "no", 405)
	}
}

func switches(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case "GET":
		w.WriteHeader(200)
	case "POST":
		respond.Problem(w, 501, "later")
	default:
		http.Error(w, "no", 405)
	}
}

func loops(w http.ResponseWriter, r *http.Request) {
	for i := 0; i < 3; i++ {
		if i == 2 {
			http.Error(w, "no", 500)
			break
		}
	}
}

func continues(w http.ResponseWriter, r *http.Request) {
	defer w.WriteHeader(200)
	http.Error(w, "no", 500)
}

func panics(w http.ResponseWriter, r *http.Request) {
	if r.Method == "" {
		http.Error(w, "no", 500)
		panic("stop")
	}
	w.WriteHeader(200)
}

func flag(w http.ResponseWriter, r *http.Request) {
	failed := false
	if r.Method == "" {
		http.Error(w, "no", 500)
		failed = true
	}
	if !failed {
		w.WriteHeader(200)
	}
}

func sameCondition(w http.ResponseWriter, r *http.Request) {
	v, err := find("x")
	if err != nil {
		http.Error(w, "no", 500)
	}
	if err == nil {
		respond.JSON(w, 200, v)
	}
}

func statusFirst(c *gin.Context) {
	c.Status(404)
	c.JSON(404, nil)
}

func aborted(c *gin.Context) {
	if c.Param("id") == "" {
		c.AbortWithStatusJSON(401, nil)
	}
	c.Next()
}

type shop struct{ respond.Server }

func (s *shop) throughMapper(w http.ResponseWriter, r *http.Request) {
	v, err := find(r.PathValue("id"))
	if err != nil {
		s.Fail(w, r, err) // want `s.Fail answers with an error and the handler goes on to respond.JSON`
	}
	respond.JSON(w, 200, v)
}

func (s *shop) mapperReturns(w http.ResponseWriter, r *http.Request) {
	v, err := find(r.PathValue("id"))
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	respond.JSON(w, 200, v)
}

// What may be a success is no error answer, so what follows is not judged.
func (s *shop) mixed(w http.ResponseWriter, r *http.Request) {
	v, err := find(r.PathValue("id"))
	if r.Method == "PUT" {
		respond.Either(w, err)
	}
	if r.Method == "GET" {
		respond.Both(w, v, err)
	}
	respond.JSON(w, 200, v)
}
