package a

// One variable in one loop is one finding.
func where(fields []string) string {
	cond := ""
	for _, f := range fields {
		if cond != "" {
			cond += " or " // want `cond grows by a copy of itself`
		}
		cond += f + " = ?"
	}
	return cond
}
