//go:build unix

package exec

import (
	osexec "os/exec"
	"syscall"
)

// group is the command and everything that it starts.
type group struct{ cmd *osexec.Cmd }

// newGroup makes the command the leader of a process group of its own.
func newGroup(cmd *osexec.Cmd) group {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return group{cmd}
}

func (g group) terminate() { g.signal(syscall.SIGTERM) }
func (g group) kill()      { g.signal(syscall.SIGKILL) }

// signal reaches what is left of the group; there may be nothing, which is fine.
func (g group) signal(s syscall.Signal) {
	if p := g.cmd.Process; p != nil {
		_ = syscall.Kill(-p.Pid, s)
	}
}
