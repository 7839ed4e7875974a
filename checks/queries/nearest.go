package queries

import (
	"slices"
	"strings"
)

// nearest is the candidate that takes the fewest edits, at most a third of the
// name; empty where none is near. Of several the first by name.
func nearest(name string, candidates []string) string {
	best, found := len(name)/3+1, ""
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		if d := edits(strings.ToLower(name), strings.ToLower(c)); d < best {
			best, found = d, c
		}
	}
	return found
}

// edits counts insertions, deletions, replacements and swaps of neighbours.
func edits(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
