// Package wire speaks as much of the MySQL protocol as running scripts takes:
// it logs in, sends one statement at a time as text, and has one prepared.
// https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html
//
// The usual driver has a licence that this program does not take in, and the
// other brings forty packages along for what is used here.
package wire

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// Config says where the server is and who asks.
type Config struct {
	// Network is "unix" or "tcp".
	Network, Address         string
	User, Password, Database string
	// TLS is used on tcp; nil sends everything in the clear.
	TLS *tls.Config
}

// Conn is one session. It is not for concurrent use.
type Conn struct {
	net  net.Conn
	in   *bufio.Reader
	seq  byte
	safe bool // nobody else reads what is sent
	// Version is what the server calls itself; ID names the session to KILL.
	Version string
	ID      uint32
	broken  bool
}

// ServerError is a statement that the server refused; the session goes on.
type ServerError struct {
	Code           uint16
	State, Message string
}

func (e *ServerError) Error() string { return fmt.Sprintf("%s (error %d)", e.Message, e.Code) }

// Commands of the protocol, and limits of ours.
const (
	comQuery           = 0x03
	comInitDB          = 0x02
	comStatementReady  = 0x16
	comStatementClose  = 0x19
	comResetConnection = 0x1f

	maxPacket  = 1<<24 - 1
	maxMessage = 64 << 20
	maxColumns = 4096 // which is MySQL's own
)

// First bytes of an answer.
const (
	isOK     = 0x00
	isMore   = 0x01
	isInfile = 0xfb
	isEOF    = 0xfe
	isError  = 0xff
)

// moreResults is the status flag that another result follows.
const moreResults = 0x0008

// Dial connects and logs in.
func Dial(ctx context.Context, config Config) (*Conn, error) {
	var d net.Dialer
	nc, err := d.DialContext(ctx, config.Network, config.Address)
	if err != nil {
		return nil, err
	}
	c := &Conn{net: nc, in: bufio.NewReader(nc), safe: config.Network == "unix"}
	err = c.while(ctx, func() error { return c.login(config) })
	if err != nil {
		nc.Close()
		return nil, err
	}
	return c, nil
}

// Close ends the session without a word.
func (c *Conn) Close() {
	c.broken = true
	_ = c.net.Close()
}

// Closed reports whether the session is of no more use.
func (c *Conn) Closed() bool { return c.broken }

// Query sends one statement and gives all rows of its last result that has any;
// NULL is an empty text.
func (c *Conn) Query(ctx context.Context, text string) (rows [][]string, err error) {
	err = c.while(ctx, func() error {
		if err := c.command(comQuery, text); err != nil {
			return err
		}
		rows, err = c.results(true)
		return err
	})
	return rows, err
}

// Exec sends one statement and forgets its rows.
func (c *Conn) Exec(ctx context.Context, text string) error {
	return c.while(ctx, func() error {
		if err := c.command(comQuery, text); err != nil {
			return err
		}
		_, err := c.results(false)
		return err
	})
}

// Use makes a database the one that names without another mean.
func (c *Conn) Use(ctx context.Context, database string) error {
	return c.while(ctx, func() error {
		if err := c.command(comInitDB, database); err != nil {
			return err
		}
		_, err := c.answer()
		return err
	})
}

// Reset gives up transaction, locks, temporary tables and settings.
func (c *Conn) Reset(ctx context.Context) error {
	return c.while(ctx, func() error {
		if err := c.command(comResetConnection, ""); err != nil {
			return err
		}
		_, err := c.answer()
		return err
	})
}

// Prepare has the server analyse a statement, which is not run.
func (c *Conn) Prepare(ctx context.Context, text string) error {
	return c.while(ctx, func() error {
		if err := c.command(comStatementReady, text); err != nil {
			return err
		}
		p, err := c.answer()
		if err != nil {
			return err
		}
		if len(p) < 9 {
			return errMalformed
		}
		for _, n := range []uint16{binary.LittleEndian.Uint16(p[7:]), binary.LittleEndian.Uint16(p[5:])} {
			if err := c.skip(int(n)); err != nil {
				return err
			}
		}
		return c.command(comStatementClose, string(p[1:5])) // has no answer
	})
}

// skip passes n descriptions of columns and the mark behind them.
func (c *Conn) skip(n int) error {
	if n == 0 {
		return nil
	}
	for range n + 1 {
		if _, err := c.read(); err != nil {
			return err
		}
	}
	return nil
}

var errMalformed = errors.New("the server's answer is malformed")

