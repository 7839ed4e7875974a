package a

type Bare struct{} // want `package a documents 3 of 6 exported names; without a comment: Bare, Do, Act`

func Do() {}

// Told has one.
type Told struct{}

func (Told) Act() {}

func (Told) String() string { return "" }

type hidden struct{}

func (hidden) Act() {}

// Kinds of things.
type (
	One int
	Two int
)
