package json

import (
	"io"

	"github.com/backend-conformance/conformance/report"
)

// MigrationDetail is one version in full: its fields are those of migrations[]
// in the report, and what a failed round trip left different.
type MigrationDetail struct {
	Migration
	Differences []SchemaDifference `json:"differences"`
}

// SchemaDifference is one object that a round trip did not restore. Change is
// "lost", "left_over" or "changed"; was and is are definitions.
type SchemaDifference struct {
	Object string  `json:"object"`
	Change string  `json:"change"`
	Was    *string `json:"was"`
	Is     *string `json:"is"`
}

// WriteMigrations writes the versions as an array.
func WriteMigrations(w io.Writer, r *report.Report) error {
	return encode(w, each(r.SortedMigrations(), func(m report.Migration) MigrationDetail {
		return MigrationDetail{Migration: migration(m), Differences: each(m.Differences, schemaDifference)}
	}))
}

func schemaDifference(d report.SchemaDifference) SchemaDifference {
	change := map[string]string{"-": "lost", "+": "left_over", "~": "changed"}[d.Symbol()]
	return SchemaDifference{Object: d.Object, Change: change, Was: optional(d.Was), Is: optional(d.Is)}
}
