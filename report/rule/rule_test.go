package rule

import "testing"

func TestJudged(t *testing.T) {
	for want, j := range map[string]Judged{
		"": {},
		"15 findings on real services were read: all hold.":                               {Read: 15, True: 15},
		"15 findings on real services were read: 14 hold, 1 may be disputed.":             {Read: 15, True: 14, Disputed: 1},
		"10 findings on real services were read: 8 hold, 1 may be disputed, 1 are wrong.": {Read: 10, True: 8, Disputed: 1},
	} {
		if got := j.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestValidate_judged(t *testing.T) {
	r := Rule{ID: "a-b", Title: "t", Since: "1.0.0", Why: "w", Fix: "f", Limits: "l", Section: Errors, Severity: Major}
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	r.Judged = Judged{Read: 1, True: 1, Disputed: 1}
	if err := r.Validate(); err == nil {
		t.Error("more findings are judged than were read, and that is no error")
	}
}
