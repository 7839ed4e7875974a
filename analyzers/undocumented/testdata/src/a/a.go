package a

type Bare struct{} // want `Bare is exported and has no doc comment`

func Do() {} // want `Do is exported and has no doc comment`

// Told has one.
type Told struct{}

func (Told) Act() {} // want `Act is exported and has no doc comment`

func (Told) String() string { return "" }

type hidden struct{}

func (hidden) Act() {}

// Kinds of things.
type (
	One int
	Two int
)
