package recycle

import model "github.com/seed-3519b94c/simrun/model/recycle"

// tell notes a fact in a few words, if anybody listens.
func (a *facts) tell(x *model.Fact) {
	if !a.w.Recording() {
		return
	}
	note := a.w.Note
	name := a.f.tokenName
	switch x.Kind {
	case model.TaskListening:
		note("%s listens", x.Who)
	case model.TaskStarted:
		note("%s has started", x.Who)
	case model.TaskGaveUp:
		note("%s gives up", x.Who)
	case model.Reporting:
		note("%s reports shell %s", x.Who, name(x.Token))
	case model.ReportLost:
		note("the report of %s is lost: %v", x.Who, x.Err)
	case model.ReportStored:
		note("the manager stores shell %s", name(x.Token))
	case model.ReportSame:
		note("the manager is told of shell %s again", name(x.Token))
	case model.ReportRefused:
		note("the manager refuses the token %q", x.Token)
	case model.ServerListening:
		note("%s listens", x.Who)
	case model.ServerRegistered:
		note("%s registers %s", x.Who, x.Peer)
	case model.ServerRemoved:
		note("%s forgets %s: %s", x.Who, x.Peer, x.Why)
	case model.SeedAsked:
		note("%s asks for its baseline", x.Who)
	case model.Seeded:
		note("%s takes %s for its baseline", x.Who, name(x.Token))
	case model.EchoThrew:
		note("the token %q cannot be sent: %s is answered 500", x.Token, x.Peer)
	case model.Adopted:
		note("%s adopts %s, and recycles nothing", x.Who, name(x.Token))
	case model.RecycleBegan:
		note("%s recycles for %s", x.Who, name(x.Token))
	case model.RecycleEnded:
		note("%s has recycled for %s", x.Who, name(x.Token))
	case model.RestartBegan:
		note("%s restarts pool and browser", x.Who)
	case model.RestartJoined:
		note("%s: a restart joins the one under way", x.Who)
	case model.ChromeLaunched:
		note("%s launches Chrome: %d live", x.Who, x.N)
	case model.PageLoaded:
		note("%v of %s loaded shell %v", x.Page, x.Who, x.Page.Shell)
	case model.PageFailed:
		note("a page of %s fails to load: %v", x.Who, x.Err)
	case model.PageClosed:
		note("%v of %s closes", x.Page, x.Who)
	case model.RenderBegan:
		note("%s renders %s (source %v) on %v", x.Who, x.Render.Module, x.Render.Source, x.Page)
	case model.RenderEnded:
		if x.Result.Stale() {
			note("%s: has no such export", x.Render.Module)
		}
	case model.RenderThrew:
		note("%s: the render of %s throws: %v", x.Who, x.Render.Module, x.Err)
	case model.Stored:
		if x.Result.Stale() {
			note("%s: the error of a stale page is stored", x.Who)
		} else {
			note("%s is stored", x.Who)
		}
	case model.HookAnswered:
		note("%s answers the hook", x.Who)
	case model.ServerTerminating:
		note("%s is told to end", x.Who)
	case model.ServerExits:
		note("%s exits", x.Who)
	case model.HarnessStep:
		note("the bring-up is at step %d", x.N)
	case model.HarnessFailed:
		note("the bring-up fails: %s", x.Why)
	}
}
