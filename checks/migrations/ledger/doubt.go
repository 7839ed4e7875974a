package ledger

import (
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/backend-conformance/conformance/checks/sql"
)

// blur is what something not understood may have touched: what is named, or
// everything.
type blur struct {
	names map[string]bool
	all   bool
}

func (b *blur) add(other blur) {
	b.all = b.all || other.all
	maps.Copy(b.names, other.names)
}

// covers reports whether the object, which belongs to the owner if there is
// one, is among what may have been touched.
func (b blur) covers(owner, name string) bool {
	if b.all {
		return true
	}
	if owner != "" {
		name = owner
	}
	_, bare := splitName(bareCallable(strings.ToLower(name)))
	return b.names[bare]
}

// Lost says that the scripts so far were not understood in full.
func (l *Ledger) Lost() bool {
	return l.earlier.all || l.now.all || len(l.earlier.names)+len(l.now.names) > 0
}

// Unclear reports whether the object, which belongs to the owner if there is
// one, may be other than the books say.
func (l *Ledger) Unclear(owner, name string) bool {
	return l.earlier.covers(owner, name) || l.now.covers(owner, name)
}

// Lose notes that something happened that may have touched anything.
func (l *Ledger) Lose() { l.now.all = true }

// Blur notes that something happened that is not in the books. It can have
// touched what its text names, which is all that a schema change without a
// look into the catalogue can do.
func (l *Ledger) Blur(text string) {
	l.now.all = l.now.all || searchesCatalogue.MatchString(text)
	for _, word := range nameWords.FindAllString(text, -1) {
		l.now.names[strings.ToLower(word)] = true
	}
}

var (
	nameWords = regexp.MustCompile(`[\pL_][\pL\pN_$]*`)
	// searchesCatalogue finds statements that are put together from what the
	// catalogue lists, so that any object may be meant.
	searchesCatalogue = regexp.MustCompile(`(?is)(information_schema|pg_(class|tables|attribute|constraint|indexes|index|type|namespace|catalog|trigger|proc)|sqlite_master|sqlite_schema).*\b(execute|prepare)\b`)
)

// unsure notes the first thing that was not understood, and that what the
// statement names may have been touched.
func (l *Ledger) unsure(format string, args ...any) {
	if l.current == nil {
		l.Lose()
	}
	for _, t := range l.current {
		if t.Kind == sql.String || t.Kind == sql.Word || t.Kind == sql.Quoted {
			l.Blur(t.Text)
		}
	}
	if l.doubt == "" {
		l.doubt = fmt.Sprintf(format, args...)
	}
}

// refuse notes that the database would not run the statement. On the way
// forward it does run, so that the books must be wrong; on the way back it is
// what is wrong with the script.
func (l *Ledger) refuse(owner, name, format string, args ...any) {
	if !l.back || l.Unclear(owner, name) || l.dialect == sql.Unknown || l.dialect == sql.Foreign {
		l.unsure(format, args...)
		return
	}
	l.failure = fmt.Sprintf(format, args...)
}

// absent notes that something is dropped or altered that is not in the books.
// If exists was written that is fine, as long as the books are.
func (l *Ledger) absent(owner, name string, exists bool, format string, args ...any) {
	switch {
	case (exists || l.guarded) && !l.Unclear(owner, name):
	case exists || l.guarded || owner == "" && !l.known[name]: // it may be made elsewhere
		l.unsure(format, args...)
	default:
		l.refuse(owner, name, format, args...)
	}
}

// present notes that something is made that is in the books already.
func (l *Ledger) present(owner, name string, exists bool, format string, args ...any) {
	if !exists && !l.guarded {
		l.refuse(owner, name, format, args...)
	}
}
