// Package steps has one flow with several steps.
package steps

import (
	"os"
	"path/filepath"

	"github.com/gofiber/fiber/v2"
)

type input struct{ Name, Other string }

func handler(c *fiber.Ctx) error {
	// The body is decoded here.
	var in input
	if err := c.BodyParser(&in); err != nil {
		return err
	}
	_ = in.Other
	return load(in.Name)
}

// load opens what its caller names.
func load(name string) error {
	full := filepath.Join("/data", name)
	_, err := os.ReadFile(full)
	return err
}
