package a

import (
	"crypto/rsa"
	"errors"

	"github.com/golang-jwt/jwt/v5"
)

type claims struct {
	jwt.RegisteredClaims
	Role string
}

var key = []byte{}

func keyOf(t *jwt.Token) (any, error) { return key, nil }

func unsigned(t *jwt.Token) (any, error) {
	if t.Header["alg"] == "none" {
		return jwt.UnsafeAllowNoneSignatureType, nil
	}
	return key, nil
}

func checked(t *jwt.Token) (any, error) {
	if _, ok := t.Method.(*jwt.SigningMethodHMAC); !ok {
		return nil, errors.New("unexpected algorithm")
	}
	return key, nil
}

func bad(raw string) {
	_, _ = jwt.Parse(raw, unsigned)                                                                            // want `accepts tokens without a signature`
	_, _ = jwt.Parse(raw, checked, jwt.WithoutClaimsValidation())                                              // want `accepts expired tokens`
	_ = jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": "x"})                                   // want `never expires`
	_ = jwt.NewWithClaims(jwt.SigningMethodHS256, claims{RegisteredClaims: jwt.RegisteredClaims{Subject: ""}}) // want `never expires`
}

func good(raw string, given jwt.Keyfunc) {
	_, _ = jwt.Parse(raw, checked)
	_, _ = jwt.Parse(raw, keyOf, jwt.WithValidMethods([]string{"HS256"}))
	p := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}))
	_, _ = p.Parse(raw, keyOf)
	_, _ = jwt.Parse(raw, given)
	m := jwt.MapClaims{"sub": "x"}
	m["exp"] = 1
	_ = jwt.NewWithClaims(jwt.SigningMethodHS256, m)
}

func public(k *rsa.PublicKey) jwt.Keyfunc {
	return func(*jwt.Token) (any, error) { return k, nil }
}

// A public key fits its own family of algorithms only.
func fitted(raw string, k *rsa.PublicKey) {
	_, _ = jwt.Parse(raw, func(*jwt.Token) (any, error) { return k, nil })
	_, _ = jwt.Parse(raw, public(k))
}

// The way of the predecessor.
func assigned(t *jwt.Token) {
	t.Claims = jwt.MapClaims{"sub": "x"} // want `never expires`
	t.Claims = jwt.MapClaims{"sub": "x", "exp": 1}
}

// Undecided: a secret of bytes, which every HMAC accepts and nothing else does, a
// key of any type, and times that are read by hand.

func secret(raw string) {
	_, _ = jwt.Parse(raw, keyOf)
	_, _ = jwt.ParseWithClaims(raw, &claims{}, func(*jwt.Token) (any, error) { return key, nil })
}

// Claims that two branches sign are one finding.
func signed(strong bool) *jwt.Token {
	c := jwt.MapClaims{"sub": "x"} // want `never expires`
	if strong {
		return jwt.NewWithClaims(jwt.SigningMethodHS256, c)
	}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, c)
}

func unknownKey(raw string, k any) {
	_, _ = jwt.Parse(raw, func(*jwt.Token) (any, error) { return k, nil })
}

func byHand(raw string) bool {
	var c claims
	_, err := jwt.ParseWithClaims(raw, &c, checked, jwt.WithoutClaimsValidation())
	return err == nil && c.ExpiresAt != nil
}
