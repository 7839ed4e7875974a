package wire

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestProve checks a proof as the server does, which knows the password's
// second hash only.
func TestProve(t *testing.T) {
	nonce, password := []byte("01234567890123456789"), "secret"
	proof, err := prove(nativePassword, password, nonce)
	if err != nil {
		t.Fatal(err)
	}
	once := sha1.Sum([]byte(password))
	twice := sha1.Sum(once[:])
	salted := sha1.Sum(append(bytes.Clone(nonce), twice[:]...))
	if got := sha1.Sum(xor(proof, salted[:])); got != twice {
		t.Errorf("%s: the server would refuse the proof", nativePassword)
	}
	if proof, err = prove(cachingSHA2, password, nonce); err != nil {
		t.Fatal(err)
	}
	long := sha256.Sum256([]byte(password))
	longer := sha256.Sum256(long[:])
	mask := sha256.Sum256(append(longer[:], nonce...))
	if got := sha256.Sum256(xor(proof, mask[:])); got != longer {
		t.Errorf("%s: the server would refuse the proof", cachingSHA2)
	}
	if _, err := prove("dialog", password, nonce); err == nil {
		t.Error("an unknown way is answered")
	}
}

// scripted is a server that says what it is to say, whatever it is asked.
type scripted struct {
	net.Conn
	out bytes.Buffer
}

func (s *scripted) Write(b []byte) (int, error) { return s.out.Write(b) }
func (s *scripted) Close() error                { return nil }

// packets frames messages as the protocol does.
func packets(messages ...string) []byte {
	var out []byte
	for i, m := range messages {
		out = append(append(out, byte(len(m)), byte(len(m)>>8), byte(len(m)>>16), byte(i+1)), m...)
	}
	return out
}

func answered(b []byte) *Conn {
	return &Conn{net: &scripted{}, in: bufio.NewReader(bytes.NewReader(b))}
}

func TestResults(t *testing.T) {
	const end, more = "\xfe\x00\x00\x02\x00", "\xfe\x00\x00\x0a\x00"
	for name, tt := range map[string]struct {
		messages []string
		want     [][]string
	}{
		"rows":            {[]string{"\x02", "a", "b", end, "\x01x\xfb", "\x00\x03yyy", end}, [][]string{{"x", ""}, {"", "yyy"}}},
		"nothing":         {[]string{"\x00\x01\x00\x02\x00\x00\x00"}, nil},
		"several results": {[]string{"\x01", "a", end, "\x011", more, "\x01", "a", end, "\x012", more, "\x00\x00\x00\x02\x00\x00\x00"}, [][]string{{"2"}}},
		"a file is asked": {[]string{"\xfb/etc/passwd", "\x00\x00\x00\x02\x00\x00\x00"}, nil},
	} {
		rows, err := answered(packets(tt.messages...)).results(true)
		if diff := cmp.Diff(tt.want, rows); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
	c := answered(packets("\xfbx", "\x00\x00\x00\x02\x00\x00\x00"))
	if _, err := c.results(true); err != nil || !bytes.Equal(c.net.(*scripted).out.Bytes(), []byte{0, 0, 0, 2}) {
		t.Errorf("a file was sent: %q, %v", c.net.(*scripted).out.Bytes(), err)
	}
	_, err := answered(packets("\xff\x7a\x04#42S02Table 'a.b' doesn't exist")).results(true)
	var refused *ServerError
	if !errors.As(err, &refused) || *refused != (ServerError{1146, "42S02", "Table 'a.b' doesn't exist"}) {
		t.Errorf("got %v", err)
	}
}

// FuzzServer: no answer of a server makes us panic or take in endless memory.
func FuzzServer(f *testing.F) {
	f.Add(packets("\x0a8.0.1\x00\x01\x00\x00\x0001234567\x00\xff\xff\x2d\x02\x00\xff\xff\x15\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00012345678901\x00caching_sha2_password\x00", "\x01\x04", "\x00"))
	f.Add(packets("\x02", "a", "b", "\xfe\x00\x00\x02\x00", "\x01x\xfb"))
	f.Add(packets("\xfe\xff\xff\xff\xff\xff\xff\xff\x7f"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		_ = answered(b).login(Config{User: "me", Password: "secret", Database: "scratch"})
		_, _ = answered(b).results(true)
		_ = answered(b).finish("secret", cachingSHA2, []byte("nonce"))
	})
}

// TestDial_NotAServer: what answers otherwise gives an error in time.
func TestDial_NotAServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		if c, err := l.Accept(); err == nil {
			_, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			c.Close()
		}
	}()
	if _, err := Dial(context.Background(), Config{Network: "tcp", Address: l.Addr().String()}); err == nil {
		t.Error("we were let in")
	}
}
