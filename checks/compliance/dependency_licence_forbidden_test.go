package compliance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	mit    = "Permission is hereby granted, free of charge, to any person\nobtaining a copy of this software and associated documentation files (the \"Software\")"
	gpl3   = "                    GNU GENERAL PUBLIC LICENSE\n                       Version 3, 29 June 2007\n"
	lgpl3  = "                   GNU LESSER GENERAL PUBLIC LICENSE\n                       Version 3, 29 June 2007\n"
	apache = "                                 Apache License\n                           Version 2.0, January 2004\n"
)

func TestRecognise(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"MIT":                        {mit, "MIT"},
		"MIT in a Go comment":        {"// Permission is hereby granted, free of charge, to any person obtaining\n// a copy of this software and associated documentation files", "MIT"},
		"BSD":                        {"Redistribution and use in source and binary forms, with or without\nmodification, are permitted provided that", "BSD"},
		"BSD with advertising":       {"Redistribution and use in source and binary forms, with or without modification, are permitted. All advertising materials mentioning features", ""},
		"Apache":                     {apache, "Apache-2.0"},
		"Apache notice":              {`Licensed under the Apache License, Version 2.0 (the "License")`, "Apache-2.0"},
		"ISC":                        {"Permission to use, copy, modify, and distribute this software for any\npurpose with or without fee is hereby granted, provided that the above", "ISC"},
		"ISC, and/or":                {"Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that", "ISC"},
		"0BSD":                       {"Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted.\n\nTHE SOFTWARE IS PROVIDED", "0BSD"},
		"MPL names the GNU licences": {"Mozilla Public License, version 2.0\n\"Secondary License\" means the GNU General Public License, Version 2.0, the GNU Affero General Public License, Version 3.0", "MPL-2.0"},
		"two in one file":            {mit + apache, "MIT Apache-2.0"},
		"GPL":                        {gpl3 + "13. Use with the GNU Affero General Public License.", "GPL"},
		"GPL 2":                      {"GNU GENERAL PUBLIC LICENSE\n Version 2, June 1991", "GPL"},
		"AGPL":                       {"GNU AFFERO GENERAL PUBLIC LICENSE\n Version 3, 19 November 2007\n under the terms of the GNU General Public License", "AGPL"},
		"LGPL with the GPL":          {lgpl3 + gpl3, "LGPL"},
		"GPL with an exception":      {gpl3 + "As a special exception, the copyright holders give permission to link", ""},
		"SSPL":                       {"Server Side Public License\nVERSION 1, OCTOBER 16, 2018", "SSPL"},
		"BUSL":                       {"Business Source License 1.1\n\nParameters", "BUSL"},
		"nothing known":              {"All rights reserved.", ""},
		"a word inside another":      {"xpermission is hereby granted free of charge", ""},
	} {
		if got := strings.Join(recognise(c.text), " "); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// linking is a program that imports a vendored module, which imports another one.
const linking = `
-- go.mod --
module example.com/shop

go 1.26

require (
	example.org/tax v1.2.0
	example.org/rates v0.1.0 // indirect
	example.org/unused v0.1.0
)
-- cmd/shop/main.go --
package main

import "example.org/tax"

func main() { tax.Load() }
-- tools/gen/main.go --
package main

import "example.org/unused"

func main() { unused.Gen() }
-- vendor/modules.txt --
# example.org/tax v1.2.0
## explicit; go 1.26
example.org/tax
# example.org/rates v0.1.0
## explicit; go 1.26
example.org/rates/table
# example.org/unused v0.1.0
## explicit; go 1.26
example.org/unused
-- vendor/example.org/tax/tax.go --
package tax

import "example.org/rates/table"

func Load() { table.Load() }
-- vendor/example.org/rates/table/table.go --
package table

func Load() {}
-- vendor/example.org/unused/gen.go --
package unused

func Gen() {}
-- vendor/example.org/unused/LICENSE --
` + gpl3

func TestDependencyLicenceForbidden(t *testing.T) {
	const passes = "pass"
	for name, c := range map[string]struct {
		files map[string]string // by name below vendor/example.org
		want  string
	}{
		"permitted": {map[string]string{"tax/LICENSE": mit, "rates/COPYING": apache}, passes},
		"indirect": {map[string]string{"tax/LICENSE": mit, "rates/LICENSE.md": gpl3},
			"fail: go.mod:7: example.org/rates v0.1.0 (through example.org/tax) is linked and under GPL (LICENSE.md), which is not a permitted licence; replace it, or get other terms from its owner"},
		"nearest file counts": {map[string]string{"tax/LICENSE": mit, "rates/LICENSE": gpl3, "rates/table/LICENSE": mit}, passes},
		"a choice":            {map[string]string{"tax/LICENSE-MIT": mit, "tax/LICENSE-APACHE": apache, "rates/LICENSE": mit}, passes},
		"lesser": {map[string]string{"tax/COPYING": gpl3, "tax/COPYING.LESSER": lgpl3, "rates/LICENSE": mit},
			"fail: go.mod:6: example.org/tax v1.2.0 is linked and under LGPL (COPYING, COPYING.LESSER), which is not a permitted licence; replace it, or get other terms from its owner"},
		"they disagree": {map[string]string{"tax/LICENSE": mit, "tax/COPYING": gpl3, "rates/LICENSE": mit},
			"inconclusive: example.org/tax v1.2.0: its licence files name GPL and MIT; see which of them applies"},
		"not recognised": {map[string]string{"tax/LICENSE": "Ask me.", "rates/LICENSE": mit},
			"inconclusive: example.org/tax v1.2.0: the text of its LICENSE is not recognised; see under which terms it may be used"},
		"none": {map[string]string{"tax/license.go": "package tax\n", "rates/LICENSE": mit},
			"inconclusive: example.org/tax v1.2.0: it has no licence file; see under which terms it may be used"},
	} {
		t.Run(name, func(t *testing.T) {
			archive := linking
			for file, text := range c.files {
				archive += "-- vendor/example.org/" + file + " --\n" + text + "\n"
			}
			got := verdict(t, repository(t, archive), "dependency-licence-forbidden")
			expect(t, got, c.want)
			if got.Examined != 2 {
				t.Errorf("examined %d modules", got.Examined)
			}
		})
	}
}

func TestDependencyLicenceForbidden_otherSet(t *testing.T) {
	r := repository(t, linking+"-- vendor/example.org/tax/LICENSE --\n"+mit+"\n-- vendor/example.org/rates/LICENSE --\n"+gpl3)
	for want, permitted := range map[string][]string{"pass": {"MIT", "GPL"}, "fail": {}} {
		r.Licences = permitted
		if got := verdict(t, r, "dependency-licence-forbidden"); got.Outcome.String() != want {
			t.Errorf("with %q permitted: %s, want %s", permitted, says(got), want)
		}
	}
}

func TestKnownLicences(t *testing.T) {
	if err := KnownLicences(permitted()); err != nil {
		t.Error(err)
	}
	err := KnownLicences([]string{"MIT", "BSD-3"})
	if err == nil || !strings.HasPrefix(err.Error(), `licences: "BSD-3" is no licence that is recognised; known are MIT, BSD,`) {
		t.Errorf("got %v", err)
	}
}

// TestDependencyLicenceForbidden_replaced: a module taken from the repository
// itself is the repository's own; one that is not there cannot be judged.
func TestDependencyLicenceForbidden_replaced(t *testing.T) {
	const archive = `
-- go.mod --
module example.com/shop

go 1.26

require example.org/tax v1.2.0

replace example.org/tax => ./tax
-- main.go --
package main

import "example.org/tax"

func main() { tax.Load() }
-- tax/go.mod --
module example.org/tax

go 1.26
-- tax/tax.go --
package tax

func Load() {}
`
	r := repository(t, archive)
	expect(t, verdict(t, r, "dependency-licence-forbidden"), "not_applicable: the module links nothing but the standard library")
	if err := os.RemoveAll(filepath.Join(r.Program.Dir, "tax")); err != nil {
		t.Fatal(err)
	}
	if got := says(verdict(t, r, "dependency-licence-forbidden")); !strings.HasPrefix(got, "inconclusive: ") {
		t.Errorf("without the module: %s", got)
	}
}
