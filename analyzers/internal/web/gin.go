package web

// gin is github.com/gin-gonic/gin v1.12. Bind... answer 400 and abort;
// ShouldBind... leave it to the handler. Both run the validator.
func gin() library {
	l := library{
		framework: Gin, path: "github.com/gin-gonic/gin",
		reads: map[string]Read{
			"Context.Param":    value(Path, 0),
			"Params.ByName":    value(Path, 0),
			"Context.FormFile": parsed(Form, 0),
			"Context.Cookie":   value(Cookie, 0), "Context.GetHeader": value(Header, 0),
			"Context.MultipartForm": {Place: Form, Name: -1, Target: -1, Request: -1, Parses: true},
			"Context.GetRawData":    {Place: Body, Name: -1, Target: -1, Request: -1},
		},
		writes: map[string]Write{
			"Context.Status": status(0), "Context.Next": next(),
			"Context.AbortWithStatus":         whole(0, -1, "").stops(),
			"Context.AbortWithError":          whole(0, -1, "").stops(),
			"Context.AbortWithStatusJSON":     whole(0, 1, "json").stops(),
			"Context.AbortWithStatusPureJSON": whole(0, 1, "json").stops(),
			"Context.String":                  whole(0, 1, "text").rest(),
			"Context.HTML":                    whole(0, 2, "html"),
			"Context.Data":                    whole(0, 2, ""),
			"Context.DataFromReader":          whole(0, 3, "file"),
			"Context.File":                    whole(-1, -1, "file"),
			"Context.FileFromFS":              whole(-1, -1, "file"),
			"Context.FileAttachment":          whole(-1, -1, "file"),
			"Context.Redirect":                whole(0, -1, "redirect"),
			"Context.Negotiate":               whole(0, 1, ""),
		},
	}
	for _, m := range []string{"Query", "GetQuery", "DefaultQuery", "QueryArray", "GetQueryArray", "QueryMap", "GetQueryMap"} {
		l.reads["Context."+m] = value(Query, 0)
	}
	for _, m := range []string{"PostForm", "GetPostForm", "DefaultPostForm", "PostFormArray", "GetPostFormArray", "PostFormMap", "GetPostFormMap"} {
		l.reads["Context."+m] = value(Form, 0)
	}
	for suffix, p := range map[string]Place{
		"": Many, "JSON": Body, "XML": Body, "YAML": Body, "TOML": Body, "Plain": Body, "Query": Query, "Header": Header, "Uri": Path,
	} {
		l.reads["Context.ShouldBind"+suffix] = bind(p, 0).validating()
		l.reads["Context.Bind"+suffix] = bind(p, 0).validating().answering()
	}
	for _, m := range []string{"ShouldBindWith", "ShouldBindBodyWith", "ShouldBindBodyWithJSON", "ShouldBindBodyWithXML", "ShouldBindBodyWithYAML"} {
		l.reads["Context."+m] = bind(Many, 0).validating()
	}
	l.reads["Context.MustBindWith"] = bind(Many, 0).validating().answering()
	for m, encoding := range map[string]string{
		"JSON": "json", "IndentedJSON": "json", "SecureJSON": "json", "AsciiJSON": "json", "PureJSON": "json", "JSONP": "json",
		"XML": "xml", "YAML": "", "TOML": "", "ProtoBuf": "", "BSON": "", "Render": "",
	} {
		l.writes["Context."+m] = whole(0, 1, encoding)
	}
	return l
}
