package b

import (
	"context"
	"net/http"
	"time"
)

func send(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, _ := http.NewRequestWithContext(limited, "GET", "http://x", nil)
	_, _ = http.DefaultClient.Do(req)
	other, _ := http.NewRequestWithContext(ctx, "GET", "http://x", nil)
	_, _ = http.DefaultClient.Do(other)
	_, _ = (&http.Client{}).Do(other)
}
