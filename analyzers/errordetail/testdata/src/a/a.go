package a

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/labstack/echo/v4"
)

var ErrFull = errors.New("the shop is full")

type problem struct {
	Message string `json:"message"`
}

type clientError struct{}

func (*clientError) Error() string { return "written for clients" }

func service() error { return nil }

func direct(w http.ResponseWriter, r *http.Request) {
	if err := service(); err != nil {
		http.Error(w, err.Error(), 500) // want `http.Error sends the text of err to the client with status 500`
		return
	}
	if _, err := os.Open("x"); err != nil {
		http.Error(w, "open: "+err.Error(), 400) // want `sends the text of err to the client with status 400`
		return
	}
	if err := service(); err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprintf(w, "failed: %v", err) // want `fmt.Fprintf sends the text of err`
		return
	}
	if err := service(); err != nil {
		p := problem{Message: fmt.Sprintf("failed: %s", err)}
		w.WriteHeader(502)
		_ = json.NewEncoder(w).Encode(p) // want `sends the text of err`
	}
}

func respond(w http.ResponseWriter, code int, message string) {
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(problem{Message: message})
}

func fail(w http.ResponseWriter, err error) {
	http.Error(w, err.Error(), 500) // want `sends the text of err`
}

func throughHelpers(w http.ResponseWriter, r *http.Request) {
	if err := service(); err != nil {
		respond(w, 500, err.Error()) // want `respond sends the text of err to the client with status 500`
		return
	}
	if err := service(); err != nil {
		fail(w, err)
		return
	}
	if err := service(); err != nil {
		respond(w, status(err), err.Error())
	}
}

func status(err error) int { return 500 }

func frameworks(c *gin.Context, e echo.Context) error {
	err := service()
	c.JSON(500, gin.H{"error": err.Error()})   // want `c.JSON sends the text of err`
	return echo.NewHTTPError(500, err.Error()) // want `echo.NewHTTPError sends the text of err`
}

func good(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.FormValue("n"))
	if err != nil {
		respond(w, 400, err.Error())
		return
	}
	if n > 10 {
		http.Error(w, ErrFull.Error(), 503)
		return
	}
	if err := service(); err != nil {
		http.Error(w, "internal error", 500)
		return
	}
	var ce *clientError
	if errors.As(service(), &ce) {
		http.Error(w, ce.Error(), 500)
		return
	}
	err = errors.New("too many")
	http.Error(w, err.Error(), 503)
}

type answer struct{ Errors []string }

// A helper that prints a list of errors.
func failAll(w http.ResponseWriter, status int, errs []error) {
	body := answer{Errors: make([]string, len(errs))}
	for i, err := range errs {
		body.Errors[i] = err.Error()
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func lists(w http.ResponseWriter, r *http.Request) {
	if r.Method == "PUT" {
		failAll(w, http.StatusUnauthorized, []error{errors.New("invalid credentials")})
		return
	}
	if err := service(); err != nil {
		failAll(w, http.StatusInternalServerError, []error{err}) // want `failAll sends the text of err to the client with status 500`
	}
}
