package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// environment answers from a map, with a database of the test's own.
func environment(t *testing.T, values map[string]string) func(string) string {
	t.Helper()
	all := map[string]string{
		"DATABASE_PATH": filepath.Join(t.TempDir(), "test.db"),
		"ADDR":          "127.0.0.1:0",
		"PASSWORD_COST": "4",
	}
	for name, value := range values {
		all[name] = value
	}
	return func(name string) string { return all[name] }
}

// start runs the service until ctx ends. It returns the first line of the log,
// which comes once the service listens, and what run returns in the end.
func start(ctx context.Context, t *testing.T, env func(string) string) (string, <-chan error) {
	t.Helper()
	logs, write := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, nil, env, write)
		write.CloseWithError(err)
		done <- err
	}()
	line, err := bufio.NewReader(logs).ReadString('\n')
	if err != nil {
		t.Fatalf("first line %q: %v", line, err)
	}
	return line, done
}

func TestRunServesUntilCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	env := environment(t, map[string]string{
		"ADMIN_EMAIL": "admin@example.com", "ADMIN_PASSWORD": "correct horse battery staple",
	})
	line, done := start(ctx, t, env)
	if !strings.Contains(line, `"addr":"127.0.0.1:`) {
		t.Errorf("first line %q, want the address", line)
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("run() = %v after cancellation", err)
	}
}

func TestRunRollsBack(t *testing.T) {
	env := environment(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	_, done := start(ctx, t, env) // migrates
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for range 7 { // one more than there are
		if err := run(t.Context(), []string{"rollback"}, env, io.Discard); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRunRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		env  map[string]string
		want string
	}{
		"bad setting":   {nil, map[string]string{"LOG_LEVEL": "loud"}, "LOG_LEVEL"},
		"bad arguments": {[]string{"dance"}, nil, "unknown arguments"},
		"bad database":  {nil, map[string]string{"DATABASE_PATH": "/dev/null/x.db"}, "/dev/null/x.db"},
		"bad address":   {nil, map[string]string{"ADDR": "nowhere"}, "listen on nowhere"},
		"weak password": {nil, map[string]string{"ADMIN_EMAIL": "a@example.com", "ADMIN_PASSWORD": "short"}, "password"},
	} {
		t.Run(name, func(t *testing.T) {
			err := run(t.Context(), c.args, environment(t, c.env), &bytes.Buffer{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("run() = %v, want an error with %q", err, c.want)
			}
		})
	}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

func TestServeFinishesRequestsUnderWay(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		cancel() // the server is told to stop while this request is answered
		if _, err := io.WriteString(w, "done"); err != nil {
			t.Error(err)
		}
	})
	listener := listen(t)
	stopped := make(chan error, 1)
	go func() { stopped <- serve(ctx, listener, handler, 5*time.Second) }()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String(), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Timeout: 5 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || string(body) != "done" {
		t.Errorf("answer %q, %v, want done", body, err)
	}
	if err := <-stopped; err != nil {
		t.Errorf("serve() = %v", err)
	}
}

func TestServeReportsFailure(t *testing.T) {
	listener := listen(t)
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if err := serve(t.Context(), listener, http.NotFoundHandler(), time.Second); err == nil {
		t.Error("serve() on a closed listener succeeded")
	}
}

func TestServeGivesUpOnSlowRequests(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		cancel()
		<-release
	})
	listener := listen(t)
	stopped := make(chan error, 1)
	go func() { stopped <- serve(ctx, listener, handler, time.Millisecond) }()
	connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := <-stopped; err == nil || !strings.Contains(err.Error(), "shut down") {
		t.Errorf("serve() = %v, want an error of the shutdown", err)
	}
	close(release)
}
