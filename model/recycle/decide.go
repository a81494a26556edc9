package recycle

// Echo is what the answer to a heartbeat says of the shell. The zero Echo is an
// answer without the header.
type Echo struct {
	Token      string // "": none
	Generation int    // number of the report, if they are counted; else 0
}

// Warmed is what a server believes its pages were made from. The zero Warmed is
// undefined.
type Warmed struct {
	Defined bool
	Echo    Echo
	// Unknown: pages were made from something else, or do not say from what. It
	// differs from every token.
	Unknown bool
}

// String is the token, or what there is instead of one.
func (w Warmed) String() string {
	switch {
	case !w.Defined:
		return "undefined"
	case w.Unknown:
		return "unknown"
	}
	return w.Echo.Token
}

// Decision is what a server makes of an echo.
type Decision struct {
	Recycle bool
	Next    Warmed // what it has warmed against afterwards
}

// Decide compares an echo with what a server has warmed against.
func Decide(x Echo, w Warmed, s Switches) Decision {
	switch {
	case x.Token == "":
		return Decision{Next: w}
	case !w.Defined:
		return Decision{Recycle: s.Baseline == RecycleFirst, Next: Warmed{Defined: true, Echo: x}}
	case !w.Unknown && w.Echo.Token == x.Token && (!s.Generation || w.Echo.Generation == x.Generation):
		return Decision{Next: w}
	}
	return Decision{Recycle: true, Next: Warmed{Defined: true, Echo: x}}
}
