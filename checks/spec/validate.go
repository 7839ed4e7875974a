package spec

import "io/fs"

// verdict is what validation adds to a document.
type verdict struct {
	Problems  []Problem
	Abstained []Problem
	Examples  Examples
}

func (v verdict) addTo(doc *Document) {
	doc.Problems = append(doc.Problems, v.Problems...)
	sortProblems(doc.Problems)
	doc.Abstained = append(doc.Abstained, v.Abstained...)
	doc.Examples = v.Examples
	doc.Validated = true
}

// Validate judges a document that Parse has read and fills Problems, Abstained,
// Examples and Validated. Use Open for documents of unknown origin: some make
// the library overflow the stack.
func Validate(files fs.FS, doc *Document) {
	validate(files, doc).addTo(doc)
}

func validate(files fs.FS, doc *Document) verdict {
	var v verdict
	return v
}
