package behaviour

import (
	"regexp"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
)

var (
	credentialHeader = regexp.MustCompile(`(?i)authorization|cookie|api.?key|access.?key|token|secret|signature|session|credential|password|jwt|bearer|^x-(auth|user|forwarded-user|remote-user)`)
	credentialQuery  = regexp.MustCompile(`(?i)^(access_?token|api_?key|apikey|auth|auth_?token|authori[sz]ation|bearer|token|jwt|key|sig|signature|session_?id|session_?token)$`)
	notCredential    = regexp.MustCompile(`(?i)csrf|xsrf|captcha|idempoten|page|next|continu|cursor|lang|theme|locale`)
	identityName     = regexp.MustCompile(`(?i)user|auth|claim|token|session|account|principal|identity|subject|\buid\b|role|perm|jwt|member|admin|actor|login|caller|credential|viewer|scope`)
)

// isCredential reports whether a named value of the request says who sends it.
func isCredential(p behaviour.Place, name string) bool {
	if notCredential.MatchString(name) {
		return false
	}
	switch p {
	case behaviour.Header:
		return credentialHeader.MatchString(name)
	case behaviour.Cookie:
		return true
	case behaviour.Query, behaviour.Many:
		return credentialQuery.MatchString(name)
	}
	return false
}

// identity reports whether a name speaks of who sends the request.
func identity(name string) bool { return identityName.MatchString(shortKey(name)) }

var (
	says401 = regexp.MustCompile(`(?i)unauthori[sz]ed|unauthenticated|not.?(logged|signed).?in|not.?authenticated|(invalid|missing|expired|no|bad).{0,20}(token|credential|authorization|session|bearer|jwt|api.?key)|login.?required|auth.{0,10}required`)
	says403 = regexp.MustCompile(`(?i)forbidden|permission.?denied|access.?denied|not.?(allowed|permitted)|no.?permission|insufficient.?(perm|scope|right|role)`)
	says404 = regexp.MustCompile(`(?i)not.?found|no.?such`)
)

// statusOfText is the status that an error's name or text speaks of; 0 for none.
func statusOfText(s string) int {
	switch {
	case says401.MatchString(s):
		return 401
	case says403.MatchString(s):
		return 403
	case says404.MatchString(s):
		return 404
	}
	return 0
}

// guardName are functions that decide, by their name, who may go on. Where one
// cannot be followed nothing proves that an operation is open.
var guardName = regexp.MustCompile(`(?i)^(authenticate|authori[sz]e|enforce)|` +
	`^(require|check|must|ensure|verify|assert|has|can|is|need|validate|get)_?.{0,16}(auth|signed.?in|logged.?in|login|permission|access|role|admin|acl|policy|session|current.?user|principal)`)

// refuses reports whether a status turns a client away for who it is.
func refuses(status int) bool {
	return status == 401 || status == 403 || status == 407 || status == 511
}
