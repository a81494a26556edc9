package recycle

import (
	"strconv"
	"time"

	model "github.com/seed-3519b94c/simrun/model/recycle"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/netsim"
)

// The addresses by which the parts know each other.
var (
	managerAddr = env.Addr{Host: "manager", Port: 4222}
	publicAddr  = env.Addr{Host: "lb", Port: 443}
	cdnAddr     = env.Addr{Host: "cdn", Port: 443}
)

const (
	serverPort = 4221
	taskPort   = 4201
	secret     = "s3cret"
)

// fleet is the world of the recycle scenarios: a CDN, realm tasks behind a balancer,
// managers, prerender servers, clients, a pipeline that deploys, and facts.
type fleet struct {
	w        *sim.World
	net      *netsim.Net
	setup    setup
	switches model.Switches
	consts   model.Constants

	cdn      *netsim.Host
	cdnLogic *model.CDN
	lb       *netsim.Balancer
	managers []*managerSlot
	servers  []*serverSlot
	tasks    []*taskSlot
	readers  []*readerSlot
	deployer *netsim.Host
	deploy   deploy
	db       *model.DB
	harness  harnessWorld // of the one scenario that has it
	facts    facts

	artifacts [5]*model.Artifact // by version
}

// setup is what a scenario says about its world. Zero fields take the default.
type setup struct {
	judged   []string
	servers  int // default 1
	pages    int // default 1
	tasks    int // of each image; default 1
	managers int // default 1
	// oneManager: the second manager starts when the script says so.
	oneManager bool
	// slowClose: closing Chrome takes its time.
	slowClose bool
	edges     int // default 1
	replace   bool
	policy    netsim.Policy
	// token is the version whose token the manager knows at the start; 0: none.
	token model.Version
	// old and new are the images; default A and B, both with conf 1.
	old, new image
	third    image // of tasks of a second roll; zero: there is none
	// pinned are the modules that a new task renders while it starts.
	pinned []string
	// readers ask for modules.
	readers []reader
	// lateReplies: answers to heartbeats may be late when the script says so.
	lateReplies bool
	// lateServers: prerender servers start when the script says so, not at once.
	lateServers bool
	// wideDrain: the balancer takes up to 300 s to let an old task go.
	wideDrain bool
	end       time.Duration // of the run, unless a flip puts it off; default 0
	// flips puts the end off until the bound of FRESH after the last flip.
	flips bool
	// script is what happens, in the process `deployer`.
	script func(d *deploy)
	goals  []string
	// hear is told every fact, ended is called before the programs are stopped: what
	// only one story looks at. They may be nil.
	hear  func(f *fleet, x model.Fact)
	ended func(f *fleet)
	// watched is told how each attempt of a client ended. It may be nil.
	watched func(f *fleet, attempt, status int)
}

// image is what a realm task is made from.
type image struct {
	source model.Version
	shell  model.Version // published with it
	conf   int
}

// reader asks for a module.
type reader struct {
	affinity, module string
	genuine, poison  bool
	renders          int
}

// serverSlot is a prerender server in all its lives.
type serverSlot struct {
	name  string
	addr  env.Addr
	host  *netsim.Host
	logic *model.Prerender // of the present life

	// For properties.
	up, listens   bool
	joined        bool            // its latest recycle joined a restart that was under way
	renders, owed []*model.Render // in progress; and of those, which it must still answer
}

// managerSlot is a manager in all its lives.
type managerSlot struct {
	name  string
	host  *netsim.Host
	logic *model.Manager
	token string // at the next start
	mach  *netsim.Machine
	up    bool
	// retired: its name stands for another one.
	retired bool
}

// taskSlot is a realm task: one life.
type taskSlot struct {
	name    string
	host    *netsim.Host
	logic   *model.Task
	image   image
	settled bool
	up      bool
	// routable is called when the balancer first finds it well; nil: nobody waits.
	routable func()
}

