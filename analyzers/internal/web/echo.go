package web

// echo is github.com/labstack/echo v4.16 and v5.4; the latter's Context is a
// struct, with the same method names.
func echo() library {
	l := library{
		framework: Echo, path: "github.com/labstack/echo",
		reads: map[string]Read{
			"Context.Param": value(Path, 0), "Context.ParamOr": value(Path, 0),
			"Context.QueryParam": value(Query, 0), "Context.QueryParamOr": value(Query, 0),
			"Context.QueryParams": all(Query), "Context.QueryString": all(Query),
			"Context.FormValue": value(Form, 0), "Context.FormValueOr": value(Form, 0),
			"Context.FormParams":    {Place: Form, Name: -1, Target: -1, Request: -1, Parses: true},
			"Context.FormFile":      parsed(Form, 0),
			"Context.MultipartForm": {Place: Form, Name: -1, Target: -1, Request: -1, Parses: true},
			"Context.Cookie":        value(Cookie, 0), "Context.Cookies": all(Cookie),
			"Context.Bind":   bind(Many, 0),
			"BindBody":       bindFrom(Body, 0, 1),
			"BindPathValues": bindFrom(Path, 0, 1), "BindQueryParams": bindFrom(Query, 0, 1), "BindHeaders": bindFrom(Header, 0, 1),
			"DefaultBinder.Bind": bindFrom(Many, 1, 0), "DefaultBinder.BindBody": bindFrom(Body, 0, 1),
			"DefaultBinder.BindPathParams": bindFrom(Path, 0, 1), "DefaultBinder.BindPathValues": bindFrom(Path, 0, 1),
			"DefaultBinder.BindQueryParams": bindFrom(Query, 0, 1), "DefaultBinder.BindHeaders": bindFrom(Header, 0, 1),
			"PathParam": parsedOf(Path), "QueryParam": parsedOf(Query), "QueryParams": parsedOf(Query), "FormValue": parsedOf(Form),
		},
		writes: map[string]Write{
			"Context.NoContent": whole(0, -1, ""), "Context.Redirect": whole(0, -1, "redirect"),
			"Context.String": whole(0, 1, "text"), "Context.HTML": whole(0, 1, "html"), "Context.HTMLBlob": whole(0, 1, "html"),
			"Context.Blob": whole(0, 2, ""), "Context.Stream": whole(0, 2, "file"), "Context.Render": whole(0, 2, "html"),
			"Context.File": whole(-1, -1, "file"), "Context.Attachment": whole(-1, -1, "file"), "Context.Inline": whole(-1, -1, "file"),
			"Response.WriteHeader": status(0), "Response.Write": piece(0, ""),
			"NewHTTPError":   whole(0, 1, "json").part(Value).rest(),
			"HTTPError.Wrap": {Part: Value, To: -1, Status: -1, Body: -1},
		},
	}
	for m, encoding := range map[string]string{
		"JSON": "json", "JSONPretty": "json", "JSONBlob": "json", "XML": "xml", "XMLPretty": "xml", "XMLBlob": "xml",
	} {
		l.writes["Context."+m] = whole(0, 1, encoding)
	}
	l.writes["Context.JSONP"] = whole(0, 2, "json")
	return l
}

// parsedOf is a generic reader of one named value whose context is argument 0.
func parsedOf(p Place) Read {
	return Read{Place: p, Name: 1, Target: -1, Request: 0, Parses: true}
}
