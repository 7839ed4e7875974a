package a

import (
	"fmt"
	"log"
	"log/slog"
	"net/http"
)

type user struct{ Name, Password, AccessToken string }

func bad(u user, r *http.Request) {
	log.Printf("login %s %s", u.Name, u.Password)          // want `log.Printf logs u.Password`
	slog.Info("issued", "token", u.AccessToken)            // want `slog.Info logs u.AccessToken`
	log.Println("header " + r.Header.Get("Authorization")) // want `log.Println logs r.Header.Get\("Authorization"\)`
	log.Print(fmt.Sprintf("%s", u.Password))               // want `log.Print logs u.Password`
}

func mask(s string) string { return "***" }

func good(u user, nextPageToken, token string, passwordLength int) {
	log.Printf("login %s %s", u.Name, mask(u.Password))
	log.Println(nextPageToken, token, passwordLength, len(u.Password))
	slog.Info("password changed", "user", u.Name)
}

// Whether it is set gives nothing away.
func configured(u user) {
	slog.Info("starting", "password set", u.Password != "")
	sessionKey := u.Name + "@host"
	slog.Info("session", "key", sessionKey)
}