// readerSlot is a client.
type readerSlot struct {
	host  *netsim.Host
	logic *model.Reader
	spec  reader
}

// source is the version of the sources that are in force: those of the youngest task
// that listens.
func (f *fleet) source() model.Version {
	for i := len(f.tasks) - 1; i >= 0; i-- {
		if t := f.tasks[i]; t.up && t.logic.Listening() {
			return t.image.source
		}
	}
	return f.setup.old.source
}

// newFleet takes the world's memory from the last run and reads the switches. Clients
// keep idle connections for 4 s where that can matter: heartbeats are 5 s apart, and
// elsewhere it changes nothing but the cost of every event.
func newFleet(w *sim.World, keepAlive bool) *fleet {
	f := sim.Pooled[fleet](w, "recycle")
	f.w = w
	if f.artifacts[1] == nil {
		for v := range f.artifacts {
			f.artifacts[v] = model.NewArtifact(model.Version(v))
		}
	}
	s, err := model.Find(w.Variant())
	if err != nil {
		w.Mistake("%w", err)
		return f
	}
	for _, d := range switchDocs() {
		if v := w.Draw().Option(d.Name, d.Options...); v != d.Options[0] {
			if err := s.Set(d.Name, v); err != nil {
				w.Mistake("%w", err)
			}
		}
	}
	f.switches, f.consts = s, model.Defaults()
	cfg := netsim.Config{KeepAlive: -1}
	if keepAlive {
		cfg.KeepAlive = env.KeepAlive
	}
	f.net = netsim.New(w, cfg)
	return f
}

// build makes the processes.
func (f *fleet) build(s setup) {
	s.defaults()
	f.setup = s
	f.consts.Pages = s.pages
	f.deploy = deploy{f: f}
	f.facts.reset(f)
	f.db = &model.DB{Store: f.net.Store("db"), Probe: &f.facts}
	f.buildCDN()
	f.buildBalancer()
	f.buildManagers()
	f.buildServers()
	if s.lateReplies {
		f.replies(netsim.LinkFaults{})
	}
	f.tasks = f.tasks[:0]
	for i := range s.tasks {
		f.task(i, s.old, true)
	}
	for i := range s.tasks {
		f.task(s.tasks+i, s.new, false)
	}
	if s.third != (image{}) {
		for i := range s.tasks {
			f.task(2*s.tasks+i, s.third, false)
		}
	}
	f.buildReaders()
	f.deployer = f.net.Host("deployer", nil, func(h env.Host) {
		f.deploy.h = h
		if s.script != nil {
			s.script(&f.deploy)
		}
	})
	f.deployer.StartAt(time.Millisecond) // when all that was there before is
	f.facts.start()
}

func (s *setup) defaults() {
	def := func(n *int, v int) {
		if *n == 0 {
			*n = v
		}
	}
	def(&s.servers, 1)
	def(&s.pages, 1)
	def(&s.tasks, 1)
	def(&s.managers, 1)
	def(&s.edges, 1)
	if s.old == (image{}) {
		s.old = image{1, 1, 1}
	}
	if s.new == (image{}) {
		s.new = image{2, 2, 1}
	}
}

func (f *fleet) base(h env.Host) model.Base {
	return model.Base{Host: h, Switches: f.switches, Constants: f.consts, Probe: &f.facts}
}

func (f *fleet) buildCDN() {
	edges := make([]*model.Artifact, f.setup.edges)
	for i := range edges {
		edges[i] = f.artifacts[f.setup.old.shell]
	}
	f.cdn = f.net.Host("cdn", nil, func(h env.Host) {
		f.cdnLogic = &model.CDN{
			Base: f.base(h), Addr: cdnAddr, Edges: edges,
			Pick: func(n int) int { return f.w.Choice("edge", n) },
			Reached: func(edge int, a *model.Artifact) {
				f.w.Note("edge %d has shell %v", edge+1, a.Version)
				f.facts.disturb()
			},
		}
		f.cdnLogic.Start()
	})
	f.cdn.StartAt(0)
}

