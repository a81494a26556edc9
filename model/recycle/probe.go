package recycle

// Probe learns what happens in terms of the protocol, and what is read and written.
// Logic never asks it.
type Probe interface {
	// Fact is called at the instant at which f happens.
	Fact(f Fact)
	// Resource is what Reads and Writes know by name: manager token, servers[url],
	// warmed, recycling, restart, lease[page], standbys, handle, memo[task], db[module].
	Resource(name string) Resource
	// Reads and Writes note a footprint. They ignore the zero Resource.
	Reads(r Resource)
	Writes(r Resource)
}

// Resource stands for something that is read and written: a number of the Probe's. The
// zero Resource is nothing.
type Resource int32

// NopProbe hears nothing.
type NopProbe struct{}

// Fact does nothing.
func (NopProbe) Fact(Fact) {}

// Resource is nothing.
func (NopProbe) Resource(string) Resource { return 0 }

// Reads does nothing.
func (NopProbe) Reads(Resource) {}

// Writes does nothing.
func (NopProbe) Writes(Resource) {}

// FactKind says what happened.
type FactKind uint8

// The facts. Which fields of Fact they use beside Who is said at each.
const (
	TaskListening    FactKind = iota + 1 // a realm task serves
	TaskStarted                          // its pinned realms are indexed
	TaskGaveUp                           // no shell in time, or no port
	Reporting                            // Token: it fetched, and sends
	ReportLost                           // Token, Err: one line of log is all
	ReportStored                         // Token: the manager has a token that is new to it
	ReportSame                           // Token: the manager has it already
	ReportRefused                        // Token: blank or too long
	ServerListening                      // a prerender server serves
	ServerRegistered                     // Peer: the manager's registry has it from now on
	ServerRemoved                        // Peer, Why: no longer
	ServerStatus                         // Peer: its status may have changed
	SeedAsked                            // the baseline is asked for
	Seeded                               // Token: the baseline was asked for and came
	Echoed                               // Token: a heartbeat's answer brought it
	EchoThrew                            // Token: it cannot be sent in a header
	Adopted                              // Token: taken for what the pages were made from
	RecycleBegan                         // Token
	RecycleEnded                         // Token, Err
	RestartBegan                         // of pool and browser
	RestartEnded
	RestartJoined     // one that was under way
	ChromeLaunched    // N: how many live
	ChromeClosed      // N
	PageLoading       // a page asks for the shell
	PageLoaded        // Page
	PageFailed        // Err
	PageClosed        // Page, N: 1 if a render held its lease
	PoolChanged       // sets of pages, or what is being created
	RenderBegan       // Page, Render, N: 1 if it had been used before
	RenderEnded       // Page, Result
	RenderThrew       // Page, Err
	HintIgnored       // Page, Render: a fresh page was asked for, room was there, and it is a used one
	Stored            // Result: in the database
	Cleared           // the modules table
	VisitFailed       // N: status the client ended with
	HookAnswered      // by this task
	ServerTerminating // SIGTERM
	ServerExits       // in an orderly way
	JobEnded          // Why: name, N: 0 ok, 1 failed, 2 skipped, 3 cancelled
	HarnessStep       // N
	HarnessFailed     // Why
)

// Fact is something that happened. Unused fields are zero.
type Fact struct {
	Kind   FactKind
	Who    string // the process
	Peer   string // another one
	Token  string
	Why    string
	N      int
	Page   *Page
	Render *Render
	Result *Result
	Err    error
}
