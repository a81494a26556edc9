package sim

// Log is what happened in a run, as little as strategies and coverage need: which
// events fired, why, and what they touched. It is a list of numbers that belong to
// one World; the hashes are the same in every World.
//
// A run keeps one if Config.Log asks for it, which costs some 2 ns an event and 1 ns
// a touch. It belongs to the World and holds until its next run.
type Log struct {
	Events  []Logged
	touches []Touch
	w       *World
}

// Logged is an event that was fired.
type Logged struct {
	ID      EventID
	Process int32 // index of its process, in the order of creation
	Label   Label
	// Cause is the index of the event at whose instant it was armed; -1 is the
	// set-up.
	Cause int32
	// Guard is the index of the event at whose instant it was last enabled, or else
	// Cause: see World.Enable.
	Guard int32
	from  int32 // index of its first touch
}

// Touch is a read or a write of a resource.
type Touch struct {
	Resource Resource
	Write    bool
}

// Touches lists what event i has touched, in order, as often as it did.
func (l *Log) Touches(i int) []Touch {
	to := int32(len(l.touches))
	if i+1 < len(l.Events) {
		to = l.Events[i+1].from
	}
	return l.touches[l.Events[i].from:to]
}

// Same reports whether numbers of l and o mean the same: whether they are of one
// World.
func (l *Log) Same(o *Log) bool { return o != nil && l.w == o.w }

// ProcessHash, LabelHash and ResourceHash stand for names.
func (l *Log) ProcessHash(i int32) uint64 { return l.w.procs[i].hash }

// LabelHash stands for the name of a label.
func (l *Log) LabelHash(x Label) uint64 { return l.w.labels.hash[x] }

// ResourceHash stands for the name of a resource.
func (l *Log) ResourceHash(r Resource) uint64 { return l.w.resources.names.hash[r] }

// ProcessName, LabelName and ResourceName are for people.
func (l *Log) ProcessName(i int32) string { return l.w.procs[i].name }

// LabelName is the name of a label.
func (l *Log) LabelName(x Label) string { return l.w.labels.list[x] }

// ResourceName is the name of a resource.
func (l *Log) ResourceName(r Resource) string { return l.w.resources.names.list[r] }

// Resource is the number of a resource by its name, whether it has come up in this
// World or not.
func (l *Log) Resource(name string) Resource { return l.w.Resource(name) }

func (l *Log) fired(e *event) {
	l.Events = append(l.Events, Logged{e.id, e.proc.index, e.label, e.armed - 1, e.enabled - 1, int32(len(l.touches))})
}

func (l *Log) touch(r Resource, write bool) {
	if len(l.Events) > 0 { // the set-up races with nobody
		l.touches = append(l.touches, Touch{r, write})
	}
}

// beginLog empties the log for the next run, or puts it away.
func (w *World) beginLog(on bool) {
	w.log = nil
	if !on {
		return
	}
	l := &w.logged
	l.Events, l.touches, l.w = l.Events[:0], l.touches[:0], w
	w.log = l
}

// Log is the log of the latest run, or of the present one; nil if it keeps none.
func (w *World) Log() *Log { return w.log }

// Log is the log of the run so far; nil if it keeps none.
func (p *Point) Log() *Log { return p.world.log }
