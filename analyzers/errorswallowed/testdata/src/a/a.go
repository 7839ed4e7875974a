package a

import (
	"context"
	"errors"
	"io/fs"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
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
	// want+2 `err is not nil here`
	if _, err := work(); err != nil {
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

// Undecided: what is logged, what a callback or a decoder forgives, what may be
// over or not there, a warning, and a check that lets pass whatever goes wrong.

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

func saveAll() error {
	// want+3 `err is not nil here`
	if _, err := work(); err != nil {
		log.Println(err)
		return nil
	}
	return nil
}

func logged() error {
	if _, err := work(); err != nil {
		log.Println(err)
		return nil
	}
	return nil
}

func walk(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if _, err := work(); err != nil {
			return nil
		}
		return nil
	})
}

func visit(path string, info os.FileInfo, err error) error {
	if _, err := work(); err != nil {
		return nil
	}
	return nil
}

func retried(try func(func() error) error) error {
	operation := func() error {
		if _, err := work(); err != nil {
			return nil
		}
		return nil
	}
	return try(operation)
}

func (r *result) UnmarshalJSON(data []byte) error {
	text, err := strconv.Unquote(string(data))
	if err != nil {
		return nil
	}
	r.Err = errors.New(text)
	return nil
}

func device() (string, error) {
	f, err := os.OpenFile("/dev/token", os.O_RDWR, 0o600)
	if err != nil {
		return "", nil
	}
	buf := make([]byte, 64)
	n, err := f.Read(buf)
	if err != nil {
		return "", nil
	}
	return string(buf[:n]), nil
}

type network struct{}

func (network) Wait(ctx context.Context) (bool, error) { return false, ctx.Err() }

func untilDone(ctx context.Context, n network) error {
	if _, err := n.Wait(ctx); err != nil {
		return nil
	}
	return nil
}

func optional() error {
	if _, err := os.Stat("/etc/shop.yaml"); err != nil {
		return nil
	}
	_, err := work()
	return err
}
