//go:build !unix

package engine

import (
	"errors"
	"os/exec"
)

// account is who the server runs as.
type account struct{}

func unprivileged() (account, error) {
	return account{}, errors.New("scratch database servers are supported on Unix only")
}

func (account) own(string) error { return nil }

func (account) reaches(string) bool { return true }

func (account) apply(*exec.Cmd) {}

func stop(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
