//go:build unix

package engine

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is who the server runs as; the zero value is ourselves.
type account struct{ uid, gid uint32 }

// unprivileged finds somebody to run the server: no database runs as root.
func unprivileged() (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	for _, name := range []string{"nobody", "postgres", "mysql"} {
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
	return account{}, errors.New("a database server does not run as root, and there is no user nobody, postgres or mysql; run as another user")
}

// own makes the folder the account's.
func (a account) own(dir string) error {
	if a.uid == 0 {
		return nil
	}
	return os.Chown(dir, int(a.uid), int(a.gid))
}

// reaches reports whether the account can get to what lies in the folder.
func (a account) reaches(dir string) bool {
	for a.uid != 0 {
		st, err := os.Stat(dir)
		if err != nil || st.Mode()&0o001 == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	return true
}

// apply makes the command run as the account, apart from our process group, so
// that an interrupt of ours does not reach it before it is stopped in order.
func (a account) apply(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if a.uid != 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
}

// stop asks the server to end at once: PostgreSQL without a last checkpoint.
func stop(cmd *exec.Cmd) { _ = cmd.Process.Signal(syscall.SIGQUIT) }
