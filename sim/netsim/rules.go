package netsim

// Rule is something that this model says real systems do and that a story may hang
// on: a system that has the rule can show the story.
type Rule struct {
	ID      string
	What    string
	Systems string
	// Known says how: observed, or from what source.
	Known string
}

// String is the rule with where it holds and how that is known.
func (r Rule) String() string { return r.What + " [" + r.Known + ", " + r.Systems + "]" }

const node = "Node.js 20.20, undici 6.24"

// rules is all of them. A rule is noted on the events at which it makes a difference.
var rules = [...]Rule{
	{"http.kept", "a request soon after the last goes on the same connection, whatever the name stands for by then", node, "observed"},
	{"http.stale", "a request on a kept connection is lost to a reset if its end is on the way", "HTTP/1.1", "RFC 9112 9.5"},
	{"http.header-wait", "a client without a timeout gives up when no response header has come for 300 s", node, "lib/dispatcher/client.js, headersTimeout"},
	{"http.abort", "a client that gives up ends its own side only: the server goes on until it sees the end", "TCP", "RFC 9293 3.6"},
	{"net.unread", "a listener that does not read never sees that its caller is gone: the connection stays open, and close does not complete", node, "observed"},
	{"net.half-open", "a machine that loses power tells nobody: who waits for it goes on waiting", "TCP", "RFC 9293 3.5.1"},
	{"net.held-up", "what is sent while a link is parted arrives after it is whole again", "TCP", "RFC 9293 3.8"},
	{"os.default-signal", "SIGTERM and SIGINT end a program that does not handle them, at once", "POSIX", "signal(7)"},
	{"os.stall", "timers that come due while a loop is blocked run once each, late, before what came from the network", node, "libuv, uv_run"},
}

// Rules lists the rules.
func Rules() []Rule { return append([]Rule(nil), rules[:]...) }

// rule notes a rule on the current event.
func (n *Net) rule(id string) {
	if !n.w.Recording() {
		return
	}
	for _, r := range rules {
		if r.ID == id {
			n.w.Rule(id, r.String())
			return
		}
	}
	n.w.Mistake("rule %q: there is none of that name (this is a bug of netsim)", id)
}
