package a

import (
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/sha256"
	"io"
	"net/http"
	"net/url"
)

type user struct{ Password, PasswordHash string }

func bad(u user, password, salt string) bool {
	_ = md5.Sum([]byte(salt + password)) // want `MD5 hashes \[\]byte\(salt \+ password\)`
	h := sha256.New()
	h.Write([]byte(u.Password))        // want `a digest hashes \[\]byte\(u.Password\)`
	_, _ = io.WriteString(h, password) // want `a digest hashes password`
	return u.Password == password      // want `u.Password is compared with password as plain text`
}

func good(u user, password, confirmPassword, body string) bool {
	_, _ = pbkdf2.Key(sha256.New, password, nil, 600_000, 32)
	_ = sha256.Sum256([]byte(body))
	return password == confirmPassword || password == "" || body == password
}

type listener struct{ Config struct{ Password string } }

type credentials struct{ Password string }

// Two records of one type, where somebody signs in.
func login(stored, input user) bool {
	return stored.Password == input.Password // want `stored.Password is compared with input.Password as plain text`
}

// Undecided: what changed, configured, sent to a service that asks for it, one of several.

func checkUpdate(oldUser, newUser user) bool { return oldUser.Password != newUser.Password }

func changed(before, after user) bool { return before.Password != after.Password }

func (l *listener) basicAuth(r *http.Request) bool {
	_, password, _ := r.BasicAuth()
	return password == l.Config.Password
}

func (c *credentials) signInThere() error {
	sum := md5.Sum([]byte(c.Password))
	_, err := http.PostForm("https://api.example.com/login", url.Values{"password": {string(sum[:])}})
	return err
}

func encode(scheme, password string) []byte {
	switch scheme {
	case "MD5":
		sum := md5.Sum([]byte(password))
		return sum[:]
	}
	return nil
}

// Different types: what a client sends and what is stored.
func signIn(stored user, given credentials) bool {
	return stored.Password == given.Password // want `stored.Password is compared with given.Password as plain text`
}
