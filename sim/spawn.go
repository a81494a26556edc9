package sim

// Process makes a process that runs body, starting at once (its first event is
// `start`). Made while a process runs, its name is prefixed with the event that
// made it, so that it does not depend on the schedule.
func (w *World) Process(name string, body func(*Proc)) *Proc {
	return w.start(name, false, body)
}

// Background is Process for one that never ends and does not count as activity:
// when only background processes have something to do, the world is at rest.
// Heartbeats are such.
func (w *World) Background(name string, body func(*Proc)) *Proc {
	return w.start(name, true, body)
}

func (w *World) start(name string, background bool, body func(*Proc)) *Proc {
	if w.unwinding != nil { // what a deferred function of a killed process starts does not run
		return &Proc{world: w, name: name, done: true}
	}
	p := w.spawn(name, background)
	p.body = body
	p.wake = w.arm(p, p.label("start"), p.startWindow(), nil, 0)
	return p
}

// Actor makes a process without a body: all it does is handle events.
func (w *World) Actor(name string) *Proc { return w.spawn(name, false) }

// BackgroundActor is Actor for one whose events do not count as activity.
func (w *World) BackgroundActor(name string) *Proc { return w.spawn(name, true) }

func (w *World) spawn(name string, background bool) *Proc {
	depth := 0
	if parent := w.cur.proc; w.steps > 0 {
		name = w.eventNameOf(w.cur.id) + "/" + name
		depth = parent.spawnDepth + 1
	}
	w.checkNew(name)
	p := w.process(name, background)
	p.spawnDepth = depth
	if len(w.procs)-1 > w.limits.Processes { // the world itself does not count
		w.exceed("processes", "%d, the last one %s", w.limits.Processes, name)
	}
	return p
}

// checkNew refuses the name of a process that there is already. As long as a run makes the
// same processes as the last one, in which no two had one name, there is nothing to check.
func (w *World) checkNew(name string) {
	if w.nextOfLast(name) != nil {
		return
	}
	for _, q := range w.procs {
		if q.name == name {
			w.misuse("process %q: there is one of that name already", name)
		}
	}
}

// nextOfLast is the process that the last run made at this point, if it made the same ones
// up to here and this one is called name. Else it is nil.
func (w *World) nextOfLast(name string) *Proc {
	if i := len(w.procs); i < len(w.last) && w.last[i] != nil && w.last[i].name == name {
		return w.last[i]
	}
	return nil
}

// process takes a Proc of that name from an earlier run, or makes one.
func (w *World) process(name string, background bool) *Proc {
	p := w.former(name)
	if p == nil {
		p = &Proc{world: w, name: name, hash: hashString(name), being: w.Resource("process " + name)}
	}
	p.index, p.background = int32(len(w.procs)), background
	if p.profile != w.profile {
		p.profile = w.profile
		for i := range p.labels {
			p.labels[i].known = false
		}
	}
	w.procs = append(w.procs, p)
	return p
}

// former is a process of that name of an earlier run, if there is one to spare. Most
// runs make the processes of the last one in the same order.
func (w *World) former(name string) *Proc {
	if p := w.nextOfLast(name); p != nil {
		w.last[len(w.procs)] = nil
		return p
	}
	w.spareLast() // which empties w.last: the rest of this run is found by name
	spare := w.spare[name]
	if len(spare) == 0 {
		return nil
	}
	w.spare[name] = spare[:len(spare)-1]
	return spare[len(spare)-1]
}

// spareLast puts the rest of the processes of the last run where they are found by name.
func (w *World) spareLast() {
	for _, p := range w.last {
		if p != nil {
			w.spare[p.name] = append(w.spare[p.name], p)
		}
	}
	w.last = w.last[:0]
}

// recycle makes the processes of the last run available to the next.
func (w *World) recycle() {
	w.spareLast()
	w.last, w.procs = w.procs, w.last[:0]
	for _, p := range w.last {
		for i := range p.labels {
			p.labels[i].occ = 0
		}
		p.body, p.coro, p.wake, p.last = nil, nil, EventRef{}, 0
		p.killed, p.done, p.life, p.spawnDepth = false, false, 0, 0
		p.wait = waiting{}
	}
}
