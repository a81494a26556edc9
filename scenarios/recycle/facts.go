package recycle

import (
	"fmt"
	"slices"
	"strings"
	"time"

	model "github.com/seed-3519b94c/simrun/model/recycle"
	"github.com/seed-3519b94c/simrun/sim"
)

// The properties.
const (
	fresh     = "FRESH"
	agree     = "AGREE"
	cap1      = "CAP(1)"
	cap2      = "CAP(2)"
	conv      = "CONV"
	reg       = "REG"
	live      = "LIVE"
	noPoison0 = "NOPOISON(0)"
	noPoison  = "NOPOISON(120s)"
	hint      = "HINT"
	oneChrome = "one Chrome"
	noMinus   = "creating >= 0"
	poolSize  = "pages <= max+1"
	shrinks   = "shrink timer alive"
)

var propertyDocs = []sim.PropertyDoc{
	{Name: fresh, Doc: "360 s after the newest shell became the only routable one, and from then on, every page of every registered server has it"},
	{Name: agree, Doc: "a server that has a token, and neither recycles nor loads, has it of all its pages"},
	{Name: cap1, Doc: "there is never for longer than 5 s no server that can begin a render within 5 s"},
	{Name: cap2, Doc: "there are never for longer than 5 s fewer than two servers that can begin a render within 5 s"},
	{Name: conv, Doc: "once all has been quiet for 60 s, nothing recycles"},
	{Name: reg, Doc: "a living server is missing from the registry for one heartbeat and its round trip at most; a dead one is listed for TTL and sweep at most; one that ended in an orderly way is not usable 1 s later"},
	{Name: live, Doc: "a recycle ends within 180 s, a bring-up within 300 s, and a render that SIGTERM finds in progress is answered"},
	{Name: noPoison0, Doc: "no result of a page whose shell is not that of its source is ever stored"},
	{Name: noPoison, Doc: "no result of a page whose shell is not that of its source stays stored for 120 s"},
	{Name: hint, Doc: "a render that asks for a fresh page, with room in the pool, is not done on a page that was used before"},
	{Name: oneChrome, Doc: "a server has one Chrome at most"},
	{Name: noMinus, Doc: "no pool believes that fewer than no pages are being made"},
	{Name: poolSize, Doc: "no pool has more than its size and one page"},
	{Name: shrinks, Doc: "the timer that shrinks a pool never stops for good"},
}

// docs documents the properties that a scenario judges.
func docs(names ...string) (out []sim.PropertyDoc) {
	for _, n := range names {
		i := slices.IndexFunc(propertyDocs, func(d sim.PropertyDoc) bool { return d.Name == n })
		out = append(out, propertyDocs[i])
	}
	return out
}

// facts turns what the logic tells into properties. Bounds count in the storm too:
// all windows are bounded, and the bounds cover the longest lawful chain.
type facts struct {
	model.NopProbe
	f      *fleet
	w      *sim.World
	judge  *sim.Proc
	judged []string
	dirty  bool
	// changed are the servers of which a fact was told in this event.
	changed []*serverSlot
	watch   watch

	clocks  []deadline
	expect  image // what the newest flip left as the only routable shell
	fresh   freshState
	quiet   sim.EventRef
	isQuiet bool
	// deploying is how many deploys are under way.
	deploying int
	poisoned  []poison
	missing   []registryWatch
	caps      [2]capWatch
	lives     []liveWatch
	endActor  *sim.Proc
	end       sim.EventRef
	recycles  int
	token     string // reported last, without blanks
	goals     goals
	over      bool          // the run is
	onWarm    func()        // what waits for the fleet to be warm
	bound     time.Duration // of being missing from a registry
}

// watch says of which kinds of properties anything counts.
type watch struct{ fresh, agree, cap, conv, reg, live, poison, pool bool }

// deadline is the end of a bound: fn is called at it.
type deadline struct {
	label sim.Label
	fn    func()
}

// Fire comes to the end of a bound.
func (d *facts) Fire(_ *sim.World, arg int64) { d.clocks[arg].fn() }

// within calls fn exactly d from now unless it is cancelled.
func (a *facts) within(label string, d time.Duration, fn func()) sim.EventRef {
	l := a.w.Label(label)
	a.clocks = append(a.clocks, deadline{l, fn})
	return a.judge.After(l, sim.Exactly(d), a, int64(len(a.clocks)-1))
}

