package recycle

import (
	"slices"

	"github.com/seed-3519b94c/simrun/sim"
)

// finding is what exploration found of cells whose verdict nobody had given: which
// properties variants violate, and why. The others of the scenario hold.
type finding struct {
	scenario string
	variants []string
	fails    []string
	why      string
	// rarely are what they violate in so few schedules that a campaign may not show it.
	rarely []string
}

// found are the expectations of a scenario that come from exploration.
func found(scenario string, all ...string) (out []sim.Expectation) {
	for _, f := range findings {
		if f.scenario != scenario {
			continue
		}
		for _, v := range f.variants {
			out = append(out, sim.Expectation{Variant: v, Fails: f.fails, Rarely: f.rarely, Holds: others(all, slices.Concat(f.fails, f.rarely)), Why: f.why})
		}
	}
	return out
}

// others are the names that are not among some.
func others(names, some []string) (out []string) {
	if len(some) == 0 {
		return nil // then all hold
	}
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return slices.Contains(some, n) })
}

// findings come from campaigns in which each property was judged alone.
var findings = []finding{
	{
		"fresh-hint", []string{"v0c"},
		nil,
		"once in some 100,000 schedules the refill that a revalidation waits for takes so long that another realm's first render waits for it too, and takes its page", []string{hint},
	},
	{
		"baseline", []string{"v5"},
		[]string{fresh, agree},
		"it adopts the first token too, and reporting later does not change what that stands for", nil,
	},
	{
		"baseline", []string{"v6", "gen", "verify"},
		nil,
		"the first token recycles, and when it comes only the new task is routable", nil,
	},
	{
		"seed-split", []string{"v5", "v6"},
		[]string{fresh, agree},
		"the first token recycles while both tasks are routable, and the balancer may pick the old one again; from that recycle on (in gen until the hook's report, which counts anew; with a job until that) a server believes what is not so", nil,
	},
	{
		"seed-split", []string{"gen"},
		[]string{agree},
		"from that recycle on (in gen until the hook's report, which counts anew; with a job until that) a server believes what is not so", nil,
	},
	{
		"seed-split", []string{"verify"},
		nil,
		"pages name the token that they were made from, and it recycles until all name the new one", nil,
	},
	{
		"wrong-target", []string{"v6", "gen", "verify"},
		nil,
		"the report goes where the renders go", nil,
	},
	{
		"train", []string{"v5", "v6"},
		[]string{fresh, agree},
		"a task may start faster than the balancer flips: its report comes before the flip, and the hook only repeats the token; from that recycle on (in gen until the hook's report, which counts anew; with a job until that) a server believes what is not so", nil,
	},
	{
		"train", []string{"gen", "v5+jb", "v6+jb", "gen+jb"},
		[]string{agree},
		"from that recycle on (in gen until the hook's report, which counts anew; with a job until that) a server believes what is not so", nil,
	},
	{
		"train", []string{"verify", "verify+jb"},
		nil,
		"pages name the token that they were made from, and it recycles until all name the new one", nil,
	},
	{
		"train-late-start", []string{"v6", "gen", "verify"},
		nil,
		"the report comes after the flip", nil,
	},
	{
		"job-gate", []string{"v5+ja", "v6+ja", "gen+ja"},
		[]string{fresh},
		"with the hook answered 403 no second report comes and no job runs; if the first report came before the flip, nothing heals it", nil,
	},
	{
		"job-gate", []string{"v5+jb", "v6+jb", "gen+jb", "verify+ja", "verify+jb"},
		nil,
		"the job waits for the realm servers only, or pages name what they were made from", nil,
	},
	{
		"token-midway", []string{"v6", "gen", "verify"},
		nil,
		"the next heartbeat says again what the ignored one said", nil,
	},
	{
		"conf-only", []string{"v5", "v0", "v1", "v2", "v3", "v4", "v6", "verify"},
		[]string{fresh},
		"the token is of the raw file, so settings do not change it, and pages do not name them", nil,
	},
	{
		"conf-only", []string{"gen", "v5+jb", "v0+jb", "v1+jb", "v2+jb", "v3+jb", "v4+jb", "v6+jb", "gen+jb", "verify+jb"},
		nil,
		"a report that counts although the token is equal, or a job, makes new pages", nil,
	},
	{
		"base-index", []string{"v5", "v0", "v1", "v2", "v3", "v4", "v6", "gen", "verify", "v5+jb", "v0+jb", "v1+jb", "v2+jb", "v3+jb", "v4+jb", "v6+jb", "gen+jb", "verify+jb"},
		[]string{noPoison0, noPoison},
		"a new task renders its own sources before anybody can have its shell: the balancer has not flipped; an index row stays until the hook finds another shell, more than 120 s later, and lists the sources again", nil,
	},
	{
		"join-restart", []string{"v5", "v1", "v2", "v3", "v4", "v6"},
		[]string{agree, fresh},
		"the recycle joins a restart that had loaded the old shell already, or a restart makes new pages and notes nothing; the recycle joins a restart that had loaded the old shell already, and notes the new token", nil,
	},
	{
		"join-restart", []string{"v0"},
		[]string{fresh},
		"the recycle joins a restart that had loaded the old shell already, and notes the new token", nil,
	},
	{
		"join-restart", []string{"gen"},
		[]string{agree},
		"the recycle joins a restart that had loaded the old shell already, or a restart makes new pages and notes nothing", nil,
	},
	{
		"join-restart", []string{"verify"},
		nil,
		"pages name the token that they were made from", nil,
	},
	{
		"manager-restart", []string{"v6", "gen", "verify"},
		nil,
		"a heartbeat without a token changes nothing", nil,
	},
	{
		"token-trim", []string{"v6", "verify"},
		nil,
		"trimmed, it is the token of before", nil,
	},
	{
		"token-trim", []string{"gen"},
		[]string{conv},
		"an equal token that is reported again counts as news: the whole fleet recycles", nil,
	},
	{
		"two-managers", []string{"v5", "v6", "gen", "verify"},
		[]string{conv, reg},
		"one manager has the new token, the other the old one, and heartbeats alternate: the fleet recycles back and forth; a heartbeat reaches one of two managers: either may not hear of a server for many periods; once in some thousand schedules the report after the hook, too, goes to the manager that is on its way out, on the connection of the one before", []string{fresh},
	},
	{
		"two-managers", []string{"v0", "v3"},
		[]string{reg, fresh},
		"a heartbeat reaches one of two managers: either may not hear of a server for many periods; the report reached the manager that is on its way out, and the other never learns of it", nil,
	},
	{
		"two-managers", []string{"v1", "v2", "v4"},
		[]string{conv, reg, fresh},
		"one manager has the new token, the other the old one, and heartbeats alternate: the fleet recycles back and forth; a heartbeat reaches one of two managers: either may not hear of a server for many periods; the report reached the manager that is on its way out, and the other never learns of it", nil,
	},
	{
		"half-failure", []string{"v5", "v1", "v2", "v4", "v6", "gen", "verify"},
		[]string{live, fresh},
		"a close that never returns has no bound, and the recycle never ends; a recycle that never ends ignores every later token; a server that fails to close keeps its pages", nil,
	},
	{
		"half-failure", []string{"v0", "v3"},
		[]string{fresh},
		"a recycle that never ends ignores every later token; a server that fails to close keeps its pages", nil,
	},
	{
		"capacity", []string{"v5", "v1", "v2", "v4", "v6", "gen", "verify", "v5+jb", "v0+jb", "v1+jb", "v2+jb", "v3+jb", "v4+jb", "v6+jb", "gen+jb", "verify+jb"},
		[]string{cap1, cap2},
		"all servers hear the token within one heartbeat, and all recycle at once", nil,
	},
	{
		"capacity", []string{"v0", "v3"},
		nil,
		"nobody is told, so nobody recycles; once in some thousand schedules two servers with one page each render for longer than 5 s at the same time", []string{cap2},
	},
	{
		"pool", []string{"v5", "v1", "v2", "v3", "v4", "v6", "gen", "verify"},
		[]string{oneChrome, noMinus, poolSize, shrinks},
		"a render during the restart launches a browser of its own: launching is not single-flight; closing sets the count to 0 while a page is being made, which then counts itself off; pages that renders ask for during the restart come on top of those of the refill; closing stops the timer, and only the constructor starts it", nil,
	},
	{
		"pool", []string{"v0"},
		nil,
		"nobody is told, so nobody recycles", nil,
	},
	{
		"token-bytes", []string{"v5", "v1", "v2", "v4", "v6", "gen", "verify"},
		nil,
		"heartbeats are answered 500 and registered all the same; the next good report overwrites the token", nil,
	},
	{
		"token-bytes", []string{"v0", "v3"},
		[]string{fresh},
		"no report ever reaches the manager, or nobody looks", nil,
	},
	{
		"sigterm", []string{"v5", "v0", "v1", "v2", "v3", "v4", "v6", "gen", "verify"},
		[]string{live, reg},
		"the command line's handler destroys all connections at once; the heartbeat that says draining overtakes the one before it, which then says active, and the server exits without a word", nil,
	},
	{
		"clock", []string{"v5", "v0", "v1", "v2", "v3", "v4", "v6", "gen", "verify"},
		[]string{reg},
		"a clock that is set back keeps a dead server for as much longer; a server that stalls is forgotten while it lives; once in some 1,000 schedules a clock that is set forward makes the manager forget all servers just when their next heartbeats are 5 s away", []string{cap1},
	},
	{
		"bad-render", []string{"v5", "v0", "v1", "v2", "v3", "v4", "v6", "gen", "verify"},
		[]string{cap1},
		"the failed render restarts one server's pool, and renders again there, while a slow render keeps the only page of the other: once in some 1,000 schedules nobody can begin a render for 5 s; a server that is forgotten is back at its next heartbeat", nil,
	},
	{
		"train-whole", []string{"v5", "v1", "v2", "v3", "v4", "v6"},
		[]string{fresh, agree, cap1, noPoison0, noPoison},
		"a task may start faster than the balancer flips; before v5 every one does; from a recycle before the flip on a server believes what is not so; while the manager is replaced no server is in its registry, for up to 30 s and a heartbeat; new source is in force as soon as a new task listens, and the fleet has the old shell; an error is rendered again on the page that made it, until that page goes", nil,
	},
	{
		"train-whole", []string{"v0"},
		[]string{fresh, cap1, noPoison0, noPoison},
		"a task may start faster than the balancer flips; before v5 every one does; while the manager is replaced no server is in its registry, for up to 30 s and a heartbeat; new source is in force as soon as a new task listens, and the fleet has the old shell; an error is rendered again on the page that made it, until that page goes", nil,
	},
	{
		"train-whole", []string{"gen"},
		[]string{agree, cap1, conv, noPoison0, noPoison},
		"from a recycle before the flip on a server believes what is not so; while the manager is replaced no server is in its registry, for up to 30 s and a heartbeat; the hook's report, or the one after start, counts anew long after the train; new source is in force as soon as a new task listens, and the fleet has the old shell; an error is rendered again on the page that made it, until that page goes", nil,
	},
	{
		"train-whole", []string{"verify"},
		[]string{cap1, noPoison0, noPoison},
		"while the manager is replaced no server is in its registry, for up to 30 s and a heartbeat; new source is in force as soon as a new task listens, and the fleet has the old shell; an error is rendered again on the page that made it, until that page goes; once in some 5,000 schedules two tasks in a row have their page so late that the loads of a recycle fail twice, after 30 s each: it tries again with longer and longer pauses, and the last recycle comes when all has been quiet for a minute", []string{conv},
	},
	{
		"train-whole", []string{"v5+jb", "v1+jb", "v2+jb", "v3+jb", "v4+jb", "v6+jb", "v5+ja", "v1+ja", "v2+ja", "v3+ja", "v4+ja", "v6+ja"},
		[]string{agree, cap1, reg, live, noPoison0, noPoison},
		"from a recycle before the flip on a server believes what is not so; while the manager is replaced no server is in its registry, for up to 30 s and a heartbeat; the job stops the old servers, which exit before they have told the manager; the job stops the old servers, and SIGTERM drops the render in progress; new source is in force as soon as a new task listens, and the fleet has the old shell; an error is rendered again on the page that made it, until that page goes", nil,
	},
	{
		"train-whole", []string{"v0+jb", "verify+jb", "v0+ja", "verify+ja"},
		[]string{cap1, reg, live, noPoison0, noPoison},
		"while the manager is replaced no server is in its registry, for up to 30 s and a heartbeat; the job stops the old servers, which exit before they have told the manager; the job stops the old servers, and SIGTERM drops the render in progress; new source is in force as soon as a new task listens, and the fleet has the old shell; an error is rendered again on the page that made it, until that page goes", nil,
	},
	{
		"train-whole", []string{"gen+jb", "gen+ja"},
		[]string{agree, cap1, conv, reg, live, noPoison0, noPoison},
		"from a recycle before the flip on a server believes what is not so; while the manager is replaced no server is in its registry, for up to 30 s and a heartbeat; the hook's report, or the one after start, counts anew long after the train; the job stops the old servers, which exit before they have told the manager; the job stops the old servers, and SIGTERM drops the render in progress; new source is in force as soon as a new task listens, and the fleet has the old shell; an error is rendered again on the page that made it, until that page goes", nil,
	},
	{
		"train-lost-token", []string{"v5", "v1", "v2", "v4", "v6"},
		[]string{fresh, agree, noPoison},
		"a server adopts or is never told; and a task may start faster than the balancer flips; a first token is adopted by pages that were made before it, or a recycle comes before the flip; new source is in force as soon as a new task listens, and the fleet has the old shell until the report", nil,
	},
	{
		"train-lost-token", []string{"v0", "v3"},
		[]string{fresh, noPoison},
		"a server adopts or is never told; and a task may start faster than the balancer flips; new source is in force as soon as a new task listens, and the fleet has the old shell until the report", nil,
	},
	{
		"train-lost-token", []string{"gen", "v5+jb", "v1+jb", "v2+jb", "v4+jb", "v6+jb", "gen+jb", "v5+ja", "v1+ja", "v2+ja", "v4+ja", "v6+ja", "gen+ja"},
		[]string{agree, noPoison},
		"a first token is adopted by pages that were made before it, or a recycle comes before the flip; new source is in force as soon as a new task listens, and the fleet has the old shell until the report", nil,
	},
	{
		"train-lost-token", []string{"verify", "v0+jb", "v3+jb", "verify+jb", "v0+ja", "v3+ja", "verify+ja"},
		[]string{noPoison},
		"new source is in force as soon as a new task listens, and the fleet has the old shell until the report", nil,
	},
	{
		"train-crash", []string{"v5", "v0", "v1", "v2", "v3", "v4", "v6"},
		[]string{fresh},
		"a server that returns while an old task is routable loads the old shell, and takes the token for that of its pages", nil,
	},
	{
		"train-crash", []string{"gen", "verify", "v5+jb", "v0+jb", "v1+jb", "v2+jb", "v3+jb", "v4+jb", "v6+jb", "gen+jb", "verify+jb", "v5+ja", "v0+ja", "v1+ja", "v2+ja", "v3+ja", "v4+ja", "v6+ja", "gen+ja", "verify+ja"},
		nil,
		"a second report that counts, a job, or pages that name their token find it out", nil,
	},
	{
		"train-cut", []string{"v5", "v1", "v2", "v4", "v6", "gen", "v5+jb", "v1+jb", "v2+jb", "v4+jb", "v6+jb", "v5+ja", "v1+ja", "v2+ja", "v4+ja", "v6+ja", "gen+ja"},
		[]string{fresh, agree},
		"without the hook or the job that was cut off nothing heals a recycle that came before the flip; a recycle came before the flip, or for a deploy that was taken back", nil,
	},
	{
		"train-cut", []string{"v0", "v3", "v0+jb", "v3+jb", "v0+ja", "v3+ja"},
		[]string{fresh},
		"without the hook or the job that was cut off nothing heals a recycle that came before the flip", nil,
	},
	{
		"train-cut", []string{"verify", "verify+jb", "verify+ja"},
		nil,
		"pages name the token that they were made from, and it recycles until all name the one reported", nil,
	},
	{
		"train-cut", []string{"gen+jb"},
		[]string{agree},
		"a recycle came before the flip, or for a deploy that was taken back", nil,
	},
	{
		"rollback", []string{"v5", "v3", "gen"},
		[]string{agree},
		"a page is made on demand with a shell that the server has no token of", nil,
	},
	{
		"rollback", []string{"v1", "v2", "v4"},
		[]string{agree},
		"a page is made on demand with a shell that the server has no token of; once in some 10,000 schedules of a fleet that is parted the recycle for A joins the restart of a failed render, which has made a page with B already", []string{fresh},
	},
	{
		"rollback", []string{"v0", "verify"},
		nil,
		"pages name the token that they were made from", nil,
	},
	{
		"rollback", []string{"v6"},
		[]string{fresh, agree},
		"a page made while B was current stays: the server's first recycle has stopped for good the timer that would have shrunk the pool; a page is made on demand with a shell that the server has no token of", nil,
	},
	{
		"hook-target", []string{"v5+jb", "v1+jb", "v2+jb", "v3+jb", "v4+jb", "v6+jb", "gen+jb", "v5", "v1", "v2", "v4", "v6", "gen"},
		[]string{fresh, agree},
		"a task keeps for ever the shell that an edge gave it first, which may be the old one; the token is of one edge, the page of another", nil,
	},
	{
		"hook-target", []string{"v0+jb", "verify+jb", "v0", "v3", "verify"},
		[]string{fresh},
		"a task keeps for ever the shell that an edge gave it first, which may be the old one", nil,
	},
	{
		"late-reply", []string{"v5", "v6", "gen"},
		[]string{conv, agree},
		"a late answer brings the token of before: the server recycles for it, and then back; a late answer brings the token of before, and new pages are taken for made from it", nil,
	},
	{
		"late-reply", []string{"v0", "v3"},
		nil,
		"it never looks at a token, never hears of one before its pages have it, or asks the pages", nil,
	},
	{
		"late-reply", []string{"v1", "v4"},
		[]string{agree},
		"a late answer brings the token of before, and new pages are taken for made from it; once in some thousand schedules the server recycles for it, and then back", []string{conv},
	},
	{
		"late-reply", []string{"v2"},
		nil,
		"as v1 and v5, but it struck once in some thousand schedules: the report comes so early that hardly an answer is before it", []string{conv, agree},
	},
	{
		"late-reply", []string{"verify"},
		[]string{conv},
		"a late answer brings the token of before: the server recycles for it, and then back", nil,
	},
}
