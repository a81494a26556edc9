// Package netsim is networks and the programs on them, in a sim.World: links that are
// slow or cut, HTTP, ports, names, load balancers, rolls and pipelines, and processes
// that crash, stall, are signalled and start again, with wall clocks of their own.
//
// # A first network
//
// A program is a function that gets its whole world as an env.Host. It runs once in
// each life; what it arms, binds and asks for is the program:
//
//	n := netsim.New(w, netsim.Config{})
//	manager := n.Host("manager", nil, func(h env.Host) {
//		l, err := h.Bind(env.Addr{Host: "::", Port: 4222})
//		...
//		l.Serve(env.Routes{"POST /servers": func(x env.Exchange) {
//			servers[x.From()]++
//			x.Reply(204, nil)
//		}}.Serve)
//	})
//	server := n.Host("server#1", nil, func(h env.Host) {
//		beat := env.Request{Label: "beat", Method: "POST", Addr: env.Addr{Host: "manager", Port: 4222}, Path: "/servers"}
//		h.Every("tick", 5*time.Second, func() {
//			h.Do(beat, func(r env.Response, err error) { ... })
//		})
//	})
//	manager.Start()
//	server.Start()
//
// Each callback is one event and runs to its end, so this is the fast path of the
// world: no coroutine, and nothing is allocated for a message. A program on an event
// loop is made by HostOnLoop, a sequential one by Process.
//
// # What can happen
//
// A message takes as long as the profile's row for its label says (`beat`, and for the
// response `beat.reply`), or else that for its link (`link`, see Link.Label). The rest
// is up to the world. In the fourth second the manager crashes, and is back two
// seconds later; its power goes off without a word; somebody rolls it out anew:
//
//	manager.Crash()
//	manager.Restart()
//	manager.Vanish()
//	lb := n.Balancer(netsim.BalancerConfig{Name: "lb", Port: 80})
//	s := n.Service("manager", lb, 4222)
//	s.Roll(netsim.Overlap, next, func() { ... })
//
// # Events
//
// They belong to the program, or to the machine if several programs run on it:
// `manager:beat@server#1#7` is the arrival of the seventh beat of server#1.
//
//	label          arrival of a request          label.reply    of its response
//	label.abort    of the end of a connection    label.refused, label.reset    of bad news
//	label.timeout, label.wait                    the client gives up, see env.Request
//	start, SIGTERM, SIGKILL, exited, close, serve, and what Work, After and Every are called
//	flip, unflip, probe, drained                 of a balancer;   stable, JOB    of services and pipelines
//
// # Rules
//
//   - What is sent on one connection arrives in order; HTTP is one request at a time on
//     one connection. A connection and the first request on it are one message.
//   - An abort, a timeout and the death of a client end its side at once, and the
//     server's when the news has come and was read. A listener without a handler does
//     not read: its connections stay open until it destroys them.
//   - A client that set no timeout waits 300 s for a response (undici's headersTimeout).
//     It keeps an idle connection for 4 s, and resolves names anew for each new one.
//   - Addresses overlap as on Linux: "::" stands for both families, "0.0.0.0" for one;
//     two sockets may not overlap, and an address that is named wins over one that stands
//     for many.
//   - A crash loses what a life knew, frees its ports, resets its connections and forgets
//     its timers. What is on a Store stays.
//   - Periods are exact. Give the label of an Every a row in the profile to say how late
//     its ticks may be. They do not keep the world from coming to rest.
//   - A stall defers what a program handles, not what its system does: connections are
//     accepted, SIGKILL kills. At its end timers that came due run first, each once.
//   - Faults of links and of work are off until they are asked for, and then they are
//     faults of the world, which a strategy may let strike.
//
// # What it costs
//
// A firing costs the square of what is pending. Periodic timers that began at exact
// instants (Host.StartAt) are one pending event in all, so three hundred servers'
// heartbeats cost what is on its way at one time. An idle connection that is kept is
// remembered at a cost (Config.KeepAlive), and so is an env.Mark: a registry of three
// hundred servers that keeps one for each is better run in Sampled mode, where both are
// free.
//
// # Left out
//
// The handshake of a connection as events of its own, time-outs of connecting, packets,
// and bodies that come in pieces; keep-alive bounds of servers (Node's is 5 s, beyond the
// client's 4); TLS; retries of a resolver. A program on a loop cannot be stalled: widen
// the windows of its callbacks instead.
//
// # Catalogue
//
//   - [Net], [New], [Config]: the network. [Machine]: addresses and ports. [Net.Name].
//   - [Host], [Net.Host], [Net.HostOnLoop], [Net.Process]: programs, and what befalls
//     them ([Net.BackgroundHost] for those that try for ever): Start, StartAt, Crash, Vanish, Restart, Signal, Stop, Stall, StepWall,
//     DriftWall, Faulty. [Net.Program]: what Spawn starts.
//   - [Link], [LinkFaults], [Net.Partition]: the way between.
//   - [Store]: what outlives programs. [Rules]: what systems must do for a story.
//   - [Balancer], [Service], [Pipeline], [Net.Squatter]: what others run.
package netsim
