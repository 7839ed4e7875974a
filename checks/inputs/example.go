package inputs

const unvalidatedExample = `
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

type Note struct {
	Title string ` + "`" + `json:"title"` + "`" + `
}

var notes []Note

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /notes", create)
	http.ListenAndServe(":8080", mux)
}

func create(w http.ResponseWriter, r *http.Request) {
	var n Note
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&n)
	if err != nil {
		http.Error(w, "not JSON", http.StatusBadRequest)
		return
	}
	notes = append(notes, n)
	w.WriteHeader(http.StatusCreated)
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

type Note struct {
	Title string ` + "`" + `json:"title"` + "`" + `
}

var notes []Note

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /notes", create)
	http.ListenAndServe(":8080", mux)
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

const unenforcedExample = `
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
            schema:
              type: object
              required: [title]
              properties:
                title: {type: string, minLength: 1, maxLength: 80}
      responses:
        "201": {description: created}
        "400": {description: no title, or one that is too long}
-- bad/main.go --
package main

import (
	"encoding/json"
	"net/http"
)

type Note struct {
	Title string ` + "`" + `json:"title"` + "`" + `
}

var notes []Note

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /notes", create)
	http.ListenAndServe(":8080", mux)
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
            schema:
              type: object
              required: [title]
              properties:
                title: {type: string, minLength: 1, maxLength: 80}
      responses:
        "201": {description: created}
        "400": {description: no title, or one that is too long}
-- good/main.go --
package main

import (
	"encoding/json"
	"net/http"
	"unicode/utf8"
)

type Note struct {
	Title string ` + "`" + `json:"title"` + "`" + `
}

var notes []Note

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /notes", create)
	http.ListenAndServe(":8080", mux)
}

func create(w http.ResponseWriter, r *http.Request) {
	var n Note
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&n)
	if err != nil || n.Title == "" || utf8.RuneCountInString(n.Title) > 80 {
		http.Error(w, "a note needs a title of at most 80 characters", http.StatusBadRequest)
		return
	}
	notes = append(notes, n)
	w.WriteHeader(http.StatusCreated)
}
`