func (a *facts) reset(f *fleet) {
	*a = facts{
		f: f, w: f.w, judged: f.setup.judged, clocks: a.clocks[:0],
		changed: a.changed[:0], poisoned: a.poisoned[:0], missing: a.missing[:0], lives: a.lives[:0],
	}
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(a.judged, n) })
	}
	a.watch = watch{
		fresh: has(fresh), agree: has(agree), cap: has(cap1, cap2), conv: has(conv), reg: has(reg), live: has(live),
		poison: has(noPoison, noPoison0), pool: has(oneChrome, noMinus, poolSize, shrinks),
	}
	a.judge = f.w.BackgroundActor("judge")
	link := f.w.Profile().Windows["link"].Latest
	a.bound = f.consts.Heartbeat + 2*link + 100*time.Millisecond
}

// start arms the end of the run and looks after every event.
func (a *facts) start() {
	a.endActor = a.w.Actor("end")
	a.end = a.endActor.After(a.w.Label("run"), sim.Exactly(max(a.f.setup.end, time.Second)), (*theEnd)(a), 0)
	a.startCaps()
	a.w.AtEnd("facts", a.look)
	a.goals.state(a)
	if v := a.f.setup.token; v > 0 {
		a.token = a.f.artifacts[v].Token
	}
	a.disturb()
}

// theEnd ends the run.
type theEnd facts

// Fire stops all programs: what they would do after it nobody judges.
func (e *theEnd) Fire(*sim.World, int64) {
	a, f := (*facts)(e), e.f
	if f.setup.ended != nil {
		f.setup.ended(f)
	}
	a.over = true
	for _, r := range f.readers {
		r.host.Crash()
	}
	for _, s := range f.servers {
		s.host.Crash()
	}
	for _, t := range f.tasks {
		t.host.Crash()
	}
	for _, m := range f.managers {
		m.host.Crash()
	}
	if f.deployer != nil {
		f.deployer.Crash()
	}
}

// runOn puts the end of the run off until d from now.
func (a *facts) runOn(d time.Duration) {
	a.w.Cancel(a.end)
	a.end = a.endActor.After(a.w.Label("run"), sim.Exactly(d), (*theEnd)(a), 0)
}

// failed says that a property does not hold, if it is one of the scenario's. The run
// ends here, or nobody judges the property: it need not be looked at again.
func (a *facts) failed(property, what, format string, args ...any) {
	switch property {
	case fresh:
		a.watch.fresh = false
	case agree:
		a.watch.agree = false
	}
	if !a.over && slices.Contains(a.judged, property) {
		a.w.Fail(property, what, format, args...)
	}
}

// disturb marks something after which nothing has to be quiet.
func (a *facts) disturb() {
	if !a.watch.conv || a.over {
		return
	}
	a.w.Cancel(a.quiet)
	a.isQuiet = false
	if a.deploying > 0 {
		return
	}
	a.quiet = a.within("quiet", quietAfter, func() { a.isQuiet = true })
}

// deploys counts the deploys that are under way: while there is one, nothing has to be
// quiet.
func (a *facts) deploys(n int) {
	a.deploying += n
	a.disturb()
}

// Resource is a resource of the world and one: zero is none.
func (a *facts) Resource(name string) model.Resource {
	return model.Resource(a.w.Resource(name)) + 1
}

// Reads notes a footprint.
func (a *facts) Reads(r model.Resource) {
	if r > 0 {
		a.w.Read(sim.Resource(r - 1))
	}
}

// Writes notes a footprint.
func (a *facts) Writes(r model.Resource) {
	if r > 0 {
		a.w.Write(sim.Resource(r - 1))
	}
}

