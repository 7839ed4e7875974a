package hygiene

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"strings"
)

// trackedFiles reads git's index, so that a file that lies around untracked is
// not taken for a committed one. nil where there is no index that can be read:
// then nothing is known. Format: gitformat-index(5), versions 2 to 4.
func trackedFiles(files fs.FS) map[string]bool {
	data, err := fs.ReadFile(files, ".git/index")
	if err != nil || len(data) < 12 || string(data[:4]) != "DIRC" {
		return nil
	}
	version := binary.BigEndian.Uint32(data[4:])
	count := binary.BigEndian.Uint32(data[8:])
	if version < 2 || version > 4 {
		return nil
	}
	tracked := map[string]bool{}
	rest, previous := data[12:], ""
	for range count {
		name, size, ok := indexEntry(rest, version, previous)
		if !ok {
			return nil
		}
		if strings.HasSuffix(name, "/") { // a sparse folder stands for all below it
			return nil
		}
		tracked[name] = true
		rest, previous = rest[size:], name
	}
	return tracked
}

// indexEntry takes one entry off: 62 bytes of metadata, with an extended flag
// word in later versions, then the name.
func indexEntry(b []byte, version uint32, previous string) (name string, size int, ok bool) {
	const metadata = 62
	if len(b) < metadata+3 { // room for the extended flags and one byte of name
		return "", 0, false
	}
	at := metadata
	if flags := binary.BigEndian.Uint16(b[60:]); flags&0x4000 != 0 && version >= 3 {
		at += 2
	}
	if version == 4 { // the name is given as what differs from the one before
		drop, n := prefixLength(b[at:])
		if n == 0 || drop > len(previous) {
			return "", 0, false
		}
		at += n
		end := bytes.IndexByte(b[at:], 0)
		if end < 0 {
			return "", 0, false
		}
		return previous[:len(previous)-drop] + string(b[at:at+end]), at + end + 1, true
	}
	end := bytes.IndexByte(b[at:], 0)
	if end < 0 {
		return "", 0, false
	}
	size = (at + end + 8) &^ 7 // padded with one to eight zeros
	if size > len(b) {
		return "", 0, false
	}
	return string(b[at : at+end]), size, true
}

// prefixLength reads git's variable-width integer (as in pack offsets).
func prefixLength(b []byte) (value, n int) {
	for n < len(b) && n < 5 {
		c := b[n]
		if n > 0 {
			value++
		}
		value = value<<7 | int(c&0x7f)
		n++
		if c&0x80 == 0 {
			return value, n
		}
	}
	return 0, 0
}
