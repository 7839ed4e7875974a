package mutation

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

// documentOperators plant defects in the document: the code stays as it is, so
// that the operation no longer does what is promised.
func documentOperators() []operator {
	parameters := notice{facets: []string{"parameters"}, rules: []string{"parameter-mismatch"}}
	missing := notice{statuses: []report.EndpointStatus{report.Missing}, rules: []string{"endpoint-missing"}}
	body := notice{facets: []string{"body"}, rules: []string{"request-body-mismatch"}}
	responses := notice{facets: []string{"responses"}, rules: []string{"response-mismatch"}}
	protection := notice{facets: []string{"auth"}, rules: []string{"endpoint-unprotected"}}
	return []operator{
		{name: "doc-rename-parameter", guard: "query and header parameters only, since the router names those of the path", notice: parameters, document: renameParameter},
		{name: "doc-move-parameter", guard: "from the query to a header of its own", notice: parameters, document: moveParameter},
		{name: "doc-add-parameter", guard: "a name that the code does not contain", notice: parameters, document: addParameter},
		{name: "doc-drop-parameter", guard: "query parameters, which the code still reads", notice: parameters, document: dropParameter},
		{name: "doc-change-parameter-type", guard: "an integer becomes a boolean: 7 is refused on one side, true on the other", notice: parameters, document: changeParameterType},
		{name: "doc-require-request-field", guard: "a required property that the code does not contain", notice: body, document: requireField("")},
		{name: "doc-require-response-field", guard: "a required property that the code does not contain", notice: responses, document: requireField("2")},
		{name: "doc-change-request-type", guard: "string becomes boolean, number and boolean become string, of a required property", notice: body, document: changeType("")},
		{name: "doc-change-response-type", guard: "string becomes boolean, number and boolean become string, of a required property", notice: responses, document: changeType("2")},
		{name: "doc-swap-array-object", guard: "an array answer becomes an object and the reverse", notice: responses, document: swapArray},
		{name: "doc-change-success-status", guard: "the only documented success becomes another one with the same body", notice: responses, document: changeSuccess},
		{name: "doc-secure-public", guard: "a scheme of the document, on an operation whose security is empty", notice: protection, document: securePublic},
		{name: "doc-open-guarded", guard: "security: [] on an operation that documents 401 or 403", notice: protection, document: openGuarded},
		{name: "doc-add-scope", guard: "a scope that no code contains, on an operation that documents no 403",
			notice: notice{rules: []string{"authorization-missing"}}, document: addScope},
		{name: "doc-add-operation", guard: "a path that no route resembles", notice: missing, document: addOperation},
		{name: "doc-rename-path", guard: "the last fixed segment gets another name", notice: missing, document: renamePath},
		{name: "doc-change-method", guard: "a method that the path has not", notice: missing, document: changeMethod},
		{name: "doc-drop-operation", guard: "the route stays", notice: notice{statuses: []report.EndpointStatus{report.Undocumented}, rules: []string{"endpoint-undocumented"}}, document: dropOperation},
		{name: "doc-tighten-constraint", guard: "a bound that the code enforces with another number",
			notice: notice{facets: []string{"validation"}, rules: []string{"constraint-unenforced"}}, document: tighten},
		{name: "doc-drop-error-schemas", guard: "all 4xx answers and default lose their schema",
			notice: notice{rules: []string{"error-response-undocumented"}}, document: dropErrorSchemas},
	}
}

// strange is a name that no repository contains.
const strange = "zorkmid"

func declared(op *spec.Operation, in ...string) []spec.Parameter {
	return slices.DeleteFunc(slices.Clone(op.Parameters), func(p spec.Parameter) bool { return !slices.Contains(in, p.In) })
}

// standard headers are read by middleware and servers, and not expected of handlers.
func standard(p spec.Parameter) bool {
	return p.In == "header" && (strings.EqualFold(p.Name, "Authorization") || strings.HasPrefix(strings.ToLower(p.Name), "x-request"))
}

func parameterSites(op *spec.Operation, what string, change func(p *yaml.Node), in ...string) []site {
	var sites []site
	for _, p := range declared(op, in...) {
		if standard(p) {
			continue
		}
		sites = append(sites, site{what: fmt.Sprintf("%s %s parameter %s", what, p.In, p.Name), change: func(root *yaml.Node) {
			change(parameterNode(ownParameters(root, op), p.In, p.Name))
		}})
	}
	return sites
}

