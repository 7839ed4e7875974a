package behaviour_test

import "go/constant"

func constantBool(b bool) constant.Value { return constant.MakeBool(b) }
