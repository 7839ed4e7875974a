package hygiene

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleContainerAsRoot asks that the image runs as another user.
var RuleContainerAsRoot = rule.Rule{
	ID:       "container-as-root",
	Title:    "the image runs as root",
	Section:  rule.Secure,
	Severity: rule.Minor,
	Since:    "1.0.0",
	Judged:   rule.Judged{Read: 19, True: 18, Disputed: 1},
	Why:      "Whoever breaks into the process is root in the container, one kernel or mount mistake away from the host.",
	Fix:      "End the Dockerfile with USER 65532:65532 (or another one that is not root), or build on a nonroot base image.",
	Limits: "Each Dockerfile's last stage is judged, those for development, tests and examples aside, and those that build another repository. A base image of which it is not known " +
		"whom it runs as is inconclusive, and so is an entry point that may drop privileges (su-exec, gosu). A securityContext in Kubernetes is not seen.",
	Example: `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/shop.go --
package shop
-- bad/Dockerfile --
FROM golang:1.26 AS build
RUN go build -o /shop ./...
FROM scratch
COPY --from=build /shop /shop
ENTRYPOINT ["/shop"]
-- good/go.mod --
module example.com/shop

go 1.26
-- good/shop.go --
package shop
-- good/Dockerfile --
FROM golang:1.26 AS build
RUN go build -o /shop ./...
FROM scratch
COPY --from=build /shop /shop
USER 65532:65532
ENTRYPOINT ["/shop"]
`,
}

var (
	dockerfileName = regexp.MustCompile(`(?i)^(?:dockerfile|containerfile)(?:\.[\w.-]+)?$|\.(?:dockerfile|containerfile)$`)
	// dockerAside are images that nobody deploys, by name or folder.
	dockerAside = regexp.MustCompile(`(?i)(?:^|[/._-])(?:dev|devel|development|devcontainer|debug|local|tests?|testing|e2e|integration|ci|lint|examples?|samples?|demo|hack|tools?|scripts?|bench|packaging|builder|make|dredd|docs|cross|postgres|mysql|redis|db)(?:$|[/._-])`)
)

func containerAsRoot(t *tree) report.Criterion {
	tally := report.Examine(RuleContainerAsRoot)
	aside := 0
	for _, name := range t.paths {
		base := path.Base(name)
		if !dockerfileName.MatchString(base) || strings.HasSuffix(base, ".dockerignore") {
			continue
		}
		if dockerAside.MatchString(name) {
			aside++
			continue
		}
		text, ok := t.read(name)
		if !ok {
			tally.Undecided(name + " could not be read")
			continue
		}
		if forTests.MatchString(string(text)) || clonesAnother.MatchString(string(text)) {
			aside++
			continue
		}
		judgeImage(tally, t, name, parseDockerfile(string(text)))
	}
	if aside > 0 {
		return tally.Criterion(fmt.Sprintf("no Dockerfile but %d for development or tests", aside))
	}
	return tally.Criterion("the repository has no Dockerfile")
}

var (
	// forTests knows a Dockerfile that says at its head that it is for tests or for
	// development.
	forTests = regexp.MustCompile(`(?i)^\s*(?:#[^\n]*\n\s*)*#[^\n]*\b(?:(?:testing|tests?|development) (?:purposes? )?only|for (?:local )?development)\b`)
	// clonesAnother knows images of somebody else's program.
	clonesAnother = regexp.MustCompile(`(?m)^\s*(?:RUN\s.*)?\bgit clone\b`)
)

func judgeImage(t *report.Tally, files *tree, name string, d dockerfile) {
	last := d.last()
	if last == nil {
		t.Undecided(name + " has no FROM that could be read")
		return
	}
	who, line := d.user(last)
	place := func(line int) report.Position { return report.Position{File: name, Line: line} }
	switch {
	case who == "" && droppedBy(files, name, d) != "":
		t.Undecided(fmt.Sprintf("%s: no USER in the last stage; whether the entry point gives up root (%s) shows only when it runs", place(last.line), droppedBy(files, name, d)))
	case who == "":
		judgeBase(t, d.base(last), place(last.line))
	case strings.Contains(who, "$"):
		t.Undecided(fmt.Sprintf("%s: USER %s depends on a build argument without default", place(line), who))
	case isRoot(who):
		t.Fail(report.Finding{Message: fmt.Sprintf("the image of %s runs as root (USER %s); name another user, such as 65532:65532", name, who), Position: place(line), Anchor: "USER"})
	default:
		t.Pass(report.Related{Position: place(line), Message: "USER " + who})
	}
}

// judgeBase decides by the base image where no USER is given.
func judgeBase(t *report.Tally, image string, at report.Position) {
	switch {
	case nonrootImage.MatchString(image):
		t.Pass(report.Related{Position: at, Message: image + " does not run as root"})
	case rootImage.MatchString(image):
		t.Fail(report.Finding{Message: fmt.Sprintf("no USER in the last stage, and %s runs as root; end with USER 65532:65532", image), Position: at, Anchor: "USER"})
	default:
		t.Undecided(fmt.Sprintf("%s: no USER in the last stage, and whom %s runs as is not known; say it with USER", at, image))
	}
}

var (
	nonrootImage = regexp.MustCompile(`nonroot|unprivileged|rootless|^cgr\.dev/chainguard/(?:static|glibc-dynamic|go|wolfi-base)|bitnami/`)
	// rootImage are official images and bases whose documentation names no user:
	// a name without registry is one of Docker's official images.
	rootImage = regexp.MustCompile(`^(?:docker\.io/(?:library/)?)?[\w.-]+(?::[^/]*)?(?:@sha256:\w+)?$|^gcr\.io/distroless/|(?:^|/)(?:alpine|debian|ubuntu|golang|busybox|centos|fedora|amazonlinux|rockylinux)(?:[:@]|$)|^registry\.access\.redhat\.com/ubi`)
)

func isRoot(user string) bool {
	name, _, _ := strings.Cut(user, ":")
	return name == "root" || name == "0"
}

var dropsPrivileges = regexp.MustCompile(`\b(?:su-exec|gosu|setpriv|runuser|chroot --userspec|s6-setuidgid)\b`)

// droppedBy names the tool by which the image, or an entry script that it
// copies, gives up root.
func droppedBy(files *tree, dockerfile string, d dockerfile) string {
	for _, in := range d.lines {
		if in.name != "ENTRYPOINT" && in.name != "CMD" {
			continue
		}
		if tool := dropsPrivileges.FindString(in.args); tool != "" {
			return tool
		}
		for _, word := range scriptName.FindAllString(in.args, -1) {
			for _, dir := range []string{path.Dir(dockerfile), "."} {
				for _, p := range files.paths {
					if path.Base(p) != path.Base(word) || dir != "." && !strings.HasPrefix(p, dir+"/") {
						continue
					}
					if text, ok := files.read(p); ok {
						if tool := dropsPrivileges.Find(text); tool != nil {
							return string(tool) + " in " + p
						}
					}
				}
			}
		}
	}
	return ""
}

var scriptName = regexp.MustCompile(`[\w./-]*\w`)
