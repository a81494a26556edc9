package recycle

import (
	"strconv"

	model "github.com/seed-3519b94c/simrun/model/recycle"
	"github.com/seed-3519b94c/simrun/sim/env"
)

func (f *fleet) buildReaders() {
	f.readers = f.readers[:0]
	for i, spec := range f.setup.readers {
		r := &readerSlot{spec: spec}
		name := "client#" + strconv.Itoa(i+1)
		r.host = f.net.Host(name, nil, func(h env.Host) {
			r.logic = &model.Reader{
				Client:   model.Client{Base: f.base(h), Manager: managerAddr, DB: f.db},
				Affinity: spec.affinity, Module: spec.module, Genuine: spec.genuine, Poison: spec.poison, Renders: spec.renders,
				Source: f.source,
			}
			if f.setup.watched != nil {
				r.logic.Watched = func(n, status int, _ error) { f.setup.watched(f, n, status) }
			}
			r.logic.Start()
		})
		f.readers = append(f.readers, r)
	}
}

// startReader lets one client begin.
func (f *fleet) startReader(i int) { f.readers[i].host.StartAt(0) }

// startReaders lets all clients begin.
func (f *fleet) startReaders() {
	for i := range f.readers {
		f.startReader(i)
	}
}

// startServers starts the prerender servers that are there from the beginning.
func (f *fleet) startServers() {
	for _, s := range f.servers[:f.setup.servers] {
		s.host.StartAt(0)
	}
}

// poke tells the clients that the sources or the modules table have changed.
func (f *fleet) poke() {
	for _, r := range f.readers {
		if r.logic != nil && r.host.Up() {
			r.logic.Poke()
		}
	}
}
