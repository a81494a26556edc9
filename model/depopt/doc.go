// Package depopt is dependency re-optimization across the linked environments of a dev
// server: the coordination logic of Vite (7.1 to 8.3), of a module runner in another
// runtime, and of what RedwoodSDK #832 added to make the two survive each other.
//
// A dev server bundles dependencies beforehand, and stamps the URL of every bundle with a
// version. A dependency that it did not know is found while a request is served: it bundles
// again, versions change, and everybody has to forget the old ones. A browser does so by
// reloading. Here the consumer is a module runner in the environment worker, which gets half
// of its modules from a second environment, ssr, through a bridge. Forgetting has to cross
// caches and environments that do not know of each other, and a request may be half
// evaluated when it happens.
//
//	sys := depopt.New()
//	cfg, _ := depopt.Find("after-832")
//	sys.Reset(cfg, depopt.Bridge(depopt.LazyBridge, nil), depopt.Deps{
//		Loop: server, Home: "worker", Environments: []string{"ssr", "worker", "client"},
//		Runner: &depopt.Transport{Invoke: wire}, Entry: depopt.EntryWorker, ...
//	})
//	c := &depopt.HTTPClient{Sys: sys, Loop: client, Up: up, Down: down}
//	client.Async(func(a env.Async) (any, error) {
//		return c.Get(a, 1, depopt.PageComp2)
//	})
//
// # What is what
//
//   - optimizer.go, commit.go: finding, bundling, versions. gate.go: who may load a bundle.
//   - graph.go, transform.go, source.go, crawl.go, fetch.go: a server environment.
//   - runner.go, channel.go, handler.go, state.go: the module runner and its messages.
//   - bridge.go: modules of ssr for worker. retry.go: the middleware chain.
//   - client.go, browser.go: who asks.
//   - program.go, apps.go, layout.go: applications, and how their dependencies are cut
//     into files.
//   - config.go: switches, the steps of upstream's work, toolchains. observer.go: what it
//     tells. inspect.go: what can be looked at.
//
// # Asynchrony
//
// The code runs on env.Loop and is written as the original is, in async functions. One task
// runs at a time per loop, and the order of microtasks is no choice. Work has a label and
// suspends; a timer is due not before its time; a message is a task at its receiver. Within
// one process a hot message calls the receiver's queue at once, whose handler goes on in
// microtasks of the same task. A commit is one task: rename, the new metadata, settling of
// who waits, and then, when those have run up to their next IO, invalidation and the reload
// message (349 of 349 measured reloads). The time of the rename is spent together with that of
// the bundle, before the decision, because the real calls are synchronous.
//
// Some async functions of the original are plain calls here, on the coroutine of who awaits
// them: that saves microtasks which nobody can observe, for what they return is awaited at
// once and by nobody else. What is shared (a transform, a fetch in flight, an evaluation,
// the resolution of a URL) is a promise, as there.
//
// # What is not modelled
//
// Partial hot updates and so the invalidation of importers, CSS, source maps, the disposal
// of processes, streaming of responses, errors outside of requests, real hash values.
// Dependencies are toys; slow bundles are a window. Upstream also chained the two optimizers'
// manual runs, which nothing calls. The scan always runs in an environment with an
// optimizer.
package depopt
