package command

import (
	"net/http"
	"os/exec"
)

func bad(w http.ResponseWriter, r *http.Request) {
	_ = exec.Command("bash", "-c", "ls "+r.FormValue("dir")) // want `r.FormValue\("dir"\) reaches exec.Command`
	_ = exec.Command(r.FormValue("tool"))                    // want `r.FormValue\("tool"\) reaches exec.Command`
	run := func(script string) error {
		return exec.CommandContext(r.Context(), "/bin/sh", "-c", script).Run() // want `r.FormValue\("s"\) reaches exec.CommandContext`
	}
	_ = run(r.FormValue("s"))
}

func good(w http.ResponseWriter, r *http.Request) {
	_ = exec.Command("ls", r.FormValue("dir"))
	_ = exec.Command("sh", "-c", `ls "$1"`, "sh", r.FormValue("dir"))
	tool := r.FormValue("tool")
	if tool != "ls" && tool != "du" {
		return
	}
	_ = exec.Command(tool)
	compiler := ""
	switch r.FormValue("language") {
	case "c":
		compiler = "gcc"
	case "go":
		compiler = "go"
	}
	_ = exec.Command(compiler, r.FormValue("file"))
}
