package a

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

const name = "session_id"

func bad(c *gin.Context, id string) {
	_ = http.Cookie{Name: name, Value: id}                  // want `the cookie name is set without HttpOnly, Secure, SameSite`
	c.SetCookie("auth_token", id, 10, "/", "", false, true) // want `the cookie "auth_token" is set without Secure`
}

func good(c *gin.Context, id string, secure bool) {
	_ = http.Cookie{Name: "session", Value: id, HttpOnly: true, Secure: secure, SameSite: http.SameSiteStrictMode}
	_ = http.Cookie{Name: "session", Value: "", MaxAge: -1}
	_ = http.Cookie{Name: "theme", Value: id}
	_ = http.Cookie{Name: "csrf_token", Value: id}
	c.SetCookie("session", id, 10, "/", "", secure, true)
}

func later(id string) {
	k := &http.Cookie{Name: "session", Value: id}
	k.HttpOnly = true
	k.Secure = true
	k.SameSite = http.SameSiteLaxMode
}

func outbound(req *http.Request, token string) {
	req.AddCookie(&http.Cookie{Name: "token", Value: token})
}
