package rule

import "fmt"

// Severity is how much a defect matters; the zero value is invalid.
type Severity int

// From the lightest to the heaviest.
const (
	Info Severity = iota + 1
	Minor
	Major
	Blocker
)

var severityNames = map[Severity]string{Info: "info", Minor: "minor", Major: "major", Blocker: "blocker"}

// String is the name used in reports and flags; empty for an invalid severity.
func (s Severity) String() string { return severityNames[s] }

// Weight is the criterion's share in its section: 10, 5, 2, or 0 for info.
func (s Severity) Weight() int64 {
	return map[Severity]int64{Blocker: 10, Major: 5, Minor: 2}[s]
}

// ParseSeverity reads a name as given to --fail-on.
func ParseSeverity(name string) (Severity, error) {
	for s, n := range severityNames {
		if n == name {
			return s, nil
		}
	}
	return 0, fmt.Errorf("unknown severity %q: use blocker, major, minor or info", name)
}

// MarshalText writes the name.
func (s Severity) MarshalText() ([]byte, error) {
	if s.String() == "" {
		return nil, fmt.Errorf("severity %d is not valid", int(s))
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads the name.
func (s *Severity) UnmarshalText(b []byte) error {
	v, err := ParseSeverity(string(b))
	*s = v
	return err
}
