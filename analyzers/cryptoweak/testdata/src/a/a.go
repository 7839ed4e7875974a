package a

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/rc4"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
)

func bad(token []byte) {
	_, _ = rc4.NewCipher(token)               // want `RC4 is broken`
	_ = md5.Sum(token)                        // want `MD5 protects token`
	_, _ = rsa.GenerateKey(rand.Reader, 1024) // want `1024 bits can be factored`
}

func signRequest(body []byte) {
	_ = sha1.Sum(body) // undecided: the receiver may ask for it
}

func newToken(body []byte) {
	_ = sha1.Sum(body) // want `SHA-1 protects what newToken makes`
}

func good(key, body []byte) {
	_ = hmac.New(sha1.New, key)
	_ = sha256.Sum256(body)
	_, _ = rsa.GenerateKey(rand.Reader, 2048)
}

func etag(body []byte) {
	_ = md5.Sum(body)
}
