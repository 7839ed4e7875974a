package routes

import "strings"

// grpcGateway describes the mux of github.com/grpc-ecosystem/grpc-gateway, v1
// and v2. Generated code registers on it with patterns compiled to opcodes.
func grpcGateway() Library {
	return Library{
		Name:     "grpc-gateway",
		Packages: []string{"github.com/grpc-ecosystem/grpc-gateway/v2/runtime", "github.com/grpc-ecosystem/grpc-gateway/runtime"},
		Types:    []Type{{Name: "ServeMux", Root: true, Handles: true}},
		Pattern:  Syntax{Brace: true, Respell: gatewayPaths, Aliases: true},
		Calls: []Call{
			{Names: "NewServeMux", Does: Create, Result: "ServeMux"},
			{Names: "NewPattern", Does: Value, Run: gatewayPattern},
			{Names: "MustPattern", Does: Value, Run: func(w *wireCall, _ *router) value { return w.arg(1) }},
			{On: "ServeMux", Names: "Handle HandlePath", Does: Register, MethodArg: 1, Path: 2, Handler: 3},
		},
	}
}

// gatewayPaths rewrites variables with a template of their own: they are served
// as the template reads, and documents write them either way.
func gatewayPaths(text string) []string {
	i := strings.Index(text, "{")
	eq := strings.Index(text, "=")
	if i < 0 || eq < i {
		return []string{text}
	}
	open := strings.LastIndexByte(text[:eq], '{')
	n := strings.IndexByte(text[eq:], '}')
	if open < 0 || n < 0 {
		return []string{text}
	}
	name, template, tail := text[open+1:eq], text[eq+1:eq+n], text[eq+n+1:]
	var out []string
	for _, rest := range gatewayPaths(tail) {
		switch template {
		case "*":
			out = append(out, text[:open]+"{"+name+"}"+rest)
		case "**":
			out = append(out, text[:open]+"{"+name+"...}"+rest)
		default:
			written := strings.ReplaceAll(strings.ReplaceAll(template, "**", "{"+name+"...}"), "*", "{"+name+"}")
			out = append(out, text[:open]+written+rest, text[:open]+"{"+name+"}"+rest)
		}
	}
	return out
}

// Opcodes of compiled patterns, as google.api.http templates become them.
const (
	gatewayPush    = 1 // any segment
	gatewayLiteral = 2 // the pool's n-th text
	gatewayPushAll = 3 // any number of segments
	gatewayConcat  = 4 // n items become one
	gatewayCapture = 5 // the last item is the variable with the pool's n-th name
)

// gatewayPattern decodes NewPattern(version, opcodes, pool, verb).
func gatewayPattern(w *wireCall, _ *router) value {
	ops, ok := bare(w.arg(2)).(*slice)
	pool, ok2 := bare(w.arg(3)).(*slice)
	if !ok || !ok2 || len(ops.cells)%2 != 0 {
		if !ok {
			return tuple{w.unknown(w.expr, "a compiled pattern"), null{}}
		}
		pool = &slice{}
	}
	name := func(i int) string {
		if i < 0 || i >= len(pool.cells) {
			return "…"
		}
		return knownText(pool.cells[i].v)
	}
	var stack []string
	for i := 0; i+1 < len(ops.cells); i += 2 {
		code, _ := intOf(ops.cells[i].v)
		operand, _ := intOf(ops.cells[i+1].v)
		switch code {
		case gatewayPush:
			stack = append(stack, "*")
		case gatewayPushAll:
			stack = append(stack, "**")
		case gatewayLiteral:
			stack = append(stack, name(operand))
		case gatewayConcat:
			if from := len(stack) - operand; from >= 0 && operand > 0 {
				stack = append(stack[:from:from], strings.Join(stack[from:], "/"))
			}
		case gatewayCapture:
			if last := len(stack) - 1; last >= 0 {
				stack[last] = "{" + name(operand) + "=" + stack[last] + "}"
			}
		}
	}
	path := "/" + strings.Join(stack, "/")
	if verb := knownText(w.arg(4)); verb != "" {
		path += ":" + verb
	}
	return tuple{text(path), null{}}
}
