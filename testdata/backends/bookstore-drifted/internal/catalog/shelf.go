package catalog

// shelf is where the book stands.
func (in Input) shelf() string { // defect: function-too-complex
	if in.Genre == "fiction" || in.Genre == "poetry" {
		if in.PriceCents > 2000 {
			if in.Stock > 10 {
				return "A1"
			} else if in.Stock > 5 {
				return "A2"
			} else {
				if in.PublishedYear != nil {
					if *in.PublishedYear < 1900 {
						return "A3"
					}
					return "A4"
				}
				return "A5"
			}
		} else if in.Stock > 10 {
			return "B1"
		} else {
			return "B2"
		}
	} else if in.Genre == "science" {
		for _, limit := range []int64{500, 1000, 1500} {
			if in.PriceCents < limit {
				if in.Stock > 10 {
					if in.PublishedYear != nil && *in.PublishedYear < 1900 {
						return "C1"
					} else if in.PublishedYear == nil {
						return "C2"
					}
					return "C3"
				}
				return "C4"
			}
		}
	}
	return "D"
}
