package web

// netHTTP is the standard library's server (go1.26).
func netHTTP() library {
	return library{
		framework: NetHTTP, path: "net/http",
		reads: map[string]Read{
			"Request.PathValue":          value(Path, 0),
			"Request.FormValue":          value(Form, 0),
			"Request.PostFormValue":      value(Form, 0),
			"Request.FormFile":           parsed(Form, 0),
			"Request.ParseForm":          {Place: Form, Name: -1, Target: -1, Request: -1, Parses: true},
			"Request.ParseMultipartForm": {Place: Form, Name: -1, Target: -1, Request: -1, Parses: true},
			"Request.MultipartReader":    {Place: Form, Name: -1, Target: -1, Request: -1, Parses: true},
			"Request.Cookie":             value(Cookie, 0),
			"Request.CookiesNamed":       value(Cookie, 0),
			"Request.Cookies":            all(Cookie),
			"Request.BasicAuth":          {Place: Header, Name: -1, Target: -1, Request: -1},
			"Request.UserAgent":          all(Header),
			"Request.Referer":            all(Header),
		},
		writes: map[string]Write{
			"ResponseWriter.WriteHeader": status(0),
			"ResponseWriter.Write":       piece(0, ""),
			"Error":                      whole(2, 1, "text").to(0),
			"NotFound":                   fixed(404, -1).to(0),
			"Redirect":                   whole(3, -1, "redirect").to(0),
			"ServeFile":                  whole(-1, -1, "file").to(0),
			"ServeFileFS":                whole(-1, -1, "file").to(0),
			"ServeContent":               whole(-1, -1, "file").to(0),
			"Handler.ServeHTTP":          next().to(0),
			"HandlerFunc.ServeHTTP":      next().to(0),
			"ServeMux.ServeHTTP":         next().to(0),
		},
	}
}

// stdEncoding is a codec with Encoder and Decoder in the manner of encoding/json.
func stdEncoding(path, encoding string) library {
	return library{
		framework: NetHTTP, path: path,
		reads: map[string]Read{
			"Decoder.Decode": bind(Body, 0),
			"Unmarshal":      bindFrom(Body, 0, 1),
		},
		writes: map[string]Write{
			"Encoder.Encode": piece(0, encoding),
		},
	}
}

func stdFmt() library {
	return library{
		framework: NetHTTP, path: "fmt",
		writes: map[string]Write{
			"Fprint":   piece(1, "text").to(0).rest(),
			"Fprintf":  piece(1, "text").to(0).rest(),
			"Fprintln": piece(1, "text").to(0).rest(),
		},
	}
}

func stdIO() library {
	return library{
		framework: NetHTTP, path: "io",
		reads: map[string]Read{
			"ReadAll": {Place: Body, Name: -1, Target: -1, Request: 0},
		},
		writes: map[string]Write{
			"WriteString": piece(1, "text").to(0),
			"Copy":        piece(1, "").to(0),
			"CopyN":       piece(1, "").to(0),
		},
	}
}

func stdTemplate(path string) library {
	return library{
		framework: NetHTTP, path: path,
		writes: map[string]Write{
			"Template.Execute":         piece(1, "html").to(0),
			"Template.ExecuteTemplate": piece(2, "html").to(0),
		},
	}
}
