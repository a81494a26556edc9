package netsim

// RegisterRoutable is Register of a target that has been well for long: it is routable
// from now on, whether it listens already or not. For the state of a world at its
// beginning.
func (b *Balancer) RegisterRoutable(h *Host, port int) {
	b.Register(h, port)
	t := b.targets[len(b.targets)-1]
	t.flip.Cancel()
	t.become(Routable)
}

// LateBy says which row of the profile is added to a message of l that is late: `late`
// unless somebody says otherwise.
func (l *Link) LateBy(label string) *Link {
	l.late = l.n.w.Label(label)
	return l
}
