// Package migrations holds the schema as numbered pairs of scripts.
package migrations

import "embed"

// Files are the scripts, named NNNN_what.up.sql and NNNN_what.down.sql.
//
//go:embed *.sql
var Files embed.FS
