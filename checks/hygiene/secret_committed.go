package hygiene

import (
	"bytes"
	"fmt"
	"math"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleSecretCommitted asks that no credential lies in the repository.
var RuleSecretCommitted = rule.Rule{
	ID:       "secret-committed",
	Title:    "a live-looking secret lies in the repository",
	Section:  rule.Secure,
	Supports: []rule.Section{rule.Security, rule.Compliant},
	Severity: rule.Blocker,
	Since:    "1.0.0",
	Judged:   rule.Judged{Read: 1, True: 1},
	Why:      "Everybody who can read the repository, its forks and its history can use the credential; deleting the line does not take it back.",
	Fix:      "Revoke the credential where it was issued, then take it out of the files and read it from the environment or a secret store.",
	Limits: "Known formats only: private keys, and tokens of AWS, GitHub, GitLab, Slack, Stripe, Google, SendGrid, npm, OpenAI and Anthropic. " +
		"Tests, fixtures, examples, documentation and the lists of scanners are left out, and so are texts that read like placeholders. Whether a credential is still " +
		"valid is not tried. Files that git does not track are left out where its index can be read; history is not searched.",
}

// secretKind is one format of credential.
type secretKind struct {
	name string
	// marks are what a text contains, one of them, wherever the pattern matches:
	// looking for them is much faster.
	marks   []string
	pattern *regexp.Regexp
	// group is what must look random; entropy is the least Shannon entropy of it,
	// in bits per character.
	group   int
	entropy float64
}

// secretKinds are the formats as their issuers document them.
var secretKinds = []secretKind{
	{"a private key", []string{"PRIVATE KEY-----"}, regexp.MustCompile(`-----BEGIN (?:RSA |EC |DSA |OPENSSH )?PRIVATE KEY-----((?:\s|\\n|\\r|["'+|>,])*[A-Za-z0-9+/=]{16,}(?:(?:\s|\\n|\\r|["'+|>,])*[A-Za-z0-9+/=]+){0,3})`), 1, 4.2},
	{"a PGP private key", []string{"BEGIN PGP PRIVATE KEY"}, regexp.MustCompile(`-----BEGIN PGP PRIVATE KEY BLOCK-----\s+(?:[A-Za-z]+: .*\s+)*([A-Za-z0-9+/=]{40,})`), 1, 4.2},
	{"an AWS access key", []string{"AKIA", "ASIA"}, regexp.MustCompile(`\b((?:AKIA|ASIA)[0-9A-Z]{16})\b`), 1, 3.2},
	{"a GitHub token", []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_"}, regexp.MustCompile(`\b(gh[pousr]_[0-9A-Za-z]{36,255})\b`), 1, 3.8},
	{"a GitHub token", []string{"github_pat_"}, regexp.MustCompile(`\b(github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59})\b`), 1, 4},
	{"a GitLab token", []string{"glpat-"}, regexp.MustCompile(`\b(glpat-[0-9A-Za-z_-]{20,})\b`), 1, 3.5},
	{"a Slack token", []string{"xox"}, regexp.MustCompile(`\b(xox[abprs]-[0-9]{10,13}-[0-9A-Za-z-]{20,})\b`), 1, 3.5},
	{"a Slack webhook", []string{"hooks.slack.com"}, regexp.MustCompile(`https://hooks\.slack\.com/services/(T[0-9A-Z]{8,12}/B[0-9A-Z]{8,12}/[0-9A-Za-z]{24})\b`), 1, 4},
	{"a Stripe live key", []string{"k_live_"}, regexp.MustCompile(`\b([sr]k_live_[0-9A-Za-z]{24,247})\b`), 1, 3.8},
	{"a Google API key", []string{"AIza"}, regexp.MustCompile(`\b(AIza[0-9A-Za-z_-]{35})(?:[^0-9A-Za-z_-]|$)`), 1, 4},
	{"a SendGrid key", []string{"SG."}, regexp.MustCompile(`\b(SG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43})(?:[^0-9A-Za-z_-]|$)`), 1, 4},
	{"an npm token", []string{"npm_"}, regexp.MustCompile(`\b(npm_[0-9A-Za-z]{36})\b`), 1, 3.8},
	{"an OpenAI key", []string{"sk-"}, regexp.MustCompile(`\b(sk-(?:proj-[0-9A-Za-z_-]{40,}|[0-9A-Za-z]{20}T3BlbkFJ[0-9A-Za-z]{20}))(?:[^0-9A-Za-z_-]|$)`), 1, 4},
	{"an Anthropic key", []string{"sk-ant-"}, regexp.MustCompile(`\b(sk-ant-[a-z0-9]+-[0-9A-Za-z_-]{80,})(?:[^0-9A-Za-z_-]|$)`), 1, 4},
}

var (
	// secretAside are files that show secrets on purpose.
	secretAsideDir  = regexp.MustCompile(`(?i)(?:^|/)(?:[\w.-]*testdata|[\w.-]*fixtures?|[._]?examples?|samples?|docs?|documentation|(?:[\w.-]*[._-]|api|db|unit|func|int|sys|load|http)?tests?|[\w-]*testing|(?:[\w-]*[_-])?suites?|e2e|[\w-]*mocks?|__tests__|__mocks__|specs?|dev|hack|local|demo|benchmarks?|integration[-_]?tests?|third_party)/`)
	secretAsideFile = regexp.MustCompile(`(?i)(?:_test\.go|\.test\.[jt]sx?|\.spec\.[jt]sx?|_test\.py|\.md|\.rst|\.adoc|\.txt|\.html?|\.example|\.sample|\.dist|\.template|\.tmpl|\.svg|\.map|\.sum|\.lock|lock\.json|lock\.yaml|\.min\.js|gitleaks\.toml|\.gitallowed|\.gitleaksignore|\.secrets\.baseline|openapi\.(?:ya?ml|json)|swagger\.(?:ya?ml|json))$|(?:^|[._/-])(?:example|sample|test|dummy|mock|fake)[._-]`)
	// browserFile holds keys that every visitor is meant to see.
	browserFile = regexp.MustCompile(`(?i)\.(?:[jt]sx?|vue|svelte|html?|css)$|google-services\.json$|firebase`)
	placeholder = regexp.MustCompile(`(?i)example|sample|dummy|fake|placeholder|quick-?start|your[-_]?|changeme|redacted|insert|test|xxxx|0000|1234567|abcdefg|\.\.\.|\*\*\*`)
)

func secretCommitted(t *tree) report.Criterion {
	tally := report.Examine(RuleSecretCommitted)
	searched := 0
	for _, name := range t.paths {
		if secretAsideDir.MatchString(name) || secretAsideFile.MatchString(name) {
			continue
		}
		text, ok := t.read(name)
		if !ok {
			continue
		}
		searched++
		for _, f := range secretsIn(name, text) {
			tally.Fail(f)
		}
	}
	switch {
	case tally.Examined() > 0:
	case len(t.unreadable) > 0:
		tally.Undecided(fmt.Sprintf("%s could not be read; make it readable and run again", t.unreadable[0]))
	case searched > 0:
		tally.Pass(report.Related{Message: fmt.Sprintf("%d files searched for %d formats of credentials", searched, len(secretKinds))})
	}
	return tally.Criterion("the repository has no text file outside of tests and examples")
}

// secretsIn finds the secrets of one file. The message never repeats more than
// the public prefix.
func secretsIn(name string, text []byte) []report.Finding {
	var out []report.Finding
	for _, k := range secretKinds {
		if !slices.ContainsFunc(k.marks, func(m string) bool { return bytes.Contains(text, []byte(m)) }) {
			continue
		}
		if k.name == "a Google API key" && browserFile.MatchString(path.Base(name)) {
			continue
		}
		for _, m := range k.pattern.FindAllSubmatchIndex(text, 20) {
			secret := string(text[m[2*k.group]:m[2*k.group+1]])
			if entropy(secret) < k.entropy || placeholder.MatchString(secret) || allowedLine(text, m[0]) {
				continue
			}
			line := 1 + bytes.Count(text[:m[0]], []byte("\n"))
			if n := len(out); n > 0 && out[n-1].Line == line && out[n-1].Anchor == k.name {
				continue // one line, one finding
			}
			out = append(out, report.Finding{
				Message: fmt.Sprintf("%s is committed here (%s); revoke it where it was issued, then read it from the environment", k.name, redacted(text[m[0]:m[1]])),
				Position: report.Position{File: name, Line: line,
					Column: m[0] - bytes.LastIndexByte(text[:m[0]], '\n')},
				Anchor: k.name,
			})
		}
	}
	return out
}

// allowedLine honours the marks of other scanners and of public keys in tests.
func allowedLine(text []byte, at int) bool {
	start := bytes.LastIndexByte(text[:at], '\n') + 1
	end := bytes.IndexByte(text[at:], '\n')
	if end < 0 {
		end = len(text) - at
	}
	line := string(text[start : at+end])
	return strings.Contains(line, "gitleaks:allow") || strings.Contains(line, "pragma: allowlist secret") || strings.Contains(line, "nosec G101")
}

// redacted shows what kind of secret it is without giving it away.
func redacted(match []byte) string {
	s, _, _ := strings.Cut(string(match), "\n")
	if strings.HasPrefix(s, "-----") {
		s, _, _ = strings.Cut(strings.TrimPrefix(s, "-----"), "-----")
		return s
	}
	if rest, ok := strings.CutPrefix(s, "https://"); ok {
		host, _, _ := strings.Cut(rest, "/")
		return "https://" + host + "/…"
	}
	return s[:4] + "…"
}

// entropy is Shannon's, in bits per character.
func entropy(s string) float64 {
	counts := map[rune]int{}
	n := 0
	for _, r := range s {
		if r == '\n' || r == ' ' || r == '\r' {
			continue
		}
		counts[r]++
		n++
	}
	h := 0.0
	for _, c := range counts {
		p := float64(c) / float64(n)
		h -= p * math.Log2(p)
	}
	return h
}
