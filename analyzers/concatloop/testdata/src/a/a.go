package a

import "strings"

func bad(list []string) string {
	s := ""
	for _, x := range list {
		s += x // want `s grows by a copy of itself`
		for range list {
			s = s + "," + x // want `s grows by a copy of itself`
		}
	}
	return s
}

func good(list []string) string {
	var b strings.Builder
	s := ""
	for _, x := range list {
		b.WriteString(x)
		line := x
		line += "\n"
		if x == "" {
			s += "empty"
			break
		}
	}
	for i := 0; i < 3; i++ {
		s += " "
	}
	for _, x := range [2]string{"a", "b"} {
		s += x
	}
	return s
}

func join(parts ...string) string {
	s := ""
	for _, p := range parts {
		s += p
	}
	for _, p := range []string{"a", "b"} {
		s += p
	}
	return s
}
