package ledger

import (
	"strings"

	"github.com/backend-conformance/conformance/checks/migrations/schema"
	"github.com/backend-conformance/conformance/checks/sql"
)

// callable kinds may share a name, as long as their parameters differ.
func callable(kind string) bool {
	switch kind {
	case "FUNCTION", "PROCEDURE", "AGGREGATE", "ROUTINE":
		return true
	}
	return false
}

// callableName reads a name with the types of the parameters: f(integer, text).
// MySQL has no overloading, and without brackets the name stands alone.
func (c *cursor) callableName() string {
	name := c.name()
	if name == "" || c.ledger.dialect == sql.MySQL || !c.peek().IsSymbol("(") {
		return name
	}
	var types []string
	for _, item := range sql.Items(c.group()) {
		if t := c.parameterType(item); t != "" {
			types = append(types, t)
		}
	}
	return name + "(" + strings.Join(types, ", ") + ")"
}

// nameOf reads the name of something of a kind.
func (c *cursor) nameOf(kind string) string {
	if callable(kind) {
		return c.callableName()
	}
	return c.name()
}

// parameterType is the type in "INOUT name type DEFAULT value"; empty for OUT,
// which does not tell functions apart.
func (c *cursor) parameterType(item []sql.Token) string {
	in := &cursor{ledger: c.ledger, tokens: item}
	if in.skip("OUT") {
		return ""
	}
	in.skipAny("IN", "INOUT", "VARIADIC")
	for i := in.at; i < len(item); i++ {
		if item[i].Is("DEFAULT") || item[i].IsSymbol("=") || item[i].IsSymbol(":") {
			in.tokens = item[:i]
			break
		}
	}
	if left := in.tokens[min(in.at, len(in.tokens)):]; len(left) > 1 && left[1].Kind != sql.Symbol && !twoWords[strings.ToLower(left[0].Text)] {
		in.at++ // its name
	}
	return in.typeName()
}

// twoWords begin types of several words.
var twoWords = map[string]bool{"double": true, "character": true, "timestamp": true, "time": true, "bit": true, "national": true, "interval": true}

// findCallable is the function with this name and these parameters, or else the
// only one with the name.
func (l *Ledger) findCallable(kind, name string) (schema.Object, bool) {
	var found []schema.Object
	for o := range l.objects {
		if !callable(strings.ToUpper(o.Kind)) || kind != "ROUTINE" && o.Kind != strings.ToLower(kind) {
			continue
		}
		if o.Name == name {
			return o, true
		}
		if bareCallable(o.Name) == bareCallable(name) {
			found = append(found, o)
		}
	}
	if len(found) == 1 {
		return found[0], true
	}
	return schema.Object{}, false
}

// bareCallable takes the parameters off.
func bareCallable(name string) string {
	bare, _, _ := strings.Cut(name, "(")
	return bare
}
