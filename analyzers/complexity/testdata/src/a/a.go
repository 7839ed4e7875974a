package a

func tangle(n int) int { // want `tangle has a cognitive complexity of 36, above 30`
	if n > 0 {
		for i := range n {
			if i == 0 {
				n++
			}
		}
	}
	if n > 1 {
		for i := range n {
			if i == 1 {
				n++
			}
		}
	}
	if n > 2 {
		for i := range n {
			if i == 2 {
				n++
			}
		}
	}
	if n > 3 {
		for i := range n {
			if i == 3 {
				n++
			}
		}
	}
	if n > 4 {
		for i := range n {
			if i == 4 {
				n++
			}
		}
	}
	if n > 5 {
		for i := range n {
			if i == 5 {
				n++
			}
		}
	}
	return n
}

func flat(n int) string {
	switch n {
	case 1:
		return "one"
	case 2:
		return "two"
	}
	return "many"
}
