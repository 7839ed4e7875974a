//go:build !unix

package exec

import osexec "os/exec"

// group is the command alone: without process groups its children are not
// reached, only cut off from our pipes.
type group struct{ cmd *osexec.Cmd }

func newGroup(cmd *osexec.Cmd) group { return group{cmd} }

func (g group) terminate() { g.kill() }

func (g group) kill() {
	if p := g.cmd.Process; p != nil {
		_ = p.Kill()
	}
}