func (f *fleet) buildBalancer() {
	f.lb = f.net.Balancer(netsim.BalancerConfig{Name: publicAddr.Host, Port: publicAddr.Port, Policy: f.setup.policy})
	f.lb.OnChange(f.healthChanged)
}

func (f *fleet) buildManagers() {
	f.managers = f.managers[:0]
	for i := range f.setup.managers {
		m := f.manager(i)
		if i == 0 || !f.setup.oneManager {
			m.host.StartAt(0)
		}
	}
	if f.setup.oneManager || f.setup.managers == 1 {
		f.nameManagers(0)
	} else {
		f.nameManagers(0, 1)
	}
}

// manager makes manager number i.
func (f *fleet) manager(i int) *managerSlot {
	m := &managerSlot{name: "manager#" + strconv.Itoa(i+1)}
	if f.setup.token > 0 {
		m.token = f.artifacts[f.setup.token].Token
	}
	m.host = f.net.Host(m.name, nil, func(h env.Host) {
		m.logic = &model.Manager{Base: f.base(h), Addr: managerAddr, Token: m.token}
		m.token = "" // only in memory: the next life knows none
		m.logic.Start()
		f.facts.managerUp(m)
	})
	m.mach = m.host.Machine()
	f.managers = append(f.managers, m)
	m.host.OnEnd(func(int) { f.facts.managerDown(m) })
	return m
}

// nameManagers lets the name stand for some of the managers.
func (f *fleet) nameManagers(which ...int) {
	ms := make([]*netsim.Machine, len(which))
	for i, k := range which {
		ms[i] = f.managers[k].mach
	}
	f.net.Name("manager", ms...)
}

func (f *fleet) buildServers() {
	f.servers = f.servers[:0]
	n := f.setup.servers
	if f.switches.Job != model.NoJob {
		n *= 2 // the job makes as many new ones
	}
	for i := range n {
		s := &serverSlot{name: "prerender#" + strconv.Itoa(i+1)}
		s.addr = env.Addr{Host: s.name, Port: serverPort}
		s.host = f.net.Host(s.name, nil, func(h env.Host) {
			s.logic = &model.Prerender{
				Pool:    model.Pool{Base: f.base(h), Max: f.setup.pages, Shell: publicAddr},
				Addr:    s.addr,
				Manager: managerAddr,
			}
			if f.setup.slowClose {
				s.logic.CloseLabel = "chrome-close.slow"
			}
			s.up = true
			s.logic.Start()
		})
		s.host.OnEnd(func(int) { f.facts.serverDown(s) })
		f.servers = append(f.servers, s)
		if i < f.setup.servers && !f.setup.lateServers {
			s.host.StartAt(0)
		}
	}
}

// task makes realm task number i. Old ones run at once and are routable; new ones run
// when a roll starts them.
func (f *fleet) task(i int, img image, old bool) *taskSlot {
	t := &taskSlot{name: "realm#" + strconv.Itoa(i+1), image: img, settled: old}
	t.host = f.net.Host(t.name, nil, func(h env.Host) {
		t.logic = &model.Task{
			Base: f.base(h), Addr: env.Addr{Host: t.name, Port: taskPort}, CDN: cdnAddr, Manager: managerAddr,
			Source: img.source, Conf: img.conf, Secret: secret, DB: f.db,
		}
		if t.settled {
			t.logic.Settled = f.artifacts[img.shell]
		} else {
			t.logic.Pinned = f.setup.pinned
		}
		t.up = true
		t.logic.Start()
	})
	t.host.OnEnd(func(int) {
		t.up = false
		f.poke()
	})
	f.tasks = append(f.tasks, t)
	if old {
		t.host.StartAt(0)
		f.lb.RegisterRoutable(t.host, taskPort)
	}
	return t
}
