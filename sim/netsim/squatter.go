package netsim

import "github.com/seed-3519b94c/simrun/sim/env"

// Squat is what something else does that has a port.
type Squat uint8

const (
	SquatOther  Squat = iota // answers 200 to everything, with its body
	SquatNoJSON              // answers 200 with a text that is no JSON
	SquatSick                // answers 503
	SquatSilent              // accepts and never reads
)

// Squatter is a program that takes a port and behaves as kind says, from Start until
// it is stopped. body is the answer of SquatOther. It ends with code 1 if the port is
// taken.
func (n *Net) Squatter(name string, m *Machine, a env.Addr, kind Squat, body any) *Host {
	return n.Host(name, m, func(h env.Host) {
		l, err := h.Bind(a)
		if err != nil {
			h.Log(env.Error, "bind "+a.String()+": "+err.Error())
			h.Exit(1)
			return
		}
		switch kind {
		case SquatOther:
			l.Serve(func(x env.Exchange) { x.Reply(200, body) })
		case SquatNoJSON:
			l.Serve(func(x env.Exchange) { x.Reply(200, "<html>hello</html>") })
		case SquatSick:
			l.Serve(func(x env.Exchange) { x.Reply(503, nil) })
		}
	})
}
