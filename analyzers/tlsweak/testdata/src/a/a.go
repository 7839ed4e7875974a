package a

import "crypto/tls"

func bad() {
	_ = &tls.Config{
		InsecureSkipVerify: true,             // want `accepts every certificate`
		MinVersion:         tls.VersionTLS10, // want `allows TLS before 1.2`
	}
	c := &tls.Config{}
	c.InsecureSkipVerify = true // want `accepts every certificate`
}

func good(skip bool) {
	_ = &tls.Config{MinVersion: tls.VersionTLS13}
	_ = &tls.Config{InsecureSkipVerify: skip}
	_ = &tls.Config{InsecureSkipVerify: true, VerifyConnection: func(tls.ConnectionState) error { return nil }}
}

type settings struct{ SkipVerify bool }

// Undecided: somebody asked for it.

func asked(s settings) *tls.Config {
	c := &tls.Config{}
	if s.SkipVerify {
		c.InsecureSkipVerify = true
	}
	return c
}

func insecure() *tls.Config { return &tls.Config{InsecureSkipVerify: true} }

type transport struct{ Config *tls.Config }

func leavesFirst(s settings) *tls.Config {
	if !s.SkipVerify {
		return nil
	}
	return &tls.Config{InsecureSkipVerify: true}
}

func named(direct, insecure *transport) {
	insecure.Config = &tls.Config{InsecureSkipVerify: true}
	direct.Config = &tls.Config{InsecureSkipVerify: true} // want `accepts every certificate`
}
