package markdown

import (
	"regexp"
	"strings"
)

// special are the characters that Markdown or HTML could take for markup.
var special = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;",
	"|", `\|`, "~", `\~`, "$", `\$`, "\r", " ", "\n", " ",
)

// mention is what a forge would turn into a notification or a link to an issue.
var mention = regexp.MustCompile(`([@#])([\pL\pN])`)

// escape makes text of the audited repository plain: no markup, no mention.
func escape(s string) string {
	return mention.ReplaceAllString(special.Replace(s), "$1\u200b$2")
}

// code puts text into a code span that its backticks cannot end; inside a table
// a bar must be escaped even there.
func code(s string) string {
	s = strings.NewReplacer("\r", " ", "\n", " ", "|", `\|`).Replace(s)
	if s == "" {
		return ""
	}
	if !strings.Contains(s, "`") {
		return "`" + s + "`"
	}
	return "`` " + strings.ReplaceAll(s, "``", "` `") + " ``"
}
