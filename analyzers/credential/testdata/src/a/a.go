package a

import (
	"crypto/hmac"
	"crypto/sha256"
	"os"
)

func getenv(key, fallback string) string {
	if v := os.Getenv(key); v != "" {
		return v
	}
	return fallback
}

type config struct{ Password, APIKey, DSN string }

const signingKey = "correct-horse" // want `signingKey is written into the code`

var apiToken = "ghp_0123456789abcdefABCD" // want `apiToken is written into the code`

func bad() {
	secret := getenv("JWT_SECRET", "dev") // want `JWT_SECRET falls back to a value in the code`
	if secret == "" {
		secret = "changeme" // want `secret is written into the code`
	}
	_ = hmac.New(sha256.New, []byte("key")) // want `the key given to hmac.New is written into the code`
	_ = config{
		Password: "hunter2",                                  // want `Password is written into the code`
		DSN:      "postgres://shop:letmein@db.internal/shop", // want `the address of db.internal carries a password`
	}
}

const (
	headerToken        = "X-Token"
	passwordField      = "password"
	accessToken        = "access_token"
	errMissingPassword = "the password is missing"
	tokenType          = "Bearer"
	resetPassword      = "reset-password"
	apiKey             = "api_key"
	jwtSecret          = "jwtSecretKey"
)

func good(given string) {
	_ = getenv("JWT_SECRET", "")
	_ = getenv("PORT", "8080")
	_ = os.Getenv("API_TOKEN")
	_ = config{Password: given, APIKey: os.Getenv("API_KEY"), DSN: "postgres://db.internal/shop"}
	_ = hmac.New(sha256.New, []byte(given))
}
