package cmd

import (
	"fmt"
	"log"
)

// Show prints for whoever asked; a log is another matter.
func Show(accessToken string) {
	fmt.Println("token:", accessToken)
	log.Println("token:", accessToken) // want `log.Println logs accessToken`
}
