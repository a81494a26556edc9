package vfs

import (
	"fmt"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// observer turns what the kernel tells into footprints and wake-ups.
type observer Disk

// Touch notes a footprint of the current event.
func (o *observer) Touch(r kernel.Resource, write bool) {
	res := o.cache.find(r)
	if write {
		o.w.Write(res)
	} else {
		o.w.Read(res)
	}
}

// Queued wakes whoever waits for records.
func (o *observer) Queued(to kernel.Instance, ev env.WatchEvent, fate kernel.Fate) {
	for _, wt := range o.watchers {
		if wt.instance != to {
			continue
		}
		if o.w.Recording() {
			o.w.Detail("inotify: %s%s", Describe(ev), [...]string{"", " (merged)", " (overflow)", " (lost)"}[fate])
		}
		o.w.Release(&wt.waiters)
		if wt.ready != nil {
			wt.ready(fate)
		}
	}
	if o.w.Recording() {
		(*Disk)(o).noteRecord(ev, fate)
	}
}

// during is the call that the kernel is making, as far as notes are concerned.
type during uint8

const (
	duringOpen during = iota + 1
	duringRename
	duringClose
	duringTruncate
)

// noteRecord notes the rules that a record is owed to.
func (d *Disk) noteRecord(ev env.WatchEvent, fate kernel.Fate) {
	has := func(mask env.WatchMask) bool { return ev.Mask&mask != 0 }
	switch {
	case fate == kernel.Merged:
		d.rule("inotify.merge")
	case fate != kernel.Added:
		d.rule("inotify.overflow")
	case d.during == duringOpen && has(env.InModify):
		d.rule("inotify.truncate")
	case d.during == duringTruncate && has(env.InModify):
		d.rule("inotify.cut")
	case d.during == duringClose && has(env.InDeleteSelf):
		d.rule("inotify.last-close")
	case d.during == duringRename && has(env.InDeleteSelf):
		d.rule("inotify.inode")
	case d.during == duringRename && has(env.InMoveSelf):
		d.rule("inotify.follows")
	case d.during == duringRename && has(env.InMovedTo) && d.replaced:
		d.rule("inotify.no-delete")
	}
}

// Changed tells the watchers of other systems.
func (o *observer) Changed(c kernel.Change) {
	o.replaced = c.Victim != 0
	for _, s := range o.sources {
		s.changed(c)
	}
}

// changeSource is a watcher that is made of changes, not of inotify records.
type changeSource interface{ changed(c kernel.Change) }

// Unlocked lets those try again who waited for an inode.
func (o *observer) Unlocked(uint64) {
	if o.locks.Len() == 0 {
		o.w.Read(o.lockRes) // had somebody waited, he would go on
		return
	}
	o.w.Write(o.lockRes)
	for range o.locks.Len() {
		o.w.Release(&o.locks)
	}
}

// resourceCache finds the sim.Resource of a kernel resource without hashing, but
// for directory entries.
type resourceCache struct {
	w       *sim.World
	plain   [16][]sim.Resource // by kind, then by id; 0 is unknown
	numbers [][]sim.Resource   // of descriptor numbers, by table
	entries []entryResource
}

type entryResource struct {
	id   uint64
	name string
	res  sim.Resource
}

func (c *resourceCache) find(r kernel.Resource) sim.Resource {
	switch r.Kind {
	case kernel.Entry:
		for i := range c.entries {
			if e := &c.entries[i]; e.id == r.ID && e.name == r.Name {
				return e.res
			}
		}
		res := c.w.Resource(fmt.Sprintf("%s:%d/%s", r.Kind, r.ID, r.Name))
		c.entries = append(c.entries, entryResource{r.ID, r.Name, res})
		return res
	case kernel.Number:
		for len(c.numbers) <= int(r.ID) {
			c.numbers = append(c.numbers, nil)
		}
		return c.lookUp(&c.numbers[r.ID], r.Sub, r)
	}
	return c.lookUp(&c.plain[r.Kind], int(r.ID), r)
}

// lookUp keeps resources plus one, so that zero is unknown.
func (c *resourceCache) lookUp(list *[]sim.Resource, i int, r kernel.Resource) sim.Resource {
	if i < 0 {
		i = 0
	}
	for len(*list) <= i {
		*list = append(*list, 0)
	}
	if res := (*list)[i]; res != 0 {
		return res - 1
	}
	name := fmt.Sprintf("%s:%d", r.Kind, r.ID)
	if r.Kind == kernel.Number {
		name = fmt.Sprintf("%s:%d", r.Kind, r.Sub)
		if r.ID > 1 { // the first group of processes is what stories are mostly about
			name += fmt.Sprintf(" of group %d", r.ID)
		}
	}
	res := c.w.Resource(name)
	(*list)[i] = res + 1
	return res
}
