package recycle

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/netsim"
)

// lateReplies lets answers of managers that are sent within t be late, by a row of the
// profile. The setup has to say that there will be such.
func (d *deploy) lateReplies(row string, t time.Duration) {
	for _, l := range d.f.replies(netsim.LinkFaults{Late: true}) {
		l.LateBy(row)
	}
	d.h.After("late-enough", t, func() { d.f.replies(netsim.LinkFaults{}) })
}

// replies says which faults the links have by which managers answer servers.
func (f *fleet) replies(faults netsim.LinkFaults) []*netsim.Link {
	var links []*netsim.Link
	for _, m := range f.managers {
		for _, s := range f.servers {
			links = append(links, f.net.Link(m.mach, s.host.Machine()).Faults(faults))
		}
	}
	return links
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
