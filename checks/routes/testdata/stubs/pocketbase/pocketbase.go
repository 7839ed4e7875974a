// Package pocketbase is a stand-in with the library's signatures only.
package pocketbase

import "github.com/pocketbase/pocketbase/core"

type PocketBase struct{}

func New() *PocketBase                    { return nil }
func (p *PocketBase) OnServe() *core.Hook { return nil }
func (p *PocketBase) Start() error        { return nil }
