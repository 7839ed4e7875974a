package contracts

import (
	"encoding/json"
	"go/types"
	"maps"
	"reflect"
	"slices"
	"sort"
	"strings"

	"github.com/backend-conformance/conformance/checks/behaviour"
)

// envelope is the form of an answer's body.
type envelope struct {
	// kind is "JSON", "text", "XML", "no body" or "an error for the central handler".
	kind string
	// keys are the top-level keys of an object, comma-separated; those are left out
	// that are omitted where they are empty, and always are.
	keys string
}

// has reports whether a client finds in e all that it expects of another form.
func (e envelope) has(other envelope) bool {
	if e.kind != other.kind || other.keys == "" || e.keys == "" {
		return e == other
	}
	own := strings.Split(e.keys, ",")
	return !slices.ContainsFunc(strings.Split(other.keys, ","), func(key string) bool { return !slices.Contains(own, key) })
}

// String reads like "JSON {error, message}".
func (e envelope) String() string {
	if e.keys == "" {
		return e.kind
	}
	return e.kind + " {" + strings.ReplaceAll(e.keys, ",", ", ") + "}"
}

const central = "an error for the central handler"

// envelopeOf describes an answer's body; not ok where its type is not known.
func envelopeOf(a behaviour.Answer) (envelope, bool) {
	switch {
	case a.Returned || a.Central || a.Part == behaviour.ValuePart:
		return envelope{kind: central}, true
	case !a.HasBody:
		return envelope{kind: "no body"}, true
	case a.Encoding == "text", a.Encoding == "" && isText(a.Type):
		return textEnvelope(a), true
	case a.Encoding == "xml":
		return envelope{kind: "XML"}, true
	case a.Encoding != "json":
		return envelope{}, false
	}
	return jsonEnvelope(a)
}

// textEnvelope is the form of a text: that of the object which is written out in
// it, where it is one.
func textEnvelope(a behaviour.Answer) envelope {
	text, _ := a.Text()
	var members map[string]any
	if json.Unmarshal([]byte(text), &members) != nil || len(members) == 0 {
		return envelope{kind: "text"}
	}
	return envelope{"JSON", strings.Join(slices.Sorted(maps.Keys(members)), ",")}
}

func isText(t types.Type) bool {
	if t == nil {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsString != 0
	case *types.Slice:
		return types.Identical(u.Elem().Underlying(), types.Typ[types.Byte])
	}
	return false
}

func jsonEnvelope(a behaviour.Answer) (envelope, bool) {
	t, keys := a.Type, a.Keys
	if t == nil {
		return envelope{}, false
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		var names []string
		shape := a.Shape()
		for _, f := range jsonFields(u, 0) {
			if !f.omitEmpty || !neverSet(shape, f.v) {
				names = append(names, f.name)
			}
		}
		sort.Strings(names)
		return envelope{"JSON", strings.Join(names, ",")}, true
	case *types.Map:
		if keys == "" || strings.Contains(keys, "*") {
			return envelope{}, false
		}
		return envelope{"JSON", keys}, true
	case *types.Basic:
		return envelope{kind: "a JSON " + u.Name()}, true
	case *types.Slice:
		return envelope{kind: "a JSON array"}, true
	}
	return envelope{}, false
}

func neverSet(s *behaviour.Shape, field *types.Var) bool {
	return s != nil && s.Fields[field] != nil && s.Fields[field].Zero
}

// field is a member of a struct as encoding/json sees it.
type field struct {
	name      string
	typ       types.Type
	omitEmpty bool
	// asString: the ",string" option.
	asString bool
	v        *types.Var
	tag      reflect.StructTag
}

// jsonFields are the members that encoding/json reads and writes, those of
// embedded structs included, in order of declaration.
func jsonFields(st *types.Struct, depth int) []field {
	return taggedFields(st, "json", depth)
}

const maxEmbedding = 8

func taggedFields(st *types.Struct, key string, depth int) []field {
	var out []field
	if depth > maxEmbedding {
		return nil
	}
	for i := range st.NumFields() {
		v := st.Field(i)
		tag := reflect.StructTag(st.Tag(i))
		name, options, _ := strings.Cut(tag.Get(key), ",")
		if name == "-" && options == "" {
			continue
		}
		if v.Embedded() && name == "" {
			if inner, ok := structOf(v.Type()); ok {
				out = append(out, taggedFields(inner, key, depth+1)...)
				continue
			}
		}
		if !v.Exported() && !isEmbeddedStruct(v) {
			continue
		}
		if name == "" {
			name = v.Name()
		}
		out = append(out, field{
			name: name, typ: v.Type(), v: v, tag: tag,
			omitEmpty: strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero"), asString: strings.Contains(options, "string"),
		})
	}
	return out
}

// isEmbeddedStruct knows embedded structs of an unexported type: encoding/json
// fills and writes them under the name of their tag.
func isEmbeddedStruct(v *types.Var) bool {
	_, ok := v.Type().Underlying().(*types.Struct)
	return ok && v.Embedded()
}

func structOf(t types.Type) (*types.Struct, bool) {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	st, ok := t.Underlying().(*types.Struct)
	return st, ok
}
