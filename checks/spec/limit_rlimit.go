//go:build linux || darwin

package spec

import "syscall"

// limitMemory bounds the address space. The Go runtime reserves some hundred
// megabytes that it never touches, hence the allowance. A system that refuses
// still has GOMEMLIMIT and the deadline.
func limitMemory(bytes uint64) {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_AS, &limit) != nil {
		return
	}
	limit.Cur = min(limit.Max, bytes+1<<30)
	_ = syscall.Setrlimit(syscall.RLIMIT_AS, &limit) // best effort, see above
}
