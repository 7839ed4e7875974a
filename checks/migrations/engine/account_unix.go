//go:build unix

package engine

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// account is who the server runs as; the zero value is ourselves.
type account struct{ uid, gid uint32 }

// unprivileged finds somebody to run the server: PostgreSQL refuses root.
func unprivileged() (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		if uidErr == nil && gidErr == nil && uid != 0 {
			return account{uint32(uid), uint32(gid)}, nil
		}
	}
	return account{}, errors.New("PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody'; run as another user")
}

// own makes the folder the account's.
func (a account) own(dir string) error {
	if a.uid == 0 {
		return nil
	}
	return os.Chown(dir, int(a.uid), int(a.gid))
}

// apply makes the command run as the account, apart from our process group, so
// that an interrupt of ours does not reach it before it is stopped in order.
func (a account) apply(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if a.uid != 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
}

// stop asks the server to end at once, without a last checkpoint.
func stop(cmd *exec.Cmd) { _ = cmd.Process.Signal(syscall.SIGQUIT) }
