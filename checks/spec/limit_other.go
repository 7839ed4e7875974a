//go:build !linux && !darwin

package spec

// limitMemory relies on GOMEMLIMIT and the deadline where there is no rlimit.
func limitMemory(uint64) {}
