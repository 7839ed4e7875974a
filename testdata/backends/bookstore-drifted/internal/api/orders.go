package api

import (
	"encoding/json"
	"net/http"

	"example.com/bookstore/internal/ordering"
)

func (s *Server) listOrders(w http.ResponseWriter, r *http.Request) {
	page, err := pageOf(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	orders, err := s.Orders.List(r.Context(), userOf(r.Context()).ID, page)
	if err != nil {
		// defect: error-detail-leaked
		s.respond(w, r, http.StatusInternalServerError, errorBody{Code: "internal", Message: err.Error()})
		return
	}
	s.respond(w, r, http.StatusOK, list[ordering.Order]{Items: orders, Limit: page.Limit, Offset: page.Offset})
}

func (s *Server) placeOrder(w http.ResponseWriter, r *http.Request) {
	var in ordering.Input
	_ = json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&in) // defect: input-parse-error-ignored
	if err := in.Validate(); err != nil {
		s.fail(w, r, err)
		return
	}
	order, err := s.Orders.Place(r.Context(), userOf(r.Context()).ID, in)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.respond(w, r, http.StatusCreated, order)
}

// defect: endpoint-stub
func (s *Server) getOrder(w http.ResponseWriter, r *http.Request) {
	s.respond(w, r, http.StatusNotImplemented, errorBody{Code: "not_implemented", Message: "Not implemented yet."})
}
