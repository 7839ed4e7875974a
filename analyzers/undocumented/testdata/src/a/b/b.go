package b

// Told has one.
type Told struct{}

// Act has one.
func (Told) Act() {}
