package classic

import "github.com/seed-3519b94c/simrun/sim"

// Bluetooth is bluetooth_driver_bad of SCTBench, the driver of Qadeer and Wu ("KISS:
// keep it simple and sequential", PLDI'04): a request looks whether the driver is being
// stopped and counts itself as pending; between the two, the driver is stopped and
// releases what the request needs.
//
// Corrected, the request counts itself first and looks then.
func Bluetooth() *sim.Scenario {
	const doc = "a request is counted after it has looked whether the driver is stopping"
	return toy("bluetooth", doc, property, func(fixed bool) *program {
		p := new(program)
		d := driver{
			pending: p.variable("pendingIo", 1), flag: p.variable("stoppingFlag", 0),
			event: p.variable("stoppingEvent", 0), stopped: p.variable("stopped", 0), lock: p.mutex("e"),
		}
		add := p.thread("add").step("spawn", func(m *machine, _ *running) { m.start(1) })
		stop := p.thread("stop").begins()
		stop.spawned = true

		if fixed {
			d.count(p, add, 1)
			d.look(p, add)
		} else {
			d.look(p, add)
			d.countIf(p, add)
		}
		add.step("work", func(m *machine, t *running) {
			if t.reg[refused] == 0 && m.get(d.stopped) != 0 {
				m.fail("a request works on a driver that has been stopped")
			}
		})
		d.count(p, add, -1)
		d.signal(p, add)
		add.ends()

		stop.write(p, d.flag, 1)
		d.count(p, stop, -1)
		d.signal(p, stop)
		stop.readAnd(p, d.event, 1, func(*machine, *running) {}).
			step("stopped=", func(m *machine, t *running) {
				if t.reg[1] != 0 {
					m.set(d.stopped, 1)
				}
			}).ends()
		return p
	})
}

// driver are the variables of the device.
type driver struct{ pending, flag, event, stopped, lock int }

// The registers of a request: what it read, and whether it was refused.
const (
	counted = 0
	refused = 3
)

// count adds by to the number of pending requests.
func (d driver) count(p *program, t *thread, by int) {
	t.acquire(p, d.lock).read(p, d.pending, counted).
		assign(p, d.pending, func(r *registers) int { return r[counted] + by }).release(p, d.lock)
	t.step("", func(_ *machine, t *running) { t.reg[counted] += by })
	t.merge()
}

// countIf is count by 1 for a request that was not refused.
func (d driver) countIf(p *program, t *thread) {
	t.acquire(p, d.lock).read(p, d.pending, counted).
		assign(p, d.pending, func(r *registers) int { return r[counted] + 1 - r[refused] }).release(p, d.lock)
}

// look sees whether the driver is stopping.
func (d driver) look(p *program, t *thread) { t.read(p, d.flag, refused) }

// signal says that nothing is pending, if nothing is.
func (d driver) signal(p *program, t *thread) {
	t.step("stoppingEvent=", func(m *machine, t *running) {
		if t.reg[counted] == 0 {
			m.set(d.event, 1)
		}
	})
}

// merge makes the last two ops one event.
func (t *thread) merge() {
	n := len(t.ops)
	first, second := t.ops[n-2].do, t.ops[n-1].do
	t.ops = t.ops[:n-1]
	t.ops[n-2].do = func(m *machine, t *running) {
		first(m, t)
		second(m, t)
	}
}
