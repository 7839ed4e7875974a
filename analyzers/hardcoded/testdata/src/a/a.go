// Package a starts servers.
package a

import (
	"database/sql"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/gin-gonic/gin"
)

const address = ":8080"

var addr = ":8080" // a build may set it

func serve() {
	http.ListenAndServe(":8080", nil) // want `http.ListenAndServe always listens on :8080: read it from a flag or the environment`
	http.ListenAndServe(address, nil) // want `always listens on :8080`
	http.ListenAndServe(addr, nil)
	http.ListenAndServe(*flag.String("addr", ":8080", "where"), nil)
	http.ListenAndServe(":"+os.Getenv("PORT"), nil)
	at := ":8080"
	if p := os.Getenv("PORT"); p != "" {
		at = ":" + p
	}
	http.ListenAndServe(at, nil)
	local := "127.0.0.1:9000"
	net.Listen("tcp", local) // want `net.Listen always listens on 127.0.0.1:9000`
	net.Listen("tcp", "127.0.0.1:0")
	net.Listen("unix", "/run/app.sock")
	s := http.Server{Addr: "localhost:6060"} // want `net/http.Server always listens on localhost:6060|http.Server always listens on localhost:6060`
	s.ListenAndServe()
	gin.New().Run()
	gin.New().Run(":80") // want `always listens on :80`
}

// challenge answers on the only port that it may.
func challenge() { http.ListenAndServe(":http", nil) }

func TestOpen() { sql.Open("sqlite3", "./test.db") }

func open(dsn string) {
	sql.Open("postgres", "postgres://app:secret@db:5432/shop")                 // want `sql.Open always connects to postgres://app@db:5432/shop: `
	sql.Open("mysql", "app:secret@tcp(db:3306)/shop")                          // want `sql.Open always connects to app@tcp\(db:3306\)/shop: `
	sql.Open("postgres", fmt.Sprintf("host=db password=secret port=%d", 5432)) // want `sql.Open always connects to host=db port=%d: `
	sql.Open("postgres", fmt.Sprintf("host=%s", os.Getenv("DB")))
	sql.Open("sqlite", ":memory:")
	sql.Open("postgres", dsn)
}
