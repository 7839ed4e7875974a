package auth

const unprotectedExample = `
-- bad/openapi.yaml --
openapi: 3.0.3
info: {title: Notes, version: "1"}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
paths:
  /notes/{id}:
    delete:
      security: [{bearer: []}]
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      responses:
        "204": {description: deleted}
        "401": {description: not signed in}
-- bad/main.go --
package main

import "net/http"

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("DELETE /notes/{id}", remove)
	http.ListenAndServe(":8080", mux)
}

var notes = map[string]string{}

func remove(w http.ResponseWriter, r *http.Request) {
	delete(notes, r.PathValue("id"))
	w.WriteHeader(http.StatusNoContent)
}
-- good/openapi.yaml --
openapi: 3.0.3
info: {title: Notes, version: "1"}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
paths:
  /notes/{id}:
    delete:
      security: [{bearer: []}]
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      responses:
        "204": {description: deleted}
        "401": {description: not signed in}
-- good/main.go --
package main

import "net/http"

func main() {
	mux := http.NewServeMux()
	mux.Handle("DELETE /notes/{id}", signedIn(http.HandlerFunc(remove)))
	http.ListenAndServe(":8080", mux)
}

var notes = map[string]string{}

func remove(w http.ResponseWriter, r *http.Request) {
	delete(notes, r.PathValue("id"))
	w.WriteHeader(http.StatusNoContent)
}

func signedIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !known(r.Header.Get("Authorization")) {
			http.Error(w, "sign in first", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func known(token string) bool { return len(token) > 20 }
`
