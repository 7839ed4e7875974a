// Command bookstore serves the bookstore's API. // defect: package-uncovered
// "bookstore rollback" takes the latest schema migration back instead.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"example.com/bookstore/internal/account"
	"example.com/bookstore/internal/api"
	"example.com/bookstore/internal/catalog"
	"example.com/bookstore/internal/config"
	"example.com/bookstore/internal/isbn"
	"example.com/bookstore/internal/ordering"
	"example.com/bookstore/internal/storage"
	"example.com/bookstore/migrations"
)

// lookupBackoff is the pause before an ISBN lookup is tried again.
const lookupBackoff = 200 * time.Millisecond

func main() {
	if err := run(context.Background(), os.Args[1:], os.Getenv, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bookstore:", err)
		os.Exit(1)
	}
}

// run does what the arguments say.
func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) (err error) {
	settings, err := config.Load(getenv)
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	db, err := storage.Open(ctx, settings.DatabasePath)
	if err != nil {
		return fmt.Errorf("start: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	switch {
	case len(args) == 1 && args[0] == "rollback":
		if err := storage.Rollback(ctx, db, migrations.Files); err != nil {
			return fmt.Errorf("roll back: %w", err)
		}
		return nil
	case len(args) != 0:
		return fmt.Errorf("unknown arguments %q: the only command is rollback", args)
	}
	logger := log.New(out, os.Getenv("LOG_PREFIX"), log.LstdFlags) // defect: configuration-undocumented
	handler, err := assemble(ctx, settings, db, logger)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", settings.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", settings.Addr, err)
	}
	logger.Printf("listening on %s", listener.Addr())
	return serve(listener, handler)
}

// assemble brings the database up to date and builds the API on top of it.
func assemble(ctx context.Context, settings config.Config, db *sql.DB, logger *log.Logger) (http.Handler, error) {
	if err := storage.Migrate(ctx, db, migrations.Files); err != nil {
		return nil, fmt.Errorf("bring the database up to date: %w", err)
	}
	accounts := account.NewService(db, settings.SessionTTL)
	if settings.AdminEmail != "" {
		if err := accounts.EnsureAdmin(ctx, settings.AdminEmail, settings.AdminPassword); err != nil {
			return nil, fmt.Errorf("set up accounts: %w", err)
		}
	}
	server := &api.Server{
		Accounts: accounts,
		Books:    catalog.NewService(db),
		Orders:   ordering.NewService(db),
		ISBN:     isbn.NewClient(settings.ISBNLookupURL, lookupBackoff),
		Database: db,
		Logger:   logger,
	}
	return server.Routes(), nil
}

// serve answers requests until the process ends.
func serve(listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler} // defect: server-without-timeout
	// defect: health-missing // defect: readiness-shallow // defect: panic-unrecovered // defect: metrics-missing
	if err := server.Serve(listener); err != nil { // defect: shutdown-abrupt
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}
