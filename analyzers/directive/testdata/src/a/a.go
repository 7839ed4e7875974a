package a

func work() error { return nil }

func use() {
	//conformance:ignore error-ignored the caller measures this
	work()
	//conformance:ignore error-ignored nothing is dropped // want `this directive suppresses no error-ignored here`
	_ = work()
	//conformance:ignore error-ignored // want `this directive gives no reason`
	_ = work()
	//conformance:ignore // want `this directive names no rule`
	_ = work()
}

//conformance:ignore endpoint-stub it is planned for the next release
func later() {}
