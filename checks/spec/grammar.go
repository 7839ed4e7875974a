package spec

import "strings"

// grammar says of each object of the specification which members it has and
// what they are. It is data, read off the specifications' own tables, so that
// one walk finds wrong types and broken references with their line in every
// version and format, and knows which mappings are data rather than objects.
type grammar struct {
	objects map[string]object
	root    string
}

// object is one object type.
type object struct {
	fields   map[string]term
	required []string
	// rest is the type of members that are not named; empty where unknown members
	// are not ours to judge.
	rest *term
	// closed objects have no other members than these and x-...
	closed bool
	// referable objects may be {$ref: ...} instead.
	referable bool
}

// term is the type of one member: alternatives of a kind each.
type term []kind

// kind is a primitive (string, bool, number, integer, any, false) or the name
// of an object, alone, as list or as map.
type kind struct {
	name       string
	list, hash bool
}

func (k kind) primitive() bool {
	switch k.name {
	case "string", "bool", "number", "integer", "any":
		return true
	}
	return false
}

// String words a kind for messages.
func (k kind) String() string {
	name := map[string]string{
		"bool": "true or false", "integer": "a whole number", "number": "a number", "string": "a string", "any": "any value",
	}[k.name]
	switch {
	case k.list:
		return "a list"
	case k.hash || name == "":
		return "a mapping"
	}
	return name
}

func (t term) String() string {
	var words []string
	for _, k := range t {
		words = append(words, k.String())
	}
	return strings.Join(words, " or ")
}

// parseTerm reads "string|[string]". That schemas may be booleans inside lists
// and maps from 3.1 on is left to the walk.
func parseTerm(text string) term {
	var t term
	for _, alt := range strings.Split(text, "|") {
		k := kind{name: strings.Trim(alt, "[]{}")}
		k.list, k.hash = strings.HasPrefix(alt, "["), strings.HasPrefix(alt, "{")
		t = append(t, k)
	}
	return t
}

// parseObject reads "a:string b!:[parameter] *:schema"; "!" marks required
// members, "*" the rest, "$ref" objects that may be a reference, "." objects
// without other members.
func parseObject(text string) object {
	o := object{fields: map[string]term{}}
	for _, word := range strings.Fields(text) {
		name, typ, _ := strings.Cut(word, ":")
		switch {
		case word == "$ref":
			o.referable = true
		case word == ".":
			o.closed = true
		case name == "*":
			t := parseTerm(typ)
			o.rest = &t
		default:
			if strings.HasSuffix(name, "!") {
				name = strings.TrimSuffix(name, "!")
				o.required = append(o.required, name)
			}
			o.fields[name] = parseTerm(typ)
		}
	}
	return o
}

func parseGrammar(root string, tables ...map[string]string) grammar {
	g := grammar{objects: map[string]object{}, root: root}
	for _, table := range tables {
		for name, text := range table {
			g.objects[name] = parseObject(text)
		}
	}
	return g
}

// grammarFor picks the grammar of a document.
func grammarFor(swagger2, modern bool) grammar {
	switch {
	case swagger2:
		return parseGrammar("document", objects2())
	case modern:
		return parseGrammar("document", objects30(), objects31())
	}
	return parseGrammar("document", objects30())
}

const schemaMembers = `title:string description:string multipleOf:number maximum:number minimum:number
	maxLength:integer minLength:integer pattern:string maxItems:integer minItems:integer uniqueItems:bool
	maxProperties:integer minProperties:integer required:[string] enum:[any] format:string default:any
	properties:{schema} additionalProperties:schema|bool allOf:[schema] readOnly:bool example:any
	externalDocs:externalDocs xml:xml `

// objects30 is https://spec.openapis.org/oas/v3.0.4. Most required
// members and the unknown ones are left to the validating library.
func objects30() map[string]string {
	return map[string]string{
		"document": `info:info servers:[server] paths:paths components:components security:[requirement] tags:[tag] externalDocs:externalDocs`,
		"info":     `title!:string description:string termsOfService:string contact:contact license:license version!:string`,
		"contact":  `name:string url:string email:string`,
		"license":  `name!:string url:string`,
		"server":   `url!:string description:string variables:{variable}`,
		"variable": `enum:[string] default:string description:string`,
		"components": `schemas:{schema} responses:{response} parameters:{parameter} examples:{example} requestBodies:{requestBody}
			headers:{header} securitySchemes:{securityScheme} links:{link} callbacks:{callback} pathItems:{pathItem}`,
		"paths": `*:pathItem`,
		"pathItem": `$ref summary:string description:string get:operation put:operation post:operation delete:operation options:operation
			head:operation patch:operation trace:operation servers:[server] parameters:[parameter]`,
		"operation": `tags:[string] summary:string description:string externalDocs:externalDocs operationId:string parameters:[parameter]
			requestBody:requestBody responses:responses callbacks:{callback} deprecated:bool security:[requirement] servers:[server]`,
		"externalDocs": `description:string url:string`,
		"parameter": `$ref name:string in:string description:string required:bool deprecated:bool allowEmptyValue:bool style:string
			explode:bool allowReserved:bool schema:schema example:any examples:{example} content:{mediaType}`,
		"requestBody": `$ref description:string content:{mediaType} required:bool`,
		"mediaType":   `schema:schema example:any examples:{example} encoding:{encoding}`,
		"encoding":    `contentType:string headers:{header} style:string explode:bool allowReserved:bool`,
		"responses":   `*:response`,
		"response":    `$ref description:string headers:{header} content:{mediaType} links:{link}`,
		"callback":    `$ref *:pathItem`,
		"example":     `$ref summary:string description:string value:any externalValue:string`,
		"link":        `$ref operationRef:string operationId:string parameters:{any} requestBody:any description:string server:server`,
		"header": `$ref description:string required:bool deprecated:bool allowEmptyValue:bool style:string explode:bool allowReserved:bool
			schema:schema example:any examples:{example} content:{mediaType}`,
		"tag":         `name:string description:string externalDocs:externalDocs`,
		"requirement": `*:[string]`,
		"securityScheme": `$ref type:string description:string name:string in:string scheme:string bearerFormat:string flows:flows
			openIdConnectUrl:string`,
		"flows":         `implicit:flow password:flow clientCredentials:flow authorizationCode:flow`,
		"flow":          `authorizationUrl:string tokenUrl:string refreshUrl:string scopes:{string}`,
		"discriminator": `propertyName:string mapping:{string}`,
		"xml":           `name:string namespace:string prefix:string attribute:bool wrapped:bool`,
		"schema": `$ref ` + schemaMembers + `exclusiveMaximum:bool exclusiveMinimum:bool type:string items:schema
			oneOf:[schema] anyOf:[schema] not:schema nullable:bool writeOnly:bool deprecated:bool discriminator:discriminator`,
	}
}

