package a

import "os"

// The file that one of the turns makes is read behind the loop.
func lastPart(parts []string) ([]byte, error) {
	var name string
	for _, part := range parts {
		f, err := os.CreateTemp("", part)
		if err != nil {
			return nil, err
		}
		name = f.Name()
		defer os.Remove(name)
		_ = f.Close()
	}
	return os.ReadFile(name)
}

// A variable of the function that nothing reads behind the loop.
func all(parts []string) (err error) {
	var f *os.File
	for _, part := range parts {
		if f, err = os.Open(part); err != nil {
			return err
		}
		defer f.Close() // want `defer f.Close runs only when the function ends`
	}
	return nil
}
