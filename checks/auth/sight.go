package auth

import (
	"strings"

	"github.com/backend-conformance/conformance/checks/behaviour"
)

// sight is what the code as a whole knows of credentials.
type sight struct {
	// names are the credentials that any chain looks at, in lower case.
	names map[string]bool
	// guards: some operation is guarded.
	guards bool
}

func sightOf(rows []*judged) sight {
	s := sight{names: map[string]bool{}}
	for _, j := range rows {
		s.guards = s.guards || j.access.Guard == behaviour.Guarded
		for _, name := range j.access.Sees {
			s.names[strings.ToLower(name)] = true
		}
	}
	return s
}

// nowhere names the key that an operation requires and that no code looks at,
// although the server checks other credentials: a proxy before it may do so.
// It is empty where one alternative of the requirement is known to the code.
func (s sight) nowhere(j *judged) string {
	if !s.guards || j.row.Document == nil {
		return ""
	}
	key := ""
	for _, alternative := range j.row.Operation.Security {
		strange := ""
		for scheme := range alternative {
			d := j.row.Document.SecuritySchemes[scheme]
			name := strings.ToLower(d.In + " " + d.Name)
			if d.Type == "apiKey" && d.Name != "" && !strings.ContainsAny(d.Name, " :") && !s.names[name] && d.Name != "Authorization" {
				strange = max(strange, d.In+" "+d.Name)
			}
		}
		if strange == "" {
			return ""
		}
		key = max(key, strange)
	}
	return key
}