// objects31 is what https://spec.openapis.org/oas/v3.1.1 and v3.2.0 say
// differently: schemas are JSON Schema 2020-12, a schema may be a boolean.
func objects31() map[string]string {
	return map[string]string{
		"document": `info:info servers:[server] paths:paths components:components security:[requirement] tags:[tag]
			externalDocs:externalDocs webhooks:{pathItem} jsonSchemaDialect:string`,
		"info":    `title!:string summary:string description:string termsOfService:string contact:contact license:license version!:string`,
		"license": `name!:string identifier:string url:string`,
		"pathItem": `$ref summary:string description:string get:operation put:operation post:operation delete:operation options:operation
			head:operation patch:operation trace:operation query:operation additionalOperations:{operation} servers:[server]
			parameters:[parameter]`,
		"mediaType": `schema:schema itemSchema:schema example:any examples:{example} encoding:{encoding}`,
		"schema": `$ref ` + strings.ReplaceAll(schemaMembers, "additionalProperties:schema|bool ", "") + `exclusiveMaximum:number exclusiveMinimum:number type:string|[string]
			items:schema|bool oneOf:[schema] anyOf:[schema] not:schema|bool writeOnly:bool deprecated:bool
			discriminator:discriminator const:any examples:[any] prefixItems:[schema] contains:schema|bool
			patternProperties:{schema} propertyNames:schema|bool if:schema|bool then:schema|bool else:schema|bool
			dependentSchemas:{schema} unevaluatedItems:schema|bool unevaluatedProperties:schema|bool
			additionalProperties:schema|bool $defs:{schema}`,
	}
}

// objects2 is https://spec.openapis.org/oas/v2.0, whole: the library does not
// validate this version.
func objects2() map[string]string {
	items := `type:string format:string items:items collectionFormat:string default:any maximum:number exclusiveMaximum:bool
		minimum:number exclusiveMinimum:bool maxLength:integer minLength:integer pattern:string maxItems:integer minItems:integer
		uniqueItems:bool enum:[any] multipleOf:number `
	return map[string]string{
		"document": `. swagger!:any info!:info host:string basePath:string schemes:[string] consumes:[string] produces:[string]
			paths!:paths definitions:{schema} parameters:{parameter} responses:{response} securityDefinitions:{securityScheme}
			security:[requirement] tags:[tag] externalDocs:externalDocs`,
		"info":    `. title!:string description:string termsOfService:string contact:contact license:license version!:string`,
		"contact": `. name:string url:string email:string`,
		"license": `. name!:string url:string`,
		"paths":   `*:pathItem`,
		"pathItem": `. $ref get:operation put:operation post:operation delete:operation options:operation head:operation
			patch:operation parameters:[parameter]`,
		"operation": `. tags:[string] summary:string description:string externalDocs:externalDocs operationId:string consumes:[string]
			produces:[string] parameters:[parameter] responses!:responses schemes:[string] deprecated:bool security:[requirement]`,
		"externalDocs": `. description:string url!:string`,
		"parameter":    `. $ref name!:string in!:string description:string required:bool schema:schema allowEmptyValue:bool ` + items,
		"items":        `. ` + items,
		"responses":    `*:response`,
		"response":     `. $ref description!:string schema:schema headers:{header} examples:{any}`,
		"header":       `. description:string ` + items,
		"tag":          `. name!:string description:string externalDocs:externalDocs`,
		"requirement":  `*:[string]`,
		"securityScheme": `. type!:string description:string name:string in:string flow:string authorizationUrl:string tokenUrl:string
			scopes:{string}`,
		"xml":    `. name:string namespace:string prefix:string attribute:bool wrapped:bool`,
		"schema": `$ref ` + schemaMembers + `exclusiveMaximum:bool exclusiveMinimum:bool type:string|[string] items:schema discriminator:string`,
	}
}