func renameParameter(_ *tree, op *spec.Operation) []site {
	return parameterSites(op, "rename", func(p *yaml.Node) {
		set(p, "name", text(member(p, "name").Value+"-"+strange))
	}, "query", "header")
}

func moveParameter(_ *tree, op *spec.Operation) []site {
	return parameterSites(op, "move to a header", func(p *yaml.Node) {
		set(p, "in", text("header"))
		set(p, "name", text("X-"+member(p, "name").Value))
	}, "query")
}

func addParameter(_ *tree, op *spec.Operation) []site {
	return []site{{what: "declare query parameter " + strange, change: func(root *yaml.Node) {
		list := ownParameters(root, op)
		source := "{name: " + strange + ", in: query, required: true, schema: {type: string}}"
		if isSwagger(root) {
			source = "{name: " + strange + ", in: query, required: true, type: string}"
		}
		list.Content = append(list.Content, parsed(source))
	}}}
}

func dropParameter(_ *tree, op *spec.Operation) []site {
	var sites []site
	for _, p := range declared(op, "query") {
		sites = append(sites, site{what: "no longer declare query parameter " + p.Name, change: func(root *yaml.Node) {
			list := ownParameters(root, op)
			list.Content = slices.DeleteFunc(list.Content, func(n *yaml.Node) bool { return n == parameterNode(list, p.In, p.Name) })
		}})
	}
	return sites
}

func changeParameterType(d *tree, op *spec.Operation) []site {
	var sites []site
	for _, p := range declared(op, "query", "path") {
		if s := d.doc.Resolve(p.Schema); s == nil || !slices.Equal(s.Types, []string{"integer"}) {
			continue
		}
		sites = append(sites, site{what: fmt.Sprintf("declare %s parameter %s a boolean", p.In, p.Name), change: func(root *yaml.Node) {
			n := parameterNode(ownParameters(root, op), p.In, p.Name)
			if isSwagger(root) {
				set(n, "type", text("boolean"))
				return
			}
			set(n, "schema", parsed("{type: boolean}"))
		}})
	}
	return sites
}

// describedObjects are statuses with a JSON object or a list of them; "" is the
// request, "2" stands for the documented successes.
func describedObjects(d *tree, op *spec.Operation, status string) []string {
	var out []string
	if status == "" {
		if op.Body != nil && objectOf(d.doc, op.Body.Content) != nil {
			out = append(out, "")
		}
		return out
	}
	for _, r := range op.Responses {
		if strings.HasPrefix(r.Status, status) && objectOf(d.doc, r.Content) != nil {
			out = append(out, r.Status)
		}
	}
	return out
}

func objectOf(doc *spec.Document, content []spec.Media) *spec.Schema {
	for _, m := range content {
		if !m.IsJSON() {
			continue
		}
		s := doc.Resolve(m.Schema)
		for range 3 {
			if s != nil && s.Items != nil {
				s = doc.Resolve(s.Items)
			}
		}
		if s != nil && len(s.Properties) > 0 && len(s.AllOf)+len(s.OneOf)+len(s.AnyOf) == 0 {
			return s
		}
	}
	return nil
}

func requireField(status string) func(*tree, *spec.Operation) []site {
	return func(d *tree, op *spec.Operation) []site {
		var sites []site
		for _, st := range describedObjects(d, op, status) {
			sites = append(sites, site{what: "require property " + strange + " " + st, change: func(root *yaml.Node) {
				o := objectSchema(root, schemaHolder(root, op, st))
				set(member(o, "properties"), strange, parsed("{type: string}"))
				required := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
				if old := member(o, "required"); old != nil {
					required = copied(old)
				}
				required.Content = append(required.Content, text(strange))
				set(o, "required", required)
			}})
		}
		return sites
	}
}

