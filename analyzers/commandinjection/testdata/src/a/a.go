package a

import (
	"net/http"
	"os/exec"
)

func bad(w http.ResponseWriter, r *http.Request) {
	_ = exec.Command("bash", "-c", "ls "+r.FormValue("dir")) // want `r.FormValue\("dir"\) from the request reaches exec.Command`
	_ = exec.Command(r.FormValue("tool"))                    // want `r.FormValue\("tool"\) from the request reaches exec.Command`
}

func good(w http.ResponseWriter, r *http.Request) {
	_ = exec.Command("ls", r.FormValue("dir"))
	tool := r.FormValue("tool")
	if tool != "ls" && tool != "du" {
		return
	}
	_ = exec.Command(tool)
}
