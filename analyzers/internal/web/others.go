package web

// restful is github.com/emicklei/go-restful v3.14.
func restful() library {
	return library{
		framework: Restful, path: "github.com/emicklei/go-restful",
		reads: map[string]Read{
			"Request.PathParameter": value(Path, 0), "Request.PathParameters": all(Path),
			"Request.QueryParameter": value(Query, 0), "Request.QueryParameters": value(Query, 0),
			"Request.HeaderParameter": value(Header, 0), "Request.BodyParameter": {Place: Form, Name: 0, Target: -1, Request: -1, Parses: true},
			"Request.ReadEntity": bind(Body, 0),
		},
		writes: map[string]Write{
			"Response.WriteHeader": status(0), "Response.Write": piece(0, ""),
			"Response.WriteEntity": whole(-1, 0, "json"), "Response.WriteAsJson": whole(-1, 0, "json"), "Response.WriteJson": whole(-1, 0, "json"), "Response.WriteAsXml": whole(-1, 0, "xml"),
			"Response.WriteHeaderAndEntity": whole(0, 1, "json"), "Response.WriteHeaderAndJson": whole(0, 1, "json"), "Response.WriteHeaderAndXml": whole(0, 1, "xml"),
			"Response.WriteError": whole(0, 1, "text"), "Response.WriteErrorString": whole(0, 1, "text"), "Response.WriteServiceError": whole(0, 1, "json"),
			"FilterChain.ProcessFilter": next().to(1),
		},
	}
}

// fasthttp is github.com/valyala/fasthttp v1.69.
func fasthttp() library {
	return library{
		framework: FastHTTP, path: "github.com/valyala/fasthttp",
		reads: map[string]Read{
			"RequestCtx.UserValue": value(Path, 0), "RequestCtx.FormValue": value(Form, 0), "RequestCtx.FormFile": parsed(Form, 0),
			"RequestCtx.MultipartForm": {Place: Form, Name: -1, Target: -1, Request: -1, Parses: true},
			"RequestCtx.QueryArgs":     all(Query), "RequestCtx.PostArgs": all(Form), "RequestCtx.PostBody": all(Body), "Request.Body": all(Body),
			"RequestHeader.Peek": value(Header, 0), "RequestHeader.Cookie": value(Cookie, 0),
		},
		writes: map[string]Write{
			"RequestCtx.SetStatusCode": status(0), "RequestCtx.Error": whole(1, 0, "text"), "RequestCtx.NotFound": fixed(404, -1),
			"RequestCtx.SetBody": whole(-1, 0, ""), "RequestCtx.SetBodyString": whole(-1, 0, "text"), "RequestCtx.Success": whole(-1, 1, ""), "RequestCtx.SuccessString": whole(-1, 1, "text"),
			"RequestCtx.Write": piece(0, ""), "RequestCtx.WriteString": piece(0, "text"), "RequestCtx.Redirect": whole(1, -1, "redirect"), "RequestCtx.SendFile": whole(-1, -1, "file"),
		},
	}
}

// hertz is github.com/cloudwego/hertz v0.10, whose context follows gin's.
func hertz() library {
	l := library{
		framework: Hertz, path: "github.com/cloudwego/hertz/pkg/app",
		reads: map[string]Read{
			"RequestContext.Param": value(Path, 0), "RequestContext.Query": value(Query, 0), "RequestContext.DefaultQuery": value(Query, 0), "RequestContext.GetQuery": value(Query, 0),
			"RequestContext.PostForm": value(Form, 0), "RequestContext.DefaultPostForm": value(Form, 0), "RequestContext.GetPostForm": value(Form, 0), "RequestContext.FormValue": value(Form, 0),
			"RequestContext.FormFile": parsed(Form, 0), "RequestContext.GetHeader": value(Header, 0), "RequestContext.Cookie": value(Cookie, 0),
			"RequestContext.Bind": bind(Many, 0), "RequestContext.BindAndValidate": bind(Many, 0).validating(),
			"RequestContext.BindJSON": bind(Body, 0), "RequestContext.BindQuery": bind(Query, 0), "RequestContext.BindPath": bind(Path, 0), "RequestContext.BindForm": bind(Form, 0), "RequestContext.BindHeader": bind(Header, 0),
		},
		writes: map[string]Write{
			"RequestContext.Status": status(0), "RequestContext.SetStatusCode": status(0), "RequestContext.Next": next(),
			"RequestContext.AbortWithStatus": whole(0, -1, "").stops(), "RequestContext.AbortWithStatusJSON": whole(0, 1, "json").stops(),
			"RequestContext.AbortWithMsg": whole(1, 0, "text").stops(), "RequestContext.AbortWithError": whole(0, -1, "").stops(),
			"RequestContext.JSON": whole(0, 1, "json"), "RequestContext.PureJSON": whole(0, 1, "json"), "RequestContext.IndentedJSON": whole(0, 1, "json"),
			"RequestContext.String": whole(0, 1, "text").rest(), "RequestContext.HTML": whole(0, 2, "html"), "RequestContext.XML": whole(0, 1, "xml"), "RequestContext.Data": whole(0, 2, ""),
			"RequestContext.Redirect": whole(0, -1, "redirect"), "RequestContext.File": whole(-1, -1, "file"), "RequestContext.NotFound": fixed(404, -1),
		},
	}
	return l
}

// goZero is github.com/zeromicro/go-zero v1.10, package rest/httpx; the
// variants that end in Ctx take a context first.
func goZero() library {
	l := library{
		framework: GoZero, path: "github.com/zeromicro/go-zero/rest/httpx",
		reads: map[string]Read{
			"Parse": bindFrom(Many, 0, 1).validating(), "ParsePath": bindFrom(Path, 0, 1), "ParseForm": bindFrom(Form, 0, 1),
			"ParseHeaders": bindFrom(Header, 0, 1), "ParseJsonBody": bindFrom(Body, 0, 1),
		},
		writes: map[string]Write{
			"OkJson": whole(-1, 1, "json").to(0), "OkJsonCtx": whole(-1, 2, "json").to(1), "Ok": fixed(200, -1).to(0),
			"WriteJson": whole(1, 2, "json").to(0), "WriteJsonCtx": whole(2, 3, "json").to(1),
			"Error": whole(-1, 1, "text").to(0), "ErrorCtx": whole(-1, 2, "text").to(1),
		},
	}
	return l
}

// huma is github.com/danielgtaylor/huma v2: errors are values that handlers return.
func huma() library {
	l := library{
		framework: Huma, path: "github.com/danielgtaylor/huma",
		writes: map[string]Write{
			"NewError": whole(0, 1, "json").part(Value).rest(),
			"WriteErr": whole(2, 3, "json").to(1).rest(),
		},
	}
	for name, code := range map[string]int{
		"Error400BadRequest": 400, "Error401Unauthorized": 401, "Error403Forbidden": 403, "Error404NotFound": 404, "Error405MethodNotAllowed": 405,
		"Error406NotAcceptable": 406, "Error409Conflict": 409, "Error410Gone": 410, "Error412PreconditionFailed": 412, "Error415UnsupportedMediaType": 415,
		"Error422UnprocessableEntity": 422, "Error429TooManyRequests": 429, "Error500InternalServerError": 500, "Error501NotImplemented": 501,
		"Error502BadGateway": 502, "Error503ServiceUnavailable": 503, "Error504GatewayTimeout": 504,
	} {
		l.writes[name] = Write{Part: Value, To: -1, Status: -1, Fixed: code, Body: 0, Rest: true, Encoding: "json"}
	}
	return l
}
