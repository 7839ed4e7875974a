package wire

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
)

// What this client can do, as the protocol numbers it.
const (
	longPassword     = 1 << 0
	longFlag         = 1 << 2
	withDatabase     = 1 << 3
	protocol41       = 1 << 9
	encrypted        = 1 << 11
	transactions     = 1 << 13
	secureConnection = 1 << 15
	multiResults     = 1 << 17
	preparedResults  = 1 << 18
	pluginAuth       = 1 << 19

	// utf8mb4 is the number of the collation utf8mb4_general_ci.
	utf8mb4 = 45
)

// The ways to prove a password that are known here.
const (
	nativePassword = "mysql_native_password"
	cachingSHA2    = "caching_sha2_password"
)

// greeting is what the server says first.
type greeting struct {
	version, plugin string
	id              uint32
	nonce           []byte
	can             uint32
}

func (c *Conn) login(config Config) error {
	p, err := c.answer()
	if err != nil {
		return err
	}
	g, err := readGreeting(p)
	if err != nil {
		return err
	}
	c.Version, c.ID = g.version, g.id
	can := uint32(longPassword | longFlag | protocol41 | transactions | secureConnection | multiResults | preparedResults | pluginAuth)
	if config.Database != "" {
		can |= withDatabase
	}
	if config.TLS != nil {
		if can |= encrypted; g.can&encrypted == 0 {
			return errors.New("the server does not offer TLS")
		}
		if err := c.encrypt(can, config.TLS); err != nil {
			return err
		}
	}
	proof, err := prove(g.plugin, config.Password, g.nonce)
	if err != nil {
		g.plugin, proof = nativePassword, nil // the server will name another
	}
	if err := c.write(introduction(can, config, g.plugin, proof)); err != nil {
		return err
	}
	return c.finish(config.Password, g.plugin, g.nonce)
}

// readGreeting reads the handshake, version 10.
func readGreeting(p []byte) (greeting, error) {
	if p[0] != 10 {
		return greeting{}, fmt.Errorf("the server speaks version %d of the protocol, not 10", p[0])
	}
	end := bytes.IndexByte(p, 0)
	if end < 0 || len(p) < end+32 {
		return greeting{}, errMalformed
	}
	g := greeting{version: string(p[1:end])}
	p = p[end+1:]
	g.id, g.nonce = binary.LittleEndian.Uint32(p), append(g.nonce, p[4:12]...)
	g.can = uint32(binary.LittleEndian.Uint16(p[13:])) | uint32(binary.LittleEndian.Uint16(p[18:]))<<16
	size := max(13, int(p[20])-8)
	p = p[31:]
	if len(p) < size {
		return greeting{}, errMalformed
	}
	g.nonce = append(g.nonce, p[:min(12, size)]...)
	g.plugin, _, _ = cut(p[size:])
	return g, nil
}

// cut takes a text that a zero byte ends.
func cut(p []byte) (s string, rest []byte, found bool) {
	before, after, found := bytes.Cut(p, []byte{0})
	return string(before), after, found
}

// head opens the introduction, and alone asks for encryption.
func head(can uint32) []byte {
	p := binary.LittleEndian.AppendUint32(nil, can)
	p = binary.LittleEndian.AppendUint32(p, maxPacket)
	p = append(p, utf8mb4)
	return append(p, make([]byte, 23)...)
}

func introduction(can uint32, config Config, plugin string, proof []byte) []byte {
	p := append(head(can), config.User...)
	p = append(p, 0, byte(len(proof)))
	p = append(p, proof...)
	if config.Database != "" {
		p = append(append(p, config.Database...), 0)
	}
	return append(append(p, plugin...), 0)
}

func (c *Conn) encrypt(can uint32, config *tls.Config) error {
	if err := c.write(head(can)); err != nil {
		return err
	}
	secure := tls.Client(c.net, config)
	if err := secure.Handshake(); err != nil {
		return err
	}
	c.net, c.safe = secure, true
	c.in.Reset(secure)
	return nil
}

// finish answers until the server lets us in.
func (c *Conn) finish(password, plugin string, nonce []byte) error {
	for {
		p, err := c.answer()
		if err != nil {
			return err
		}
		switch {
		case p[0] == isOK:
			return nil
		case p[0] == isEOF: // another way is asked for
			var rest []byte
			plugin, rest, _ = cut(p[1:])
			nonce = bytes.TrimRight(rest, "\x00")
			proof, err := prove(plugin, password, nonce)
			if err != nil {
				return err
			}
			if err := c.write(proof); err != nil {
				return err
			}
		case p[0] == isMore && plugin == cachingSHA2 && len(p) == 2:
			if p[1] == 4 { // the server has to see the password itself
				if err := c.show(password, nonce); err != nil {
					return err
				}
			}
		default:
			return errMalformed
		}
	}
}

// prove shows that the password is known, without sending it.
func prove(plugin, password string, nonce []byte) ([]byte, error) {
	switch {
	case plugin != nativePassword && plugin != cachingSHA2:
		return nil, fmt.Errorf("the server asks for %q, which is not supported; name a user with %s or %s", plugin, nativePassword, cachingSHA2)
	case password == "":
		return nil, nil
	case plugin == nativePassword:
		once := sha1.Sum([]byte(password))
		twice := sha1.Sum(once[:])
		salted := sha1.Sum(append(bytes.Clone(nonce), twice[:]...))
		return xor(once[:], salted[:]), nil
	}
	once := sha256.Sum256([]byte(password))
	twice := sha256.Sum256(once[:])
	salted := sha256.Sum256(append(twice[:], nonce...))
	return xor(once[:], salted[:]), nil
}

// xor changes a by b, again and again where b is shorter.
func xor(a, b []byte) []byte {
	for i := range a {
		a[i] ^= b[i%len(b)]
	}
	return a
}

// show sends the password, encrypted with the server's key where others read.
func (c *Conn) show(password string, nonce []byte) error {
	plain := append([]byte(password), 0)
	if c.safe {
		return c.write(plain)
	}
	if err := c.write([]byte{2}); err != nil {
		return err
	}
	p, err := c.answer()
	if err != nil {
		return err
	}
	block, _ := pem.Decode(p[1:])
	if block == nil || len(nonce) == 0 {
		return errMalformed
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return fmt.Errorf("read the server's key: %w", err)
	}
	public, ok := key.(*rsa.PublicKey)
	if !ok {
		return errMalformed
	}
	sealed, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, public, xor(plain, nonce), nil)
	if err != nil {
		return fmt.Errorf("encrypt the password: %w", err)
	}
	return c.write(sealed)
}
