module github.com/fasthttp/router

go 1.22

require github.com/valyala/fasthttp v0.0.0
