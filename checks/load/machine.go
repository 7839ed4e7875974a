package load

import "strings"

// OfMachine reports whether the problem speaks of this machine rather than of
// the source: a module that cannot be downloaded, an embedded file that a build
// step makes, a newer Go.
func (p Problem) OfMachine() bool { return OfMachine(p.Message) }

// OfMachine is the same question about a line that the go command printed.
func OfMachine(message string) bool {
	for _, sign := range machineSigns {
		if strings.Contains(message, sign) {
			return true
		}
	}
	return false
}

// machineSigns are fragments of the go command's messages (cmd/go/internal/load,
// modload, modfetch, toolchain; cmd/cgo) whose cause lies outside the source as
// committed, or that follow from such a cause.
var machineSigns = []string{
	"no required module provides package", "cannot find module providing package",
	"module lookup disabled", "is not in std", "cannot find main module providing package",
	"dial tcp", "no such host", "network is unreachable", "connection refused", "i/o timeout", "TLS handshake",
	"unrecognized import path", "invalid version: git", "could not read Username", "reading https://", "not in your go.mod file",
	"could not import", "no matching files found",
	"requires go >=", "toolchain not available", "GOTOOLCHAIN",
	"requires newer Go version", "package requires newer",
	`exec: "gcc"`, `exec: "cc"`, "C compiler", "pkg-config", "fatal error: ",
	"build constraints exclude all Go files", "inconsistent vendoring", "no space left on device",
	"no export data", "missing export data", "permission denied",
}
