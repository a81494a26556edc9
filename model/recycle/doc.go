// Package recycle is the coordination logic of a fleet of prerender servers that must
// learn of a new shell: cardstack/boxel before, during and after pull requests #5094,
// #5205 and #5902, with the fixes that were proposed, each as a [Switches].
//
// The logic knows only sim/env. It does not know whether its world is simulated.
//
// # The protocol, from the smallest form
//
// A prerender server has one headless Chrome and a pool of pages. A page loads the host
// shell once and keeps it for life. A deploy puts a new shell on the CDN and rolls the
// realm servers that serve it. A page that still has the old shell renders new source
// as an error, and the error is stored.
//
//	realm#2       boots, fetches the shell, reports its token          [Task]
//	manager#1     stores the token                                     [Manager]
//	prerender#1   beats; the answer brings the token                   [Prerender]
//	              it is not the one that the pages were warmed against
//	              recycle: close all pages and Chrome, launch, load again
//	lb            sends the load to whichever task is routable
//
// Nothing orders the last line against the others: a task reports before it is
// routable, so the fleet recycles, loads the old shell from the old task, and believes
// that it has the new one. That is v1 to v4. From v5 on a task reports after it has
// started, which is usually, and not always, after the flip.
//
// What a server believes of its first pages is the other half: it may adopt the first
// token that comes ([AdoptFirst]), ask for one ([SeedBaseline]), or trust none
// ([RecycleFirst]).
//
// # Processes
//
// Each has a struct whose fields are its settings, and a Start that is the program's
// main function in one life. Memory is lost with the life; what outlives it is in a
// [DB].
//
//	host := net.Host("manager#1", nil, func(h env.Host) {
//		m := recycle.Manager{Base: recycle.Base{Host: h, Switches: s, Constants: recycle.Defaults()}, Addr: addr}
//		m.Start()
//	})
//
// They are:
//
//   - [Task]: a realm server: boot, start, shell, report, hook.
//   - [Manager]: registry, token, placing of renders.
//   - [Prerender] with its [Pool]: heartbeats, recycle, restart, pages, leases, end.
//   - [CDN], [Hook], [Harness]: what publishes, what a deploy calls at its end, what
//     brings a fleet up for an end-to-end test.
//   - [Client], [Reader]: who asks for renders and stores them.
//
// # Steps
//
// Work that takes time without asking anybody, by label:
//
//	realm      task-boot, db-setup, mount, started
//	prerender  prerender-boot, profile-sweep, chrome-launch, page-load, page-load.failed,
//	           render, page-close, chrome-close
//	cdn        edge
//	client     ask
//	harness    harness-release
//
// Requests are called beat, report, unregister, hook, load, seed, visit (client to
// manager) and assign (manager to server), and those to the CDN smoke, page-fetch,
// hash-fetch, report-fetch and checksum-fetch.
//
// # Catalogue
//
//   - [Switches], [SwitchDocs], [Variants], [Find]: what is decided how.
//   - [Constants], [Defaults]: the numbers.
//   - [Decide], [Choose]: the two decisions that are pure functions.
//   - [Artifact], [Shell], [Token], [Version]: the shell, raw and served.
//   - [Probe], [Fact]: what can be observed, and what is read and written.
//
// # Where the source says too little
//
// Chrome's handle is cleared when its close has returned, so a page that is asked for
// meanwhile is opened on the closing browser and fails. A new page of an affinity is
// added at the end of the set that closeAll walks. The shrink timer closes what a pool
// has above its size after a minute without a render. What closes a page waits for its
// lease like a render of the lowest priority. Sequenced beats drop an answer older than
// one that was looked at. A budget is kept by the manager, which echoes no token to
// more servers than may recycle; jitter is a hash of the server's address, because the
// logic has no randomness of its own.
package recycle
