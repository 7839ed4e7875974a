// Package mutation measures how many defects the endpoint matrix notices: it
// plants one defect at a time in a repository that conforms, in its code or in
// its document, judges it again, and counts those that the right facet, or the
// right rule, reports on the right operation.
//
// Operators are data: codeOperators and documentOperators list them with what
// counts as noticing and what keeps a mutant from being equivalent. The package
// is its tests; nothing imports it.
//
//	go test ./checks/mutation                                  the bookstore, a seeded sample
//	go test ./checks/mutation -run TestMutants -v -each 50     the bookstore, nearly all, with the table
//	go test ./checks/mutation -run TestRepository -v \
//	    -repo DIR -document PATH -seed 1 -each 3 [-only NAME]  another repository, PATH relative to DIR
//
// A module is loaded once. A mutant of the code is type-checked in memory
// (load.Program.Edit), a mutant of the document is read from memory; mutants
// that do not compile are not made. What an operation got wrong before the
// mutation cannot be noticed again, so such operations are left out, and what
// could not be decided before is counted, since it should have been.
package mutation
