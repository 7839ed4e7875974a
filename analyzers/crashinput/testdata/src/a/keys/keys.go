// Package keys sets values in requests' contexts.
package keys

import "context"

type key int

// User is the key of the user's name.
const User key = 1

// With sets the user.
func With(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, User, name)
}
