package a

import "net/http"

// Cookies that are filled field by field.

func fill(w http.ResponseWriter, id string) {
	c := new(http.Cookie) // want `the cookie "session" is set without HttpOnly, SameSite`
	c.Name = "session"
	c.Value = id
	c.Secure = true
	http.SetCookie(w, c)
}

func fillAll(w http.ResponseWriter, id string) {
	c := &http.Cookie{}
	c.Name, c.Value = "session", id
	c.Secure, c.HttpOnly, c.SameSite = true, true, http.SameSiteLaxMode
	http.SetCookie(w, c)
}

func fillOther(w http.ResponseWriter, theme string) {
	c := new(http.Cookie)
	c.Name = "theme"
	c.Value = theme
	http.SetCookie(w, c)
}
