package routes

import "net/http"

// connect describes connectrpc.com/connect: its generated constructors give a
// path and a handler that switches over the procedures below it, each of which
// is a method of the service.
func connect() Library {
	return Library{
		Name:     "connect",
		Packages: []string{"connectrpc.com/connect", "github.com/bufbuild/connect-go"},
		Calls: []Call{
			{
				Does: Wrap, Handler: 2, Answers: connectMethods,
				Names: "NewUnaryHandler NewUnaryHandlerSimple NewClientStreamHandler NewClientStreamHandlerSimple NewServerStreamHandler " +
					"NewServerStreamHandlerSimple NewBidiStreamHandler NewBidiStreamHandlerSimple",
			},
		},
	}
}

// connectMethods: procedures without side effects may be asked for with GET.
func connectMethods(o *origin) []string {
	methods := []string{http.MethodPost}
	for _, a := range o.args {
		if name, args := optionOf(a); name == "WithIdempotency" && len(args) == 1 {
			if level, ok := intOf(args[0]); ok && level == 1 {
				return append(methods, http.MethodGet)
			}
		}
	}
	return methods
}
