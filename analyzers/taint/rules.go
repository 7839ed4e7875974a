package taint

import (
	"embed"

	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed examples
var examples embed.FS

func example(name string) string {
	text, err := examples.ReadFile("examples/" + name + ".txtar")
	if err != nil {
		return "" // the rule's definition is then incomplete, which a test reports
	}
	return string(text)
}

// limits holds for every rule of this package.
const limits = "Input is followed through calls, fields, maps, builders and literals of its package, and through functions of other packages of the module " +
	"that a package calls directly; not through interfaces that another package implements, goroutines' channels or reflection. " +
	"A check in a function whose name says that it checks, but whose body is out of sight, leaves the site undecided. "

// SQLRule: no query text from input.
var SQLRule = rule.Rule{
	ID: "sql-built-from-input", Title: "a query text is built from request input", Section: rule.DataAccess, Severity: rule.Blocker, Since: "1.0.0",
	Supports: []rule.Section{rule.Security, rule.Secure},
	Why:      "A quote in the input ends the value, and what follows is run: anybody reads or deletes every row.",
	Fix:      "Hand values over as arguments for placeholders; choose columns and directions from a fixed list.",
	Limits:   limits + "Text that is put together from parameters whose callers are out of sight is undecided.",
	Example:  example("sql"),
}

// CommandRule: input does not choose programs.
var CommandRule = rule.Rule{
	ID: "injection-command", Title: "request input becomes a command", Section: rule.Security, Severity: rule.Blocker, Since: "1.0.0",
	Supports: []rule.Section{rule.Secure},
	Why:      "Whoever writes the text of a shell runs programs as the service.",
	Fix:      "Run a fixed program without a shell, and hand the input over as an argument after \"--\".",
	Limits:   limits + "Plain arguments of a fixed program are not reported, though some programs take options that run others.",
	Example:  example("command"),
}

// PathRule: input does not choose files.
var PathRule = rule.Rule{
	ID: "path-traversal", Title: "request input becomes a file path", Section: rule.Security, Severity: rule.Blocker, Since: "1.0.0",
	Supports: []rule.Section{rule.Secure},
	Why:      "With ../ in it the path leads to any file that the service can read or write.",
	Fix:      "Open through os.Root, or take filepath.Base, or refuse what filepath.IsLocal refuses.",
	Limits: limits + "A path parameter of a router that cannot hold a slash, and the name in a multipart form, which the parser shortens to its last element, " +
		"are not counted as input.",
	Example: example("path"),
}

// URLRule: input does not choose whom the service calls.
var URLRule = rule.Rule{
	ID: "ssrf", Title: "request input chooses which host is called", Section: rule.Security, Severity: rule.Blocker, Since: "1.0.0",
	Supports: []rule.Section{rule.Secure, rule.Integration},
	Why:      "The client makes the service call hosts that only the service can reach: metadata, databases, admin pages.",
	Fix:      "Compare the host with a list, and refuse private addresses where the connection is made.",
	Limits:   limits + "Only what decides the host counts. Services whose purpose is to call addresses that users configure are reported too.",
	Example:  example("url"),
}

// RedirectRule: input does not choose where clients are sent.
var RedirectRule = rule.Rule{
	ID: "open-redirect", Title: "request input chooses where the client is sent", Section: rule.Security, Severity: rule.Blocker, Since: "1.0.0",
	Supports: []rule.Section{rule.Secure},
	Why:      "A link to this service leads to a page of somebody else, which looks like a login of yours.",
	Fix:      "Keep the path only, or compare the target with a list.",
	Limits:   limits + "A test for a leading slash counts as a check, though \"//host\" passes it.",
	Example:  example("redirect"),
}

// HTMLRule: input is escaped in pages.
var HTMLRule = rule.Rule{
	ID: "xss-unescaped", Title: "request input is written into HTML unescaped", Section: rule.Security, Severity: rule.Blocker, Since: "1.0.0",
	Supports: []rule.Section{rule.Secure},
	Why:      "A script in the input runs in the page of whoever opens it, with that user's session.",
	Fix:      "Render with html/template, or escape with html.EscapeString; never answer with a content type that a client chose, nor parse a template that one wrote.",
	Limits: limits + "Text from the database counts as input of an earlier request, and so does a file that the package writes from input. Net/http answers " +
		"count as HTML where the function holds tags, sets no other type and does not begin with plain text; other frameworks' where the function sets text/html. The text of a template " +
		"counts whatever it renders where input is a part of it; a whole template from a client is undecided, since users may be meant to write it.",
	Example: example("html"),
}

// LogRule: input cannot forge lines of a log.
var LogRule = rule.Rule{
	ID: "log-injection", Title: "request input is written raw as a log line", Section: rule.Security, Severity: rule.Minor, Since: "1.0.0",
	Supports: []rule.Section{rule.Secure},
	Why:      "A line break in the input starts a line of the client's own, and the log tells a story that did not happen.",
	Fix:      "Print it with %q, or log it as an attribute of a structured logger.",
	Limits: limits + "The standard logger, and files opened for appending, count as logs; structured loggers escape. Header values are left out: " +
		"the server's parser refuses line breaks in them.",
	Example: example("log"),
}

// UploadRule: uploads are limited and looked at.
var UploadRule = rule.Rule{
	ID: "upload-unrestricted", Title: "an upload is stored without a check of size and type", Section: rule.Security, Severity: rule.Major, Since: "1.0.0",
	Supports: []rule.Section{rule.Secure},
	Why:      "A client fills the disk, replaces other users' files, or stores a page with a script that the service then serves.",
	Fix:      "Limit the body with http.MaxBytesReader, look at the content with http.DetectContentType, and store under a name of your own.",
	Limits: limits + "A limit or a check counts wherever the function or one that it calls makes it, whatever it compares with; " +
		"a limit in middleware of another package leaves the size undecided.",
	Example: example("upload"),
}
