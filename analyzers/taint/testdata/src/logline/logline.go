package logline

import (
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"os"
	"strings"
)

func bad(w http.ResponseWriter, r *http.Request) {
	log.Println("name", r.FormValue("name"))        // want `r.FormValue\("name"\) reaches log.Println`
	log.Printf("%s logged in", r.FormValue("name")) // want `r.FormValue\("name"\) reaches log.Printf`
	f, err := os.OpenFile("audit.log", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	_, _ = f.WriteString(r.FormValue("message") + "\n") // want `r.FormValue\("message"\) reaches File.WriteString`
	fmt.Fprintf(f, "%s\n", r.FormValue("message"))      // want `r.FormValue\("message"\) reaches fmt.Fprintf`
	log.Printf("%s", r.FormValue("accepted"))           //conformance:ignore log-injection the field holds digits only
}

var oneLine = strings.NewReplacer("\n", " ", "\r", " ")

func good(w http.ResponseWriter, r *http.Request) {
	log.Printf("%q logged in", r.FormValue("name"))
	log.Printf("%s %s", r.Method, r.UserAgent())
	log.Printf("%s", strings.ReplaceAll(r.FormValue("name"), "\n", ""))
	log.Print(oneLine.Replace(r.FormValue("name")))
	slog.Info("logged in", "name", r.FormValue("name"))
	log.Printf("%d letters", len(r.FormValue("name")))
}

type server struct{ logger *log.Logger }

func (s *server) leave(w http.ResponseWriter, r *http.Request) {
	to := r.URL.Query().Get("to")
	s.logger.Print("left for " + to)                             // want `r.URL.Query\(\).Get\("to"\) reaches Logger.Print`
	s.logger.Printf("%s", r.URL.Query().Get("from"))             // want `r.URL.Query\(\).Get\("from"\) reaches Logger.Printf`
	s.logger.Printf("%s %s", r.URL.String(), r.URL.RequestURI()) // both are written encoded
}
