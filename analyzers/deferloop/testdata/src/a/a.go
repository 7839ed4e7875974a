package a

import (
	"os"
	"sync"
)

func bad(list []*sync.Mutex) {
	for _, m := range list {
		m.Lock()
		defer m.Unlock() // want `defer m.Unlock runs only when the function ends`
	}
}

func good(list []*sync.Mutex) {
	for _, m := range list {
		func() {
			m.Lock()
			defer m.Unlock()
		}()
	}
	for _, m := range list {
		if m != nil {
			m.Lock()
			defer m.Unlock()
			return
		}
	}
	for _, m := range list {
		m.Lock()
		defer m.Unlock()
		break
	}
}

func reverse(closers []func(), stop chan bool, m *sync.Mutex) {
	for _, closer := range closers {
		defer closer()
	}
	for {
		select {
		case <-stop:
			m.Lock()
			defer m.Unlock()
			return
		}
	}
}

type upload struct{ body *os.File }

// What is collected is in use after the loop.
func collect(paths []string, send func([]upload) error) error {
	var uploads []upload
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		uploads = append(uploads, upload{body: f})
	}
	return send(uploads)
}
