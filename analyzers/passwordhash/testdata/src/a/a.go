package a

import (
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/sha256"
	"io"
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
