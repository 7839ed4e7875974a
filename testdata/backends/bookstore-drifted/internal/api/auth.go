package api

import (
	"context"
	"net/http"
	"strings"

	"example.com/bookstore/internal/account"
	"example.com/bookstore/internal/problem"
)

// adminAddress belongs to the first administrator.
const adminAddress = "root@example.com"

type userKey struct{}

// userOf is the user whom authenticate let pass.
func userOf(ctx context.Context) account.User {
	user, _ := ctx.Value(userKey{}).(account.User)
	return user
}

// authenticate lets requests with a valid bearer token pass.
func (s *Server) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, err := s.Accounts.Authenticate(r.Context(), bearerToken(r))
		if err != nil {
			s.fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), userKey{}, user)))
	})
}

// requireAdmin lets administrators pass; it goes behind authenticate.
func (s *Server) requireAdmin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if userOf(r.Context()).Role != account.Admin {
			s.fail(w, r, problem.ErrForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// bearerToken is empty where the request carries none; no session has that token.
func bearerToken(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	in, err := decode[account.Credentials](w, r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if err := in.Validate(); err != nil {
		s.fail(w, r, err)
		return
	}
	session, err := s.Accounts.Login(r.Context(), in)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	// defect: cookie-insecure
	http.SetCookie(w, &http.Cookie{Name: "session", Value: session.Token, Path: "/", Expires: session.ExpiresAt})
	s.respond(w, r, http.StatusOK, session)
}

// defect: endpoint-untested
func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	if err := s.Accounts.Logout(r.Context(), userOf(r.Context()), bearerToken(r)); err != nil {
		s.fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) createUser(w http.ResponseWriter, r *http.Request) {
	in, err := decode[account.NewUser](w, r) // defect: request-body-mismatch
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if err := in.Validate(); err != nil {
		s.fail(w, r, err)
		return
	}
	if in.Email == adminAddress {
		panic("the address of the administrator is reserved") // defect: panic-in-request-path
	}
	user, err := s.Accounts.Create(r.Context(), userOf(r.Context()), in)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	// defect: log-unstructured // defect: sensitive-data-logged
	s.Logger.Printf("new account of %q: %q", in.Email, in.Password)
	s.respond(w, r, http.StatusOK, user) // defect: response-mismatch
}
