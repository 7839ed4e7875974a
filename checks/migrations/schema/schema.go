// Package schema holds a database schema as comparable facts, so that two
// states can be told apart and the difference put into words.
package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Object names one fact of a schema.
type Object struct {
	// Kind is "table", "column", "index", "constraint", ... as a message says it.
	Kind string
	// Name is what people call it: title, books_title_idx.
	Name string
	// Owner is the table (or other object) that it falls with; empty for one that
	// stands alone.
	Owner string
}

// String is the object as a message names it: "column title of books".
func (o Object) String() string {
	if o.Owner == "" {
		return o.Kind + " " + o.Name
	}
	if o.Name == "" {
		return o.Kind + " of " + o.Owner
	}
	return o.Kind + " " + o.Name + " of " + o.Owner
}

// Schema maps objects to their definitions, normalised so that equal
// definitions are equal text. The order of columns is kept apart: it is the
// value of an Object of kind Order.
type Schema map[Object]string

// Order is the kind of the facts about the order of columns.
const Order = "column order"

// Set adds a fact. One with the same name and owner gets a number: constraints
// without a name are told apart by nothing else.
func (s Schema) Set(o Object, definition string) {
	base := o.Name
	for n := 2; ; n++ {
		if _, taken := s[o]; !taken {
			s[o] = definition
			return
		}
		o.Name = fmt.Sprintf("%s#%d", base, n)
	}
}

// Clone copies the schema.
func (s Schema) Clone() Schema { return maps.Clone(s) }

// Difference is one thing that is not as it was.
type Difference struct {
	Object
	// Was and Is are the definitions before and after; Present says which exist.
	Was, Is       string
	Before, After bool
}

// String puts the difference into words.
func (d Difference) String() string {
	switch {
	case !d.Before:
		return d.Object.String() + " is left over"
	case !d.After:
		return d.Object.String() + " is lost"
	case d.Was == "" || d.Is == "" || len(d.Was)+len(d.Is) > 160:
		return d.Object.String() + " is changed"
	}
	return fmt.Sprintf("%s is %s, was %s", d.Object, d.Is, d.Was)
}

// Diff lists what differs, sorted. What falls with a table that is itself lost
// or left over is not listed again. Differences of column order alone are
// returned apart: they change nothing for queries that name their columns.
func Diff(before, after Schema) (differences, order []Difference) {
	for o, was := range before {
		is, there := after[o]
		if there && is == was {
			continue
		}
		add(&differences, &order, Difference{Object: o, Was: was, Is: is, Before: true, After: there})
	}
	for o, is := range after {
		if _, there := before[o]; !there {
			add(&differences, &order, Difference{Object: o, Is: is, After: true})
		}
	}
	differences = slices.DeleteFunc(differences, func(d Difference) bool {
		return d.Owner != "" && fallsWithOwner(d, before, after)
	})
	order = slices.DeleteFunc(order, func(d Difference) bool { return !d.Before || !d.After || !sameColumns(d.Was, d.Is) })
	slices.SortFunc(differences, compare)
	slices.SortFunc(order, compare)
	return differences, order
}

func add(differences, order *[]Difference, d Difference) {
	if d.Kind == Order {
		*order = append(*order, d)
		return
	}
	*differences = append(*differences, d)
}

// sameColumns reports whether two orders are about the same columns: otherwise
// the columns themselves differ, and that is reported.
func sameColumns(a, b string) bool {
	x, y := strings.Split(a, ", "), strings.Split(b, ", ")
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// fallsWithOwner reports whether the owner is lost or left over as a whole.
func fallsWithOwner(d Difference, before, after Schema) bool {
	for _, kind := range []string{"table", "view", "materialized view", "type"} {
		owner := Object{Kind: kind, Name: d.Owner}
		_, was := before[owner]
		_, is := after[owner]
		if was != is {
			return true
		}
	}
	return false
}

func compare(a, b Difference) int { return strings.Compare(a.String(), b.String()) }
