package a

func resetEnv(names ...string) {}

// A list of names, none of which is a value.
func forget() { resetEnv("SECRET", "ADMIN_PASSWD", "AUTH_KEY") }
