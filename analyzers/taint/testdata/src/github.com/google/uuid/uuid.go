// Package uuid is a stub: the names and signatures that fixtures use.
package uuid

type UUID [16]byte

func Parse(s string) (UUID, error) { return UUID{}, nil }
