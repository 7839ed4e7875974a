package web

// fiber is github.com/gofiber/fiber v2.52 and v3.1. The status is set by a call
// in the chain: c.Status(404).JSON(v).
func fiber() library {
	l := library{
		framework: Fiber, path: "github.com/gofiber/fiber",
		reads: map[string]Read{
			"Ctx.Params": value(Path, 0), "Ctx.ParamsInt": parsed(Path, 0), "Ctx.AllParams": all(Path), "Ctx.ParamsParser": bind(Path, 0),
			"Ctx.Query": value(Query, 0), "Ctx.QueryInt": parsed(Query, 0), "Ctx.QueryBool": parsed(Query, 0), "Ctx.QueryFloat": parsed(Query, 0),
			"Ctx.Queries": all(Query), "Ctx.QueryParser": bind(Query, 0),
			"Ctx.FormValue": value(Form, 0), "Ctx.FormFile": parsed(Form, 0),
			"Ctx.MultipartForm": {Place: Form, Name: -1, Target: -1, Request: -1, Parses: true},
			"Ctx.Cookies":       value(Cookie, 0), "Ctx.CookieParser": bind(Cookie, 0),
			"Ctx.Get": value(Header, 0), "Ctx.GetReqHeaders": all(Header), "Ctx.ReqHeaderParser": bind(Header, 0),
			"Ctx.BodyParser": bind(Body, 0), "Ctx.Body": all(Body), "Ctx.BodyRaw": all(Body),
			"Params": parsedOf(Path), "Query": parsedOf(Query), "GetReqHeader": parsedOf(Header),
		},
		writes: map[string]Write{
			"Ctx.Status": status(0), "Ctx.SendStatus": whole(0, -1, "text"), "Ctx.Next": next(),
			"Ctx.JSON": whole(-1, 0, "json"), "Ctx.JSONP": whole(-1, 0, "json"), "Ctx.XML": whole(-1, 0, "xml"),
			"Ctx.CBOR": whole(-1, 0, ""), "Ctx.MsgPack": whole(-1, 0, ""), "Ctx.AutoFormat": whole(-1, 0, ""), "Ctx.Format": whole(-1, 0, ""),
			"Ctx.SendString": whole(-1, 0, "text"), "Ctx.Send": whole(-1, 0, ""),
			"Ctx.SendFile": whole(-1, -1, "file"), "Ctx.SendStream": whole(-1, 0, "file"), "Ctx.SendStreamWriter": whole(-1, -1, "file"),
			"Ctx.Download": whole(-1, -1, "file"), "Ctx.Render": whole(-1, 1, "html"),
			"Ctx.Redirect": whole(1, -1, "redirect"), "Ctx.RedirectToRoute": whole(-1, -1, "redirect"), "Ctx.RedirectBack": whole(-1, -1, "redirect"),
			"Ctx.Write": piece(0, ""), "Ctx.WriteString": piece(0, "text"), "Ctx.Writef": piece(0, "text").rest(),
			"NewError": whole(0, 1, "text").part(Value).rest(),
		},
	}
	// v3's c.Bind() returns a *Bind, which binds from one place each.
	for m, p := range map[string]Place{
		"Body": Body, "JSON": Body, "XML": Body, "CBOR": Body, "MsgPack": Body, "Form": Form, "Query": Query, "Header": Header, "Cookie": Cookie, "URI": Path, "All": Many,
	} {
		l.reads["Bind."+m] = bind(p, 0)
	}
	return l
}