// Fact hears what happened.
func (a *facts) Fact(x model.Fact) {
	a.dirty = true
	if strings.HasPrefix(x.Who, "prerender#") {
		if s := a.f.serverOf(x.Who); len(a.changed) == 0 || a.changed[len(a.changed)-1] != s {
			a.changed = append(a.changed, s)
		}
	}
	a.tell(&x)
	if a.f.setup.hear != nil {
		a.f.setup.hear(a.f, x)
	}
	a.goals.saw(a, &x)
	switch x.Kind {
	case model.ReportStored:
		a.reported(x.Token)
	case model.ServerListening:
		a.listening(a.f.serverOf(x.Who))
	case model.ServerRegistered, model.ServerRemoved, model.ServerStatus:
		a.registryChanged()
	case model.RecycleBegan:
		a.f.serverOf(x.Who).joined = false
		a.recycleBegan(x.Who, x.Token)
	case model.RestartJoined:
		if x.Token != "" {
			a.f.serverOf(x.Who).joined = true
		}
	case model.RecycleEnded:
		a.recycleEnded(x.Who)
	case model.RenderBegan, model.RenderEnded, model.RenderThrew:
		a.rendering(&x)
	case model.ServerTerminating:
		s := a.f.serverOf(x.Who)
		s.owed = append(s.owed[:0], s.renders...)
		a.registryChanged()
	case model.ServerExits:
		a.exits(a.f.serverOf(x.Who))
	case model.HookAnswered:
		a.disturb()
	case model.TaskListening:
		a.f.poke()
	case model.Stored, model.Cleared:
		if x.Kind == model.Cleared {
			a.f.poke()
		}
		a.stored(x.Who, x.Result)
	case model.HintIgnored:
		a.failed(hint, "", "%s asked for a fresh page and was done on %v, which was used before and has shell %v", x.Render.Module, x.Page, x.Page.Shell)
	case model.HarnessFailed:
		a.failed(live, "bring-up", "the bring-up failed at step %d: %s%s", x.N, x.Why, a.f.waitGraph(x.N))
	case model.SeedAsked:
		a.f.harness.asked = true
	}
}

// reported hears of a token that is new to the manager: something new only if it stands
// for another shell than the last.
func (a *facts) reported(token string) {
	if token = strings.TrimSpace(token); token != a.token {
		a.token = token
		a.disturb()
	}
}

// look judges the state of the fleet after an event that changed it.
func (a *facts) look() {
	if !a.dirty || a.over {
		a.changed = a.changed[:0]
		return
	}
	a.dirty = false
	if a.onWarm != nil {
		a.lookWarm()
	}
	if a.watch.fresh && a.fresh.due {
		a.lookFresh()
	}
	if a.watch.agree {
		a.lookAgree()
	}
	if a.watch.cap {
		a.lookCaps()
	}
	if a.watch.pool {
		a.lookPools()
	}
	a.changed = a.changed[:0]
}

// lookAgree: a server that believes something of its pages is right.
func (a *facts) lookAgree() {
	for _, s := range a.changed {
		l := a.f.alive(s)
		if l == nil || !a.watch.agree || l.Recycling() || l.Loading() > 0 {
			continue
		}
		w := l.Warmed()
		if !w.Defined || w.Unknown {
			continue
		}
		l.LivePages(func(g *model.Page) {
			if token := a.f.artifacts[g.Shell.Artifact].Token; token != w.Echo.Token && a.watch.agree {
				a.failed(agree, "", "%s believes that its pages were made from %s, and %v has shell %v (%s)",
					s.name, a.f.tokenName(w.Echo.Token), g, g.Shell, token)
			}
		})
	}
}

// lookPools: what a pool counts is true.
func (a *facts) lookPools() {
	for _, s := range a.changed {
		l := a.f.alive(s)
		if l == nil {
			continue
		}
		if n := l.Browsers(); n > 1 {
			a.failed(oneChrome, "", "%s has %d Chromes", s.name, n)
		}
		if n := l.Creating(); n < 0 {
			a.failed(noMinus, "", "%s believes that %d pages are being made", s.name, n)
		}
		if n := l.Pages(); n > a.f.setup.pages+1 {
			a.failed(poolSize, "", "the pool of %s has %d pages, its size is %d", s.name, n, a.f.setup.pages)
		}
		if l.Started() && !l.Shrinks() && !l.Restarting() && !l.Draining() {
			a.failed(shrinks, "", "the pool of %s will not shrink any more", s.name)
		}
	}
}

// alive is the logic of a server that runs; nil if it does not.
func (f *fleet) alive(s *serverSlot) *model.Prerender {
	if s.logic == nil || !s.up {
		return nil
	}
	return s.logic
}

// serverOf is the server called name, which is `prerender#` and its number.
func (f *fleet) serverOf(name string) *serverSlot {
	n := 0
	for _, c := range []byte(name[len("prerender#"):]) {
		n = 10*n + int(c-'0')
	}
	return f.servers[n-1]
}

func (f *fleet) taskOf(name string) *taskSlot {
	for _, t := range f.tasks {
		if t.name == name {
			return t
		}
	}
	panic(fmt.Sprintf("no task %q", name))
}

// tokenName is a token and the shell that has it.
func (f *fleet) tokenName(token string) string {
	for _, a := range f.artifacts[1:] {
		if a.Token == token {
			return fmt.Sprintf("%v (%s)", a.Version, token)
		}
	}
	return fmt.Sprintf("%q", token)
}
