package taint

import (
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/ssavalue"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// place is a value, what it points to, or a field of either.
type place struct {
	v ssa.Value
	// path are field names, dotted; empty for the whole.
	path string
}

func (p place) field(name string) place {
	if p.path != "" {
		name += "." + p.path
	}
	return place{p.v, name}
}

// pathDepth bounds how deep into structures fields are told apart.
const pathDepth = 4

// tooDeep is true of paths that grow through recursive types.
func (p place) tooDeep() bool { return strings.Count(p.path, ".") >= pathDepth }

// typ is the type at the place; nil where the path leaves known types.
func (p place) typ() types.Type {
	t := p.v.Type()
	if p.path == "" {
		return t
	}
	for name := range strings.SplitSeq(p.path, ".") {
		t = fieldType(t, name)
		if t == nil {
			return nil
		}
	}
	return t
}

// fieldType looks through pointers and the elements of collections, which a
// place does not tell from their containers.
func fieldType(t types.Type, name string) types.Type {
	if f := field(t, name); f != nil {
		return f.Type()
	}
	return nil
}

func field(t types.Type, name string) *types.Var {
	for range 6 {
		switch u := t.Underlying().(type) {
		case *types.Pointer:
			t = u.Elem()
		case *types.Slice:
			t = u.Elem()
		case *types.Array:
			t = u.Elem()
		case *types.Map:
			t = u.Elem()
		case *types.Struct:
			for f := range u.Fields() {
				if f.Name() == name {
					return f
				}
			}
			return nil
		default:
			return nil
		}
	}
	return nil
}

// fillable says that decoders and binders, which work by reflection, reach the
// place: they leave unexported fields alone, but go through embedded ones.
func fillable(p place) bool {
	if p.path == "" {
		return true
	}
	t := ssavalue.Plain(p.v).Type()
	for name := range strings.SplitSeq(p.path, ".") {
		f := field(t, name)
		if f == nil {
			return true
		}
		if !f.Exported() && !f.Embedded() {
			return false
		}
		t = f.Type()
	}
	return true
}

// harmlessTypes are named types that cannot carry text of the client's choice.
var harmlessTypes = map[string]bool{
	"time.Time": true, "time.Duration": true, "context.Context": true, "net/netip.Addr": true,
	"github.com/google/uuid.UUID": true, "github.com/gofrs/uuid.UUID": true, "github.com/satori/go.uuid.UUID": true,
	"github.com/shopspring/decimal.Decimal": true, "go.mongodb.org/mongo-driver/bson/primitive.ObjectID": true,
	"github.com/oklog/ulid.ULID": true, "github.com/rs/xid.ID": true, "math/big.Int": true,
}

// harmless says that no text fits into the type: numbers, truth values, times,
// ids. Errors count too: what they quote is the server's wording.
func harmless(t types.Type) bool {
	if t == nil {
		return false
	}
	if harmlessTypes[web.TypeName(t)] || web.IsError(t) {
		return true
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&(types.IsNumeric|types.IsBoolean) != 0
}

// carriesText says that text fits into a type, as far as one looks into it:
// services and connections are no text, whatever strings they keep deep inside.
func carriesText(t types.Type, depth int) bool {
	if harmless(t) || depth > 4 {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsString != 0
	case *types.Pointer:
		return carriesText(u.Elem(), depth+1)
	case *types.Slice:
		return types.Identical(u.Elem(), types.Typ[types.Byte]) || carriesText(u.Elem(), depth+1)
	case *types.Array:
		return carriesText(u.Elem(), depth+1)
	case *types.Map:
		return carriesText(u.Elem(), depth+1)
	case *types.Interface:
		return u.NumMethods() == 0 || web.TypeName(t) == "io.Reader" || web.TypeName(t) == "io.ReadCloser"
	case *types.Struct:
		for f := range u.Fields() {
			if carriesText(f.Type(), depth+1) {
				return true
			}
		}
	}
	return false
}