func changeType(status string) func(*tree, *spec.Operation) []site {
	return func(d *tree, op *spec.Operation) []site {
		var sites []site
		for _, st := range describedObjects(d, op, status) {
			for _, p := range objectProperties(d, op, st) {
				s := d.doc.Resolve(p.Schema)
				if s == nil || len(s.Types) != 1 || !slices.Contains([]string{"string", "integer", "number", "boolean"}, s.Types[0]) {
					continue
				}
				to := "string"
				if s.Types[0] == "string" {
					to = "boolean"
				}
				sites = append(sites, site{what: fmt.Sprintf("declare %s %s a %s", st, p.Name, to), change: func(root *yaml.Node) {
					o := objectSchema(root, schemaHolder(root, op, st))
					set(member(o, "properties"), p.Name, parsed("{type: "+to+"}"))
				}})
			}
		}
		return sites
	}
}

// objectProperties are the required properties of a described object; all of
// them where none is required.
func objectProperties(d *tree, op *spec.Operation, status string) []spec.Property {
	var content []spec.Media
	if status == "" {
		content = op.Body.Content
	}
	for _, r := range op.Responses {
		if r.Status == status {
			content = r.Content
		}
	}
	o := objectOf(d.doc, content)
	if len(o.Required) == 0 {
		return o.Properties
	}
	return slices.DeleteFunc(slices.Clone(o.Properties), func(p spec.Property) bool { return !slices.Contains(o.Required, p.Name) })
}

func swapArray(d *tree, op *spec.Operation) []site {
	var sites []site
	for _, st := range describedObjects(d, op, "2") {
		sites = append(sites, site{what: "swap array and object " + st, change: func(root *yaml.Node) {
			holder := schemaHolder(root, op, st)
			schema := own(root, holder, "schema")
			if items := member(schema, "items"); items != nil {
				set(holder, "schema", copied(items))
				return
			}
			list := parsed("{type: array}")
			set(list, "items", schema)
			set(holder, "schema", list)
		}})
	}
	return sites
}

func successStatuses(op *spec.Operation) []string {
	var all []string
	for _, r := range op.Responses {
		if r.Status[0] == '2' || r.Status[0] == '3' || r.Status == "default" {
			all = append(all, r.Status)
		}
	}
	return all
}

func changeSuccess(_ *tree, op *spec.Operation) []site {
	all := successStatuses(op)
	if len(all) != 1 || len(all[0]) != 3 || all[0][0] != '2' || strings.HasSuffix(strings.ToUpper(all[0]), "XX") {
		return nil
	}
	to := "202"
	if all[0] == to {
		to = "200"
	}
	return []site{{what: "document " + to + " instead of " + all[0], change: func(root *yaml.Node) {
		rename(member(operationNode(root, op), "responses"), all[0], to)
	}}}
}

// anyScheme is the first scheme of the document by name; empty where there is none.
func anyScheme(d *tree) string {
	first := ""
	for name := range d.doc.SecuritySchemes {
		if first == "" || name < first {
			first = name
		}
	}
	return first
}

func securePublic(d *tree, op *spec.Operation) []site {
	scheme := anyScheme(d)
	if scheme == "" || len(op.Security) > 0 {
		return nil
	}
	return []site{{what: "require " + scheme, change: func(root *yaml.Node) {
		set(operationNode(root, op), "security", parsed("["+`{"`+scheme+`": []}`+"]"))
	}}}
}

func openGuarded(_ *tree, op *spec.Operation) []site {
	guarded := slices.ContainsFunc(op.Responses, func(r spec.Response) bool { return r.Status == "401" || r.Status == "403" })
	if len(op.Security) == 0 || !guarded {
		return nil
	}
	return []site{{what: "declare security: []", change: func(root *yaml.Node) {
		set(operationNode(root, op), "security", parsed("[]"))
	}}}
}

func addScope(_ *tree, op *spec.Operation) []site {
	if len(op.Security) == 0 || slices.ContainsFunc(op.Responses, func(r spec.Response) bool { return r.Status == "403" }) {
		return nil
	}
	for scheme := range op.Security[0] {
		return []site{{what: "require scope " + strange + ":write", change: func(root *yaml.Node) {
			set(operationNode(root, op), "security", parsed(fmt.Sprintf("[{%q: [%q]}]", scheme, strange+":write")))
		}}}
	}
	return nil
}

