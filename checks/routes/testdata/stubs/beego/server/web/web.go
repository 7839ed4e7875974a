// Package web is a stand-in with the library's signatures only.
package web

import "github.com/beego/beego/v2/server/web/context"

type (
	HttpServer          struct{}
	Controller          struct{}
	Namespace           struct{}
	ControllerInterface interface{ Prepare() }
	LinkNamespace       func(*Namespace)
	HandleFunc          func(ctx *context.Context)
	FilterFunc          func(ctx *context.Context)
	ControllerComments  struct {
		Method, Router   string
		AllowHTTPMethods []string
	}
)

const BeforeRouter = 1

var GlobalControllerRouter map[string][]ControllerComments

func (c *Controller) Prepare() {}
func (c *Controller) Get()     {}
func (c *Controller) Post()    {}

func Run(params ...string)                                                          {}
func Get(path string, f HandleFunc) *HttpServer                                     { return nil }
func Router(path string, c ControllerInterface, mappings ...string) *HttpServer     { return nil }
func Include(c ...ControllerInterface) *HttpServer                                  { return nil }
func AutoRouter(c ControllerInterface) *HttpServer                                  { return nil }
func InsertFilter(pattern string, pos int, f FilterFunc) *HttpServer                { return nil }
func NewNamespace(prefix string, params ...LinkNamespace) *Namespace                { return nil }
func AddNamespace(ns ...*Namespace)                                                 {}
func NSBefore(f ...FilterFunc) LinkNamespace                                        { return nil }
func NSGet(path string, f HandleFunc) LinkNamespace                                 { return nil }
func NSRouter(path string, c ControllerInterface, mappings ...string) LinkNamespace { return nil }
func NSNamespace(prefix string, params ...LinkNamespace) LinkNamespace              { return nil }
func NSInclude(c ...ControllerInterface) LinkNamespace                              { return nil }
