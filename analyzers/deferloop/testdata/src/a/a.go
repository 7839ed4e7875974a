package a

import "sync"

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
