package inputs

import (
	"go/types"
	"regexp"
	"strings"

	"github.com/backend-conformance/conformance/checks/behaviour"
)

// checker is what enforces a format.
type checker struct {
	// types are Go types that hold nothing else, calls functions that refuse
	// anything else, tags rules of validators.
	types, calls, tags *regexp.Regexp
	// pattern is what a regular expression contains that is meant for the format.
	pattern string
	// empty values are let through by the calls.
	empty bool
}

// demands reports whether values can violate the format.
func (c checker) demands() bool { return c.tags != nil }

// ofNumbers: the format is one of numbers.
func (c checker) ofNumbers() bool { return c.calls == integers.calls }

// formats are those of the OpenAPI registry (spec.openapis.org/registry/format)
// that say more than the type of a value. Formats that are not listed, and those
// that a decoder cannot fail on (password, binary), constrain nothing.
var formats = map[string]checker{
	"email": {
		types: regexp.MustCompile(`(^|\.)Email$`), calls: regexp.MustCompile(`mail\.ParseAddress$|\.IsEmail$|\.(ValidateFormat|ParseEmail)$`),
		tags: regexp.MustCompile(`^(email|emailformat)$`), pattern: "@",
	},
	"uuid": {
		types: regexp.MustCompile(`\.(NullUUID|UUID)$`), calls: regexp.MustCompile(`uuid(/v\d)?\.(Parse|ParseBytes|Validate|FromString|UUID\.(Parse|UnmarshalText|Scan))$|\.IsUUID(v\d)?$`),
		tags: regexp.MustCompile(`^uuid`), pattern: "0-9a-f",
	},
	"date-time": {
		types: regexp.MustCompile(`^(time\.Time|strfmt\.DateTime)$`), calls: regexp.MustCompile(`time\.(Parse|ParseInLocation)$|\.IsRFC3339`),
		tags: regexp.MustCompile(`^(datetime=|rfc3339|date$)`),
	},
	"date": {
		types: regexp.MustCompile(`^(types\.Date|strfmt\.Date|civil\.Date)$`), calls: regexp.MustCompile(`time\.(Parse|ParseInLocation)$`),
		tags: regexp.MustCompile(`^(datetime=|date$)`), pattern: "{4}",
	},
	"uri":      {types: regexp.MustCompile(`^strfmt\.URI$`), calls: regexp.MustCompile(`url\.(Parse|ParseRequestURI)$|http\.NewRequest(WithContext)?$|\.IsURL$|\.IsRequestUR[LI]$`), tags: regexp.MustCompile(`^(url|uri|http_url|https_url|requesturl)`), pattern: "http"},
	"url":      {types: regexp.MustCompile(`^strfmt\.URI$`), calls: regexp.MustCompile(`url\.(Parse|ParseRequestURI)$|http\.NewRequest(WithContext)?$|\.IsURL$|\.IsRequestUR[LI]$`), tags: regexp.MustCompile(`^(url|uri|http_url|https_url|requesturl)`), pattern: "http"},
	"ipv4":     {types: regexp.MustCompile(`^(netip\.Addr|net\.IP|strfmt\.IPv4)$`), calls: regexp.MustCompile(`net\.ParseIP$|netip\.ParseAddr$|\.IsIPv?4?$`), tags: regexp.MustCompile(`^ip`)},
	"ipv6":     {types: regexp.MustCompile(`^(netip\.Addr|net\.IP|strfmt\.IPv6)$`), calls: regexp.MustCompile(`net\.ParseIP$|netip\.ParseAddr$|\.IsIPv?6?$`), tags: regexp.MustCompile(`^ip`)},
	"hostname": {types: regexp.MustCompile(`^strfmt\.Hostname$`), calls: regexp.MustCompile(`\.IsDNSName$|\.IsHost$`), tags: regexp.MustCompile(`^(hostname|fqdn|host|dns)`)},
	"int32":    integers, "int64": integers,
}

// integers are enforced by a type or a parser; one that is wider than the format
// is what nobody means to complain about.
var integers = checker{
	types: regexp.MustCompile(`^u?int(8|16|32|64)?$`), calls: regexp.MustCompile(`strconv\.(Atoi|ParseInt|ParseUint)$|Int(64|32)?$`),
	tags: regexp.MustCompile(`^(number|numeric|int)$`),
}

// byType reports whether a Go type holds nothing but the format. Other types
// that decode themselves may do so.
func (c checker) byType(t types.Type) bool {
	t = deref(t)
	name := goName(t)
	if b, ok := t.Underlying().(*types.Basic); ok && b.Info()&types.IsInteger != 0 {
		name = b.Name()
	}
	return c.types != nil && c.types.MatchString(name)
}

// byTest reports whether a function's verdict is one on the format.
func (c checker) byTest(t behaviour.Test) bool {
	switch {
	case t.View != behaviour.Judged:
		return false
	case t.Call == "tag":
		return c.tags.MatchString(t.Arg)
	case isRegexp(t.Call):
		return c.pattern != "" && strings.Contains(strings.ToLower(t.Arg), c.pattern)
	}
	return c.calls != nil && c.calls.MatchString(t.Call)
}

func isRegexp(call string) bool {
	return call == "regexp.MatchString" || strings.HasPrefix(call, "regexp.Regexp.Match") || strings.HasPrefix(call, "regexp.Match")
}
