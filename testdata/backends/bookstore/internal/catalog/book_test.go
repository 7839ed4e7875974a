package catalog_test

import (
	"errors"
	"strings"
	"testing"

	"example.com/bookstore/internal/catalog"
	"example.com/bookstore/internal/problem"
)

func valid() catalog.Input {
	return catalog.Input{
		ISBN: "9780141439587", Title: "Emma", Author: "Jane Austen", Genre: "fiction", PriceCents: 999, Stock: 3,
	}
}

func TestInputValidate(t *testing.T) {
	early, late := int64(1449), int64(2101)
	for field, spoil := range map[string][]func(*catalog.Input){
		"": {
			func(*catalog.Input) {},
			func(in *catalog.Input) { in.Title = strings.Repeat("é", 200) },
			func(in *catalog.Input) { in.PriceCents, in.Stock = 1, 0 },
		},
		"isbn": {
			func(in *catalog.Input) { in.ISBN = "978014143958" },
			func(in *catalog.Input) { in.ISBN = "978-014143958" },
		},
		"title": {
			func(in *catalog.Input) { in.Title = "" },
			func(in *catalog.Input) { in.Title = strings.Repeat("é", 201) },
		},
		"author":         {func(in *catalog.Input) { in.Author = "" }},
		"genre":          {func(in *catalog.Input) { in.Genre = "Fiction" }},
		"price_cents":    {func(in *catalog.Input) { in.PriceCents = 0 }, func(in *catalog.Input) { in.PriceCents = 1_000_001 }},
		"stock":          {func(in *catalog.Input) { in.Stock = -1 }, func(in *catalog.Input) { in.Stock = 100_001 }},
		"published_year": {func(in *catalog.Input) { in.PublishedYear = &early }, func(in *catalog.Input) { in.PublishedYear = &late }},
	} {
		for _, change := range spoil {
			in := valid()
			change(&in)
			if got := refused(in.Validate()); got != field {
				t.Errorf("Validate(%+v) refuses %q, want %q", in, got, field)
			}
		}
	}
}

func TestFilterValidate(t *testing.T) {
	for field, filter := range map[string]catalog.Filter{
		"":       {Genre: "poetry"},
		"genre":  {Genre: "gossip"},
		"author": {Author: strings.Repeat("a", 101)},
	} {
		if got := refused(filter.Validate()); got != field {
			t.Errorf("Validate(%+v) refuses %q, want %q", filter, got, field)
		}
	}
}

// refused is the only field that err names, empty for none.
func refused(err error) string {
	invalid, ok := errors.AsType[*problem.Invalid](err)
	if !ok || len(invalid.Fields) != 1 {
		return ""
	}
	return invalid.Fields[0].Name
}