func addOperation(_ *tree, op *spec.Operation) []site {
	name := "/" + strange + "/" + strings.ToLower(op.Method)
	return []site{{what: "describe " + op.Method + " " + name, operation: op.Method + " " + name, change: func(root *yaml.Node) {
		paths := member(root, "paths")
		item := parsed("{}")
		set(item, strings.ToLower(op.Method), copied(operationNode(root, op)))
		drop(member(item, strings.ToLower(op.Method)), "parameters")
		drop(member(item, strings.ToLower(op.Method)), "operationId")
		set(paths, name, item)
	}}}
}

func renamePath(_ *tree, op *spec.Operation) []site {
	segments := strings.Split(op.Path, "/")
	for i := len(segments) - 1; i > 0; i-- {
		if segments[i] == "" || strings.Contains(segments[i], "{") {
			continue
		}
		segments[i] = strange
		to := strings.Join(segments, "/")
		return []site{{what: "call the path " + to, operation: op.Method + " " + to, change: func(root *yaml.Node) {
			rename(member(root, "paths"), op.Path, to)
		}}}
	}
	return nil
}

func changeMethod(d *tree, op *spec.Operation) []site {
	taken := map[string]bool{}
	for _, o := range d.doc.Operations {
		taken[o.Name()] = true
	}
	for _, to := range []string{"PATCH", "PUT", "DELETE"} {
		if !taken[to+" "+op.Path] {
			return []site{{what: "call the method " + to, operation: to + " " + op.Path, change: func(root *yaml.Node) {
				rename(member(root, "paths", op.Path), strings.ToLower(op.Method), strings.ToLower(to))
			}}}
		}
	}
	return nil
}

// operatorsOwn are routes that no document is expected to describe.
var operatorsOwn = regexp.MustCompile(`(?i)health|ready|live|ping|metrics|version|status|docs|swagger`)

func dropOperation(_ *tree, op *spec.Operation) []site {
	if operatorsOwn.MatchString(op.Path) {
		return nil
	}
	return []site{{what: "no longer describe it", asRoute: true, change: func(root *yaml.Node) {
		drop(member(root, "paths", op.Path), strings.ToLower(op.Method))
	}}}
}

// tighten halves an upper bound, or doubles a lower one, in a copy of the schema
// that only this operation has.
func tighten(d *tree, op *spec.Operation) []site {
	var sites []site
	for _, p := range declared(op, "query", "path") {
		s := d.doc.Resolve(p.Schema)
		if s == nil || !bounded(s) {
			continue
		}
		sites = append(sites, site{what: "tighten parameter " + p.Name, change: func(root *yaml.Node) {
			n := parameterNode(ownParameters(root, op), p.In, p.Name)
			if !isSwagger(root) {
				n = own(root, n, "schema")
			}
			tightenNode(n)
		}})
	}
	if op.Body == nil {
		return sites
	}
	o := objectOf(d.doc, op.Body.Content)
	if o == nil {
		return sites
	}
	for _, p := range o.Properties {
		if s := d.doc.Resolve(p.Schema); s == nil || !bounded(s) {
			continue
		}
		sites = append(sites, site{what: "tighten property " + p.Name, change: func(root *yaml.Node) {
			o := objectSchema(root, schemaHolder(root, op, ""))
			tightenNode(own(root, member(o, "properties"), p.Name))
		}})
	}
	return sites
}

func bounded(s *spec.Schema) bool {
	return s.MaxLength != nil && *s.MaxLength > 1 || s.Maximum != nil && *s.Maximum > 1
}

func tightenNode(n *yaml.Node) {
	for _, key := range []string{"maxLength", "maximum"} {
		if v := member(n, key); v != nil {
			var was float64
			if err := v.Decode(&was); err == nil {
				set(n, key, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: fmt.Sprint(int64(was) / 2)})
			}
		}
	}
}

func dropErrorSchemas(_ *tree, op *spec.Operation) []site {
	has := false
	for _, r := range op.Responses {
		has = has || (r.Status[0] == '4' || r.Status == "default") && len(r.Content) > 0
	}
	if !has {
		return nil
	}
	return []site{{what: "drop the schemas of its error answers", change: func(root *yaml.Node) {
		responses := member(operationNode(root, op), "responses")
		for i := 0; i+1 < len(responses.Content); i += 2 {
			if status := responses.Content[i].Value; status[0] == '4' || status == "default" {
				r := own(root, responses, status)
				drop(r, "content")
				drop(r, "schema")
			}
		}
	}}}
}
