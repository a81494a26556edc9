package recycle

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/netsim"
)

// lateReplies lets answers of managers that are sent within t be late, by a row of the
// profile.
func (d *deploy) lateReplies(row string, t time.Duration) {
	set := func(on bool) {
		for _, m := range d.f.managers {
			for _, s := range d.f.servers {
				d.f.net.Link(m.mach, s.host.Machine()).LateBy(row).Faults(netsim.LinkFaults{Late: on})
			}
		}
	}
	set(true)
	d.h.After("late-enough", t, func() { set(false) })
}

// faulty lets a kind of work of all servers go wrong, or ends that.
func (d *deploy) faulty(work string, f netsim.WorkFaults) {
	for _, s := range d.f.servers {
		s.host.Faulty(work, f)
	}
}

// partition parts servers and managers for a while.
func (d *deploy) partition() {
	var servers, managers []*netsim.Machine
	for _, s := range d.f.servers {
		servers = append(servers, s.host.Machine())
	}
	for _, m := range d.f.managers {
		managers = append(managers, m.mach)
	}
	d.f.facts.disturb()
	d.f.net.Partition(servers, managers)
	d.h.Work("parted", func(error) {
		d.f.facts.disturb()
		d.f.net.Heal(servers, managers)
	})
}

// step is by how much a wall clock is set: more than the registry's TTL.
const step = 31 * time.Second

// clock does something to clocks.
func (d *deploy) clock(kind string) {
	m, s := d.f.managers[0], d.f.servers[0]
	d.f.facts.disturb()
	switch kind {
	case "forward":
		m.host.StepWall(step)
	case "backward":
		m.host.StepWall(-step)
	case "crash-backward":
		s.host.Crash()
		m.host.StepWall(-step)
	case "stall":
		s.host.Stall("stall")
	}
}
