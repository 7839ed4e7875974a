package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"example.com/bookstore/internal/problem"
)

// maxBody is the largest request body that is read, in bytes.
const maxBody = 64 << 10

// errorBody is the one form of every error answer.
type errorBody struct {
	Code    string          `json:"code"`
	Message string          `json:"message"`
	Fields  []problem.Field `json:"fields,omitempty"`
}

// list is the form of every answer with several items.
type list[T any] struct {
	Items  []T `json:"items"`
	Limit  int `json:"limit"`
	Offset int `json:"offset"`
}

// decode reads a JSON body of one value with no unknown members.
func decode[T any](w http.ResponseWriter, r *http.Request) (T, error) {
	var in T
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return in, fmt.Errorf("read body: %w: %w", problem.ErrTooLarge, err)
		}
		return in, fmt.Errorf("read body: %w: %w", problem.ErrMalformed, err)
	}
	if err := decoder.Decode(&struct{}{}); !errors.Is(err, io.EOF) {
		return in, fmt.Errorf("read body: more than one value: %w", problem.ErrMalformed)
	}
	return in, nil
}

// respond writes body as JSON. Once the status is out, a failure can only be
// logged.
func (s *Server) respond(w http.ResponseWriter, r *http.Request, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		s.Logger.Printf("%s: write response: %v", requestID(r.Context()), err) // defect: log-unstructured
	}
}

// fail answers with what err is. The client learns the kind of failure and
// which fields are wrong; everything else goes to the log.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, body := describe(err)
	if status >= http.StatusInternalServerError {
		s.Logger.Printf("%s: request failed: %v", requestID(r.Context()), err) // defect: log-unstructured
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	s.respond(w, r, status, body)
}

// describe finds the answer to an error. Only messages written here and the
// names of invalid fields reach the client.
func describe(err error) (int, errorBody) {
	if invalid, ok := errors.AsType[*problem.Invalid](err); ok {
		return http.StatusUnprocessableEntity, errorBody{"invalid", "Some fields are not valid.", invalid.Fields}
	}
	switch {
	case errors.Is(err, problem.ErrTooLarge):
		return http.StatusRequestEntityTooLarge, errorBody{Code: "too_large", Message: "The body is too large."}
	case errors.Is(err, problem.ErrMalformed):
		return http.StatusBadRequest, errorBody{Code: "malformed", Message: "The request could not be read."}
	case errors.Is(err, problem.ErrUnauthenticated):
		return http.StatusUnauthorized, errorBody{Code: "unauthenticated", Message: "Sign in first."}
	case errors.Is(err, problem.ErrForbidden):
		return http.StatusForbidden, errorBody{Code: "forbidden", Message: "Your role does not permit this."}
	case errors.Is(err, problem.ErrNotFound):
		return http.StatusNotFound, errorBody{Code: "not_found", Message: "There is no such resource."}
	case errors.Is(err, problem.ErrMethod):
		return http.StatusMethodNotAllowed, errorBody{Code: "method", Message: "The resource has no such method."}
	case errors.Is(err, problem.ErrConflict):
		return http.StatusConflict, errorBody{Code: "conflict", Message: "The resource's state does not allow this."}
	case errors.Is(err, problem.ErrTooMany):
		return http.StatusTooManyRequests, errorBody{Code: "too_many_requests", Message: "Try again later."}
	case errors.Is(err, problem.ErrUpstream):
		return http.StatusBadGateway, errorBody{Code: "upstream", Message: "An outside service gave no usable answer."}
	default:
		return http.StatusInternalServerError, errorBody{Code: "internal", Message: "Something went wrong."}
	}
}

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, problem.ErrNotFound)
}

func (s *Server) methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, problem.ErrMethod)
}
