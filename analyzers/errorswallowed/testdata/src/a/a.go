package a

import (
	"errors"
	"log"
	"log/slog"
	"os"
)

var errGone = errors.New("gone")

type result struct{ Err error }

func work() (int, error) { return 0, nil }

func clean() {}

func bad() error {
	_, err := work()
	// want+2 `err is not nil here, and nil is returned for it`
	if err != nil {
		return nil
	}
	// want+3 `err is not nil here`
	if _, err := work(); err != nil {
		log.Println(err)
		return nil
	}
	return nil
}

func badValue() (*result, error) {
	// want+2 `err is not nil here`
	if _, err := work(); err != nil {
		return nil, nil
	}
	return &result{}, nil
}

func good(given error) (*result, error) {
	_, err := work()
	if err != nil {
		return nil, err
	}
	if errors.Is(err, errGone) {
		return nil, nil
	}
	if err != nil {
		return &result{Err: err}, nil
	}
	if err != nil {
		clean()
		return nil, nil
	}
	if given != nil {
		return nil, nil
	}
	return nil, nil
}

func valid() (bool, error) {
	if _, err := work(); err != nil {
		return false, nil
	}
	return true, nil
}

func explained() error {
	if _, err := work(); err != nil {
		// It may be gone already.
		return nil
	}
	return nil
}

// Undecided: a warning, and a check that lets pass whatever goes wrong.

func bestEffort() error {
	if _, err := work(); err != nil {
		slog.Warn("no cache", "error", err)
		return nil
	}
	return nil
}

func letsPass() error {
	_, err := work()
	if err != nil {
		return nil
	}
	_, err = work()
	if err != nil {
		return nil
	}
	if _, err := work(); err != nil {
		return nil
	}
	return errGone
}

func optional() error {
	if _, err := os.Stat("/etc/shop.yaml"); err != nil {
		return nil
	}
	_, err := work()
	return err
}
