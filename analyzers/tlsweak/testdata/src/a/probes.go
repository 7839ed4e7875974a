package a

import (
	"crypto/tls"
	"os"
)

// Undecided: an operator asked for it, and a look at what is there.

func fromEnvironment() *tls.Config {
	if len(os.Getenv("SKIP_SMTP_TLS_VERIFY")) > 0 {
		return &tls.Config{InsecureSkipVerify: true}
	}
	return &tls.Config{}
}

func httpAvailable() *tls.Config { return &tls.Config{InsecureSkipVerify: true} }
