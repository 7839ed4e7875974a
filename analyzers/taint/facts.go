package taint

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// export writes the facts about exported functions and methods.
func (t *tracker) export() {
	if t.pass.Pkg.Name() == "main" {
		return // nobody imports it
	}
	for _, fn := range t.funcs {
		obj, ok := fn.Object().(*types.Func)
		if !ok || !obj.Exported() {
			continue
		}
		f := &Flow{}
		for _, fl := range t.flows[fn] {
			where := fl.at.where
			f.Sinks = addSink(f.Sinks, Sink{fl.param, fl.path, fl.at.kind, where})
		}
		f.Results = t.resultsOf(fn)
		if len(f.Sinks)+len(f.Results) > 0 {
			t.pass.ExportObjectFact(obj, f)
		}
	}
}

func addSink(list []Sink, s Sink) []Sink {
	if slices.ContainsFunc(list, func(o Sink) bool { return o.Param == s.Param && o.Path == s.Path && o.Kind == s.Kind }) {
		return list
	}
	return append(list, s)
}

// kinds lists the kinds for which results are summarised, in a fixed order.
var kinds = []Kind{SQL, Command, Path, URL, Redirect, HTML, Log, Upload, Template}

// resultsOf summarises what a function's results, and what its parameters
// point to, are made of, field by field where they are structures.
func (t *tracker) resultsOf(fn *ssa.Function) []Result {
	var all []Result
	for _, index := range textResults(fn) {
		if !t.passesOn(fn, index, "") {
			continue
		}
		for _, field := range textFields(resultType(fn, index)) {
			if field != "" && !t.passesOn(fn, index, field) {
				continue
			}
			for _, kind := range kinds {
				all = t.resultOf(all, resultKey{fn, index, field, kind})
			}
		}
	}
	return all
}

// passesOn asks without sanitizers and checks, which tells for most functions
// that they pass nothing on for any kind.
func (t *tracker) passesOn(fn *ssa.Function, index int, field string) bool {
	out := t.made(resultKey{fn, index, field, anyKind})
	return out.trace != nil || len(out.params) > 0
}

func (t *tracker) resultOf(all []Result, key resultKey) []Result {
	out := t.made(key)
	if out.trace != nil {
		return append(all, Result{Index: key.index, Field: key.path, Kind: key.kind, Param: -1})
	}
	for _, p := range out.params {
		r := Result{key.index, key.path, key.kind, p.index, p.path}
		if !slices.Contains(all, r) && len(all) < resultLimit {
			all = append(all, r)
		}
	}
	return all
}

// resultLimit bounds the facts about the results of one function.
const resultLimit = 200

func resultType(fn *ssa.Function, index int) types.Type {
	if index < 0 {
		return fn.Params[-1-index].Type()
	}
	return fn.Signature.Results().At(index).Type()
}

// textFields are the fields of a structure that carry text; of anything else
// the whole, which has no name.
func textFields(t types.Type) []string {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	u, ok := t.Underlying().(*types.Struct)
	if !ok || web.TypeName(t) == "net/url.URL" {
		return []string{""}
	}
	var names []string
	for f := range u.Fields() {
		if carriesText(f.Type(), 0) {
			names = append(names, f.Name())
		}
	}
	return names
}

// textResults are the results of a function that may carry text, and the
// parameters through which it may hand text back, as Result.Index has them.
func textResults(fn *ssa.Function) []int {
	var indexes []int
	for i := range fn.Signature.Results().Len() {
		if carriesText(fn.Signature.Results().At(i).Type(), 0) {
			indexes = append(indexes, i)
		}
	}
	for i, p := range fn.Params {
		t := p.Type()
		_, pointer := t.Underlying().(*types.Pointer)
		receiver := i == 0 && fn.Signature.Recv() != nil
		if (pointer || types.IsInterface(t)) && !receiver && !web.IsAnswer(t) && !web.IsRequest(t) && carriesText(t, 0) {
			indexes = append(indexes, -1-i)
		}
	}
	return indexes
}
