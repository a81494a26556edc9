package reports

// Width is the number of terminal cells that s takes.
func Width(s string) int { return width(s) }
