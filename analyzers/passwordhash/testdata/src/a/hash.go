package a

import (
	"crypto/sha256"
	"encoding/hex"
)

// What these functions are for is in their names, not in those of the parameters.

func hashPassword(p string) string {
	return p // want `hashPassword returns p as it came`
}

func EncryptPassword(plain []byte) (string, error) {
	return string(plain), nil // want `EncryptPassword returns plain as it came`
}

func passwordDigest(in string) string {
	sum := sha256.Sum256([]byte(in)) // want `SHA-256 hashes \[\]byte\(in\)`
	return hex.EncodeToString(sum[:])
}

func hashPass(in string) string {
	h := sha256.New()
	h.Write([]byte(in)) // want `a digest hashes \[\]byte\(in\)`
	return hex.EncodeToString(h.Sum(nil))
}

type account struct{ PasswordHash string }

// A getter, and a digest of something else.

func (a account) HashedPassword() string { return a.PasswordHash }

func hashOf(in string) string {
	sum := sha256.Sum256([]byte(in))
	return hex.EncodeToString(sum[:])
}
