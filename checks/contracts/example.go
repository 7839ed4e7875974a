package contracts

// notesExample breaks every rule about one endpoint at once: each is judged on
// its own.
const notesExample = `
-- bad/openapi.yaml --
openapi: 3.0.3
info: {title: Notes, version: "1"}
paths:
  /notes:
    get:
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 100}}
      responses:
        "200":
          description: the notes
          content:
            application/json:
              schema:
                type: array
                items: {type: object, required: [title], properties: {title: {type: string}}}
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [title], properties: {title: {type: string, minLength: 1}}}
      responses:
        "201": {description: created}
        "400": {description: no title}
-- bad/main.go --
package main

import (
	"encoding/json"
	"net/http"
)

type Note struct {
	Heading string ` + "`" + `json:"heading"` + "`" + `
}

var notes = map[string]Note{}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes", list)
	mux.HandleFunc("POST /notes", create)
	http.ListenAndServe(":8080", mux)
}

func list(w http.ResponseWriter, r *http.Request) {
	var all []Note
	for _, n := range notes {
		all = append(all, n)
	}
	json.NewEncoder(w).Encode(all)
}

func create(w http.ResponseWriter, r *http.Request) {
	var n Note
	if err := json.NewDecoder(r.Body).Decode(&n); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	notes[n.Heading] = n
	w.WriteHeader(http.StatusCreated)
}
-- good/openapi.yaml --
openapi: 3.0.3
info: {title: Notes, version: "1"}
paths:
  /notes:
    get:
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 100}}
      responses:
        "200":
          description: the notes
          content:
            application/json:
              schema:
                type: array
                items: {type: object, required: [title], properties: {title: {type: string}}}
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [title], properties: {title: {type: string, minLength: 1}}}
      responses:
        "201": {description: created}
        "400": {description: no title}
-- good/main.go --
package main

import (
	"encoding/json"
	"net/http"
	"strconv"
)

type Note struct {
	Title string ` + "`" + `json:"title"` + "`" + `
}

var notes []Note

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes", list)
	mux.HandleFunc("POST /notes", create)
	http.ListenAndServe(":8080", mux)
}

func list(w http.ResponseWriter, r *http.Request) {
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit < 1 || limit > 100 {
		limit = 20
	}
	page := make([]Note, 0, limit)
	page = append(page, notes[:min(limit, len(notes))]...)
	json.NewEncoder(w).Encode(page)
}

func create(w http.ResponseWriter, r *http.Request) {
	var n Note
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&n)
	if err != nil || n.Title == "" {
		http.Error(w, "a note needs a title", http.StatusBadRequest)
		return
	}
	notes = append(notes, n)
	w.WriteHeader(http.StatusCreated)
}
`

const errorFormExample = `
-- bad/openapi.yaml --
openapi: 3.0.3
info: {title: Notes, version: "1"}
paths:
  /notes:
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [title], properties: {title: {type: string, minLength: 1}}}
      responses:
        "201": {description: created}
        "400": {description: no title}
-- bad/main.go --
package main

import (
	"encoding/json"
	"net/http"
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /notes", create)
	http.ListenAndServe(":8080", mux)
}

func fail(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"error": message})
}

func create(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.ContentLength == 0:
		fail(w, http.StatusBadRequest, "no body")
	case r.ContentLength > 1<<20:
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
	case r.Header.Get("Content-Type") != "application/json":
		fail(w, http.StatusUnsupportedMediaType, "send JSON")
	default:
		w.WriteHeader(http.StatusCreated)
	}
}
-- good/openapi.yaml --
openapi: 3.0.3
info: {title: Notes, version: "1"}
paths:
  /notes:
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [title], properties: {title: {type: string, minLength: 1}}}
      responses:
        "201": {description: created}
        "400": {description: no title}
-- good/main.go --
package main

import (
	"encoding/json"
	"net/http"
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /notes", create)
	http.ListenAndServe(":8080", mux)
}

func fail(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"error": message})
}

func create(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.ContentLength == 0:
		fail(w, http.StatusBadRequest, "no body")
	case r.ContentLength > 1<<20:
		fail(w, http.StatusRequestEntityTooLarge, "too large")
	case r.Header.Get("Content-Type") != "application/json":
		fail(w, http.StatusUnsupportedMediaType, "send JSON")
	default:
		w.WriteHeader(http.StatusCreated)
	}
}
`
