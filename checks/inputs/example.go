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
