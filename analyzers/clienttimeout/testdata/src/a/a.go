package a

import (
	"net/http"
	"time"
)

type service struct{ client *http.Client }

func bad() {
	_, _ = http.Get("http://x")                // want `http.Get uses the default client`
	_, _ = http.DefaultClient.Head("http://x") // want `http.DefaultClient.Head uses the default client`
	req, _ := http.NewRequest("GET", "http://x", nil)
	_, _ = http.DefaultClient.Do(req)    // want `the default client sends req without a deadline`
	_ = &service{client: &http.Client{}} // want `http.Client has no Timeout`
}

func good() {
	c := &http.Client{}
	c.Timeout = time.Second
	_ = http.Client{Timeout: time.Second}
}
