package compliance

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// licence is one that can be recognised by its text.
type licence struct {
	// name is the SPDX identifier, or the family's where versions do not matter.
	name string
	// phrases are distinctive: any of them is enough, in lower case, without
	// punctuation and with single blanks.
	phrases []string
	// unless are phrases of a close relative.
	unless []string
}

// licences are those that Go modules carry, and those that forbid or oblige.
// Source: the texts of the SPDX licence list. Titles of the GNU licences are
// taken with their date, because other licences name them without.
func licences() []licence {
	return []licence{
		{"MIT", []string{"permission is hereby granted free of charge to any person obtaining a copy of this software and associated documentation files"}, nil},
		{"BSD", []string{"redistribution and use in source and binary forms with or without modification are permitted"}, []string{"all advertising materials mentioning features"}},
		{"Apache-2.0", []string{"apache license version 2 0 january 2004", "licensed under the apache license version 2 0"}, nil},
		{"ISC", []string{
			"permission to use copy modify and or distribute this software for any purpose with or without fee is hereby granted provided that",
			"permission to use copy modify and distribute this software for any purpose with or without fee is hereby granted provided that",
		}, nil},
		{"0BSD", []string{"permission to use copy modify and or distribute this software for any purpose with or without fee is hereby granted the software is provided"}, nil},
		{"MPL-2.0", []string{"mozilla public license version 2 0"}, nil},
		{"Unlicense", []string{"this is free and unencumbered software released into the public domain"}, nil},
		{"CC0-1.0", []string{"cc0 1 0 universal"}, nil},
		{"Zlib", []string{"altered source versions must be plainly marked as such"}, nil},

		{"AGPL", []string{"gnu affero general public license version 3 19 november 2007", "under the terms of the gnu affero general public license"}, exceptions},
		{"LGPL", []string{
			"gnu lesser general public license version 3 29 june 2007", "gnu lesser general public license version 2 1 february 1999",
			"gnu library general public license version 2 june 1991", "under the terms of the gnu lesser general public license",
		}, exceptions},
		{"GPL", []string{"gnu general public license version 3 29 june 2007", "gnu general public license version 2 june 1991", "under the terms of the gnu general public license"}, exceptions},
		{"SSPL", []string{"server side public license version 1"}, nil},
		{"BUSL", []string{"business source license 1 1", "mariadb business source license"}, nil},
		{"Elastic-2.0", []string{"elastic license 2 0"}, nil},
		{"Commons Clause", []string{"commons clause license condition"}, nil},
		{"PolyForm", []string{"polyform noncommercial license", "polyform small business license", "polyform shield license", "polyform strict license"}, nil},
		{"FSL", []string{"functional source license version"}, nil},
		{"CC-BY-NC", []string{"attribution noncommercial"}, nil},
	}
}

// exceptions take back, for linking, what the GNU licences oblige to: whether
// they reach far enough is for a lawyer.
var exceptions = []string{"linking exception", "as a special exception", "classpath exception"}

// permitted are the licences that are taken to be in order unless the repository
// says otherwise: permissive ones, and MPL-2.0, whose obligations end at the file.
func permitted() []string {
	return []string{"MIT", "BSD", "Apache-2.0", "ISC", "MPL-2.0", "0BSD", "Unlicense", "CC0-1.0", "Zlib"}
}

// KnownLicences refuses a name that no licence is recognised by: a misspelt one
// would permit nothing.
func KnownLicences(names []string) error {
	var known []string
	for _, l := range licences() {
		known = append(known, l.name)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return fmt.Errorf("licences: %q is no licence that is recognised; known are %s", name, strings.Join(known, ", "))
		}
	}
	return nil
}

var notWord = regexp.MustCompile(`[^a-z0-9]+`)

// recognise names the licences whose text stands in a file, in the order of the
// table; none where the text is not known.
func recognise(text string) []string {
	plain := " " + notWord.ReplaceAllString(strings.ToLower(text), " ") + " "
	has := func(phrase string) bool { return strings.Contains(plain, " "+phrase+" ") }
	var names []string
	for _, l := range licences() {
		if slices.ContainsFunc(l.phrases, has) && !slices.ContainsFunc(l.unless, has) {
			names = append(names, l.name)
		}
	}
	return withoutImplied(names)
}

// withoutImplied drops the GPL beside the LGPL and the AGPL, which come with its
// text, or name it.
func withoutImplied(names []string) []string {
	if slices.Contains(names, "LGPL") || slices.Contains(names, "AGPL") {
		return slices.DeleteFunc(names, func(n string) bool { return n == "GPL" })
	}
	return names
}
