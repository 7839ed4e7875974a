package a

import "net/http"

type mailbox struct{}

func (mailbox) Quit() error { return nil }

// ResponseWriter is a framework's.
type ResponseWriter interface {
	http.ResponseWriter
	WriteString(string) (int, error)
}

// A good-bye, and text for a client that may be gone.
func bye(m mailbox, w ResponseWriter) {
	defer m.Quit()
	w.WriteString("done")
}
