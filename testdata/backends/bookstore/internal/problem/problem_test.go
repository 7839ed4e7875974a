package problem

import (
	"errors"
	"testing"
)

func TestChecksWithoutProblemIsNil(t *testing.T) {
	var c Checks
	c.Require(true, "title", "is empty")
	if err := c.Err(); err != nil {
		t.Errorf("Err() = %v, want nil", err)
	}
}

func TestChecksCollectsFields(t *testing.T) {
	var c Checks
	c.Require(false, "title", "is empty")
	c.Require(false, "stock", "is negative")
	invalid, ok := errors.AsType[*Invalid](c.Err())
	if !ok || len(invalid.Fields) != 2 {
		t.Fatalf("Err() = %#v, want two fields", c.Err())
	}
	if got, want := invalid.Error(), "invalid input: title is empty"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}

func TestInvalidWithoutFields(t *testing.T) {
	if got, want := (&Invalid{}).Error(), "invalid input"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}
