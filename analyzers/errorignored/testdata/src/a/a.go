package a

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"
)

func work() error { return nil }

func pair() (int, error) { return 0, nil }

type concrete struct{}

func (*concrete) Error() string { return "" }

func makesError() *concrete { return nil }

func bad(w http.ResponseWriter) {
	work()                         // want `the error of work is dropped`
	pair()                         // want `the error of pair is dropped`
	defer work()                   // want `the error of work is dropped`
	go work()                      // want `the error of work is dropped`
	json.NewEncoder(w).Encode(nil) // want `the error of json.NewEncoder\(w\).Encode is dropped`
}

func good(w http.ResponseWriter, f *os.File, b *bytes.Buffer) error {
	defer f.Close()
	_ = work()
	_, _ = pair()
	w.Write(nil)
	fmt.Fprintln(w, "x")
	fmt.Println("x")
	b.WriteString("x")
	makesError()
	os.Remove("x")
	f.SetDeadline(time.Time{})
	//conformance:ignore error-ignored the caller measures this
	work()
	return work()
}
