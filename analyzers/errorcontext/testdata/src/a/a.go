package a

import (
	"errors"
	"fmt"
	"io"
	"os"

	"orm"
)

var ErrGone = errors.New("gone")

type myError struct{}

func (*myError) Error() string { return "" }

func (*myError) Is(target error) bool { return target == ErrGone }

func find() error { return ErrGone }

func bad() error {
	err := find()
	if err == ErrGone { // want `err is compared with ErrGone`
		return fmt.Errorf("find: %v", err) // want `formats err with %v`
	}
	switch err {
	case ErrGone: // want `err is compared with ErrGone`
		return fmt.Errorf("find %d: %s", 1, err.Error()) // want `formats err.Error\(\) with %s`
	}
	if _, ok := err.(*myError); ok { // want `err is asserted to be \*myError`
		return errors.New("find: " + err.Error()) // want `makes a new error of another one's text`
	}
	return err
}

func good(r io.Reader) error {
	err := find()
	if errors.Is(err, ErrGone) {
		return fmt.Errorf("find: %w", err)
	}
	if _, err := r.Read(nil); err == io.EOF {
		return nil
	}
	_, err = os.Open("x")
	if pe, ok := err.(*os.PathError); ok {
		return pe
	}
	if err == os.ErrNotExist {
		return fmt.Errorf("%w: %v", ErrGone, err)
	}
	return fmt.Errorf("%[1]v", err)
}

// The library has just put it there.
func first(db *orm.DB) bool {
	err := db.First(nil).Error
	return err == orm.ErrNotFound
}
