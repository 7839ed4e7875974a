package rule

// Section is a deliverable ("D1".."D11") or an output standard ("S1".."S5").
type Section string

// The eleven deliverables and the five output standards.
const (
	Endpoints     Section = "D1"
	Schema        Section = "D2"
	Errors        Section = "D3"
	Auth          Section = "D4"
	DataAccess    Section = "D5"
	Integration   Section = "D6"
	Tests         Section = "D7"
	Documentation Section = "D8"
	Rollback      Section = "D9"
	Performance   Section = "D10"
	Security      Section = "D11"
	Production    Section = "S1"
	Secure        Section = "S2"
	Performant    Section = "S3"
	Maintainable  Section = "S4"
	Compliant     Section = "S5"
)

type sectionInfo struct {
	id     Section
	title  string
	weight int
}

// sections is the report's order. A deliverable weighs 2, an output standard 1.
func sections() []sectionInfo {
	return []sectionInfo{
		{Endpoints, "Fully implemented API endpoints with validation", 2},
		{Schema, "Database schema with migrations", 2},
		{Errors, "Business logic with error handling", 2},
		{Auth, "Authentication and authorization", 2},
		{DataAccess, "Data access with optimized queries", 2},
		{Integration, "Integration with external systems", 2},
		{Tests, "Unit and integration tests", 2},
		{Documentation, "API documentation with examples", 2},
		{Rollback, "Migrations with rollback", 2},
		{Performance, "Performance-optimized code", 2},
		{Security, "Security-hardened implementation", 2},
		{Production, "Production-ready", 1},
		{Secure, "Secure", 1},
		{Performant, "Performant", 1},
		{Maintainable, "Maintainable", 1},
		{Compliant, "Compliant", 1},
	}
}

// Sections lists all sixteen in the report's order.
func Sections() []Section {
	var ids []Section
	for _, s := range sections() {
		ids = append(ids, s.id)
	}
	return ids
}

// Title is the section's heading; empty for an unknown section.
func (s Section) Title() string { return s.info().title }

// Weight is the section's share in the total: 2 for deliverables, 1 for output
// standards, 0 for an unknown section.
func (s Section) Weight() int { return s.info().weight }

// Order is the section's place in the report, from 0; unknown ones come last.
func (s Section) Order() int {
	for i, in := range sections() {
		if in.id == s {
			return i
		}
	}
	return len(sections())
}

func (s Section) info() sectionInfo {
	for _, in := range sections() {
		if in.id == s {
			return in
		}
	}
	return sectionInfo{}
}
