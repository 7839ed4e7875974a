package a

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/gofiber/fiber/v2"
)

type body struct{ Name string }

func bad(w http.ResponseWriter, r *http.Request) {
	var b body
	json.NewDecoder(r.Body).Decode(&b) // want `the error of json.NewDecoder\(r.Body\).Decode is dropped`
	r.ParseForm()                      // want `the error of r.ParseForm is dropped`
	id := r.URL.Query().Get("id")
	n, _ := strconv.Atoi(id)                             // want `the error of strconv.Atoi is dropped`
	m, err := strconv.ParseInt(r.PathValue("m"), 10, 64) // want `the error of strconv.ParseInt is only logged`
	if err != nil {
		log.Println("bad m", err)
	}
	if err := json.NewDecoder(r.Body).Decode(&b); err != nil { // want `is only logged`
		log.Println(err)
	}
	_, _ = n, m
}

func badFrameworks(c *gin.Context, f *fiber.Ctx) {
	var b body
	c.BindJSON(&b)             // want `the error of c.BindJSON is dropped`
	_ = f.BodyParser(&b)       // want `the error of f.BodyParser is dropped`
	id, _ := f.ParamsInt("id") // want `the error of f.ParamsInt is dropped`
	_ = id
}

func good(w http.ResponseWriter, r *http.Request) error {
	page, _ := strconv.Atoi(r.FormValue("page"))
	if page < 1 {
		page = 1
	}
	limit, err := strconv.Atoi(r.FormValue("limit"))
	if err != nil {
		limit = 10
	}
	_ = limit
	verbose, _ := strconv.ParseBool(r.FormValue("verbose"))
	_ = verbose
	var b body
	if err := json.NewDecoder(r.Body).Decode(&b); err != nil {
		http.Error(w, "malformed", 400)
		return err
	}
	if r.ParseForm() != nil {
		return nil
	}
	// Not request input.
	n, _ := strconv.Atoi(os.Getenv("N"))
	_ = n
	json.NewDecoder(os.Stdin).Decode(&b)
	return json.NewDecoder(r.Body).Decode(&b)
}

// Undecided: the form is empty, and what is read from it is checked.
func onPurpose(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	if r.Form.Get("name") == "" {
		http.Error(w, "name", http.StatusBadRequest)
	}
}

func decodeInto(w http.ResponseWriter, r *http.Request, into any) error {
	return json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(into)
}

func pageOf(r *http.Request) (int, error) {
	n, err := strconv.Atoi(r.FormValue("page"))
	if err != nil {
		return 0, err
	}
	return n, nil
}

func twoAway(r *http.Request) (int, error) { return pageOf(r) }

func store(body) error { return nil }

func helpers(w http.ResponseWriter, r *http.Request) {
	var b body
	_ = decodeInto(w, r, &b)    // want `the error of decodeInto is dropped`
	page, _ := twoAway(r)       // want `the error of twoAway is dropped`
	err := decodeInto(w, r, &b) // want `the error of decodeInto is overwritten before anything looks at it`
	_ = page
	err = store(b)
	if err != nil {
		http.Error(w, "no", 500)
		return
	}
	if err := decodeInto(w, r, &b); err != nil {
		http.Error(w, "malformed", 400)
		return
	}
	if _, err = pageOf(r); err != nil {
		http.Error(w, "malformed", 400)
	}
}