// while does something with the session; the end of the context breaks it off.
func (c *Conn) while(ctx context.Context, do func() error) error {
	if c.broken {
		return net.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	below := c.net // TLS, once agreed on, reads from the same
	_ = below.SetDeadline(time.Time{})
	stop := context.AfterFunc(ctx, func() { _ = below.SetDeadline(time.Unix(1, 0)) })
	err := do()
	stopped := stop()
	var refused *ServerError
	if err == nil || errors.As(err, &refused) {
		return err
	}
	c.Close() // answers would no longer match what was asked
	if !stopped && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func (c *Conn) command(code byte, argument string) error {
	c.seq = 0
	return c.write(append([]byte{code}, argument...))
}

// answer reads one message, an error among them.
func (c *Conn) answer() ([]byte, error) {
	p, err := c.read()
	switch {
	case err != nil:
		return nil, err
	case len(p) == 0:
		return nil, errMalformed
	case p[0] == isError:
		return nil, serverError(p)
	}
	return p, nil
}

func serverError(p []byte) error {
	if len(p) < 3 {
		return errMalformed
	}
	e := &ServerError{Code: binary.LittleEndian.Uint16(p[1:])}
	rest := string(p[3:])
	if len(rest) >= 6 && rest[0] == '#' {
		e.State, rest = rest[1:6], rest[6:]
	}
	e.Message = rest
	return e
}

// results reads every result of one statement: a call may give several.
func (c *Conn) results(keep bool) (rows [][]string, err error) {
	for {
		p, err := c.answer()
		if err != nil {
			return nil, err
		}
		var status uint16
		switch p[0] {
		case isOK:
			status = statusOf(p)
		case isInfile: // the server asks for a file of ours: an empty one
			if err := c.write(nil); err != nil {
				return nil, err
			}
			if p, err = c.answer(); err != nil {
				return nil, err
			}
			status = statusOf(p)
		default:
			n, _, ok := number(p)
			if !ok || n > maxColumns {
				return nil, errMalformed
			}
			if err := c.skip(int(n)); err != nil {
				return nil, err
			}
			if rows, status, err = c.rows(int(n), keep); err != nil {
				return nil, err
			}
		}
		if status&moreResults == 0 {
			return rows, nil
		}
	}
}

// statusOf finds the status flags behind the two counts of an OK message.
func statusOf(p []byte) uint16 {
	p = p[1:]
	for range 2 {
		_, rest, ok := number(p)
		if !ok {
			return 0
		}
		p = rest
	}
	if len(p) < 2 {
		return 0
	}
	return binary.LittleEndian.Uint16(p)
}

func (c *Conn) rows(columns int, keep bool) (rows [][]string, status uint16, err error) {
	for {
		p, err := c.answer()
		if err != nil {
			return nil, 0, err
		}
		if p[0] == isEOF && len(p) < 9 {
			if len(p) >= 5 {
				status = binary.LittleEndian.Uint16(p[3:])
			}
			return rows, status, nil
		}
		if !keep {
			continue
		}
		row := make([]string, columns)
		for i := range row {
			value, rest, ok := text(p)
			if !ok {
				return nil, 0, errMalformed
			}
			row[i], p = value, rest
		}
		rows = append(rows, row)
	}
}

// number reads a length-encoded integer.
func number(p []byte) (n uint64, rest []byte, ok bool) {
	if len(p) == 0 {
		return 0, nil, false
	}
	size := map[byte]int{0xfc: 2, 0xfd: 3, 0xfe: 8}[p[0]]
	switch {
	case p[0] < isInfile:
		return uint64(p[0]), p[1:], true
	case size == 0 || len(p) <= size:
		return 0, nil, false
	}
	for i := size; i > 0; i-- {
		n = n<<8 | uint64(p[i])
	}
	return n, p[size+1:], true
}

// text reads a length-encoded text; NULL is empty.
func text(p []byte) (s string, rest []byte, ok bool) {
	if len(p) > 0 && p[0] == isInfile {
		return "", p[1:], true
	}
	n, rest, ok := number(p)
	if !ok || n > uint64(len(rest)) {
		return "", nil, false
	}
	return string(rest[:n]), rest[n:], true
}

// read gives one message, put together where it came in pieces.
func (c *Conn) read() ([]byte, error) {
	var message []byte
	for {
		var head [4]byte
		if _, err := io.ReadFull(c.in, head[:]); err != nil {
			return nil, err
		}
		size := int(head[0]) | int(head[1])<<8 | int(head[2])<<16
		c.seq = head[3] + 1
		if len(message)+size > maxMessage {
			return nil, fmt.Errorf("an answer of the server is larger than %d MiB", maxMessage>>20)
		}
		piece := make([]byte, size)
		if _, err := io.ReadFull(c.in, piece); err != nil {
			return nil, err
		}
		if message = append(message, piece...); size < maxPacket {
			return message, nil
		}
	}
}

// write sends one message, in pieces where it is long.
func (c *Conn) write(message []byte) error {
	for {
		size := min(len(message), maxPacket)
		piece := append([]byte{byte(size), byte(size >> 8), byte(size >> 16), c.seq}, message[:size]...)
		c.seq++
		if _, err := c.net.Write(piece); err != nil {
			return err
		}
		if message = message[size:]; size < maxPacket {
			return nil
		}
	}
}
