package a

import (
	crypto "crypto/rand"
	"math/rand"
	"time"
)

func newSessionID() int { return rand.Int() } // want `rand.Int is predictable, and what newSessionID makes must not be`

func reset() int {
	resetToken := rand.Intn(1000) // want `rand.Intn is predictable, and resetToken must not be`
	return resetToken
}

func good() {
	jitter := time.Duration(rand.Intn(100))
	_ = jitter
	rand.Shuffle(2, func(i, j int) {})
	token := crypto.Text()
	_ = token
}

type session struct{ keepAlive time.Duration }

// What is made is a session, and the number is for its timer.
func newSession() *session {
	wait := time.Second + time.Duration(rand.Intn(9000))
	return &session{wait}
}
