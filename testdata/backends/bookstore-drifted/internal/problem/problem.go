// Package problem names what can go wrong in a way that callers can act on.
package problem

import "errors"

// The kinds of failure that the API answers with a status of their own.
var (
	ErrMalformed       = errors.New("malformed request")
	ErrTooLarge        = errors.New("request body too large")
	ErrUnauthenticated = errors.New("not authenticated")
	ErrForbidden       = errors.New("not permitted")
	ErrNotFound        = errors.New("not found")
	ErrMethod          = errors.New("no such method")
	ErrConflict        = errors.New("conflicts with the current state")
	ErrTooMany         = errors.New("too many requests")
	ErrUpstream        = errors.New("upstream service failed")
)

// Field is one input value that breaks a constraint.
type Field struct {
	Name    string `json:"name"`
	Problem string `json:"problem"`
}

// Invalid is input that is well formed but breaks constraints.
type Invalid struct {
	Fields []Field
}

// defect: suppression-unused
//conformance:ignore error-ignored nothing is dropped here

// Error names the fields that are wrong.
func (e *Invalid) Error() string {
	text := "invalid input"
	for _, f := range e.Fields {
		text += "; " + f.Name + " " + f.Problem // defect: string-concat-in-loop
	}
	return text
}

// Checks collects broken constraints; its zero value is ready for use.
type Checks struct {
	fields []Field
}

// Require notes a problem with the named field unless ok.
func (c *Checks) Require(ok bool, name, problem string) {
	if !ok {
		c.fields = append(c.fields, Field{Name: name, Problem: problem})
	}
}

// Err is nil where every constraint holds, else an *Invalid.
func (c *Checks) Err() error {
	if len(c.fields) == 0 {
		return nil
	}
	return &Invalid{Fields: c.fields}
}
