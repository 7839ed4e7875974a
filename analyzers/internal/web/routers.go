package web

// Routers for net/http handlers add ways to read the path; what is written goes
// through net/http.

func chi() library {
	return library{
		framework: Chi, path: "github.com/go-chi/chi",
		reads: map[string]Read{
			"URLParam": valueOf(Path, 0, 1), "URLParamFromCtx": valueOf(Path, 0, 1), "Context.URLParam": value(Path, 0),
		},
	}
}

// render is github.com/go-chi/render v1.0: the status travels in the request.
func render() library {
	l := library{
		framework: Chi, path: "github.com/go-chi/render",
		reads: map[string]Read{
			"Bind":       bindFrom(Body, 0, 1).validating(),
			"Decode":     bindFrom(Body, 0, 1),
			"DecodeJSON": bindFrom(Body, 0, 1), "DecodeXML": bindFrom(Body, 0, 1), "DecodeForm": bindFrom(Body, 0, 1),
		},
		writes: map[string]Write{
			"Status":    {Part: Status, To: 0, Status: 1, Body: -1},
			"NoContent": fixed(204, -1).to(0),
		},
	}
	for m, encoding := range map[string]string{
		"JSON": "json", "XML": "xml", "PlainText": "text", "HTML": "html", "Data": "", "Respond": "", "Render": "", "RenderList": "", "DefaultResponder": "",
	} {
		l.writes[m] = whole(-1, 2, encoding).to(0)
	}
	return l
}

// mux has one reader, mux.Vars(r)["name"]: the name is an index, not an argument.
func mux() library {
	return library{
		framework: Mux, path: "github.com/gorilla/mux",
		reads: map[string]Read{"Vars": {Place: Path, Name: -1, Target: -1, Request: 0}},
	}
}

func httprouter() library {
	return library{
		framework: Router, path: "github.com/julienschmidt/httprouter",
		reads: map[string]Read{"Params.ByName": value(Path, 0)},
	}
}
