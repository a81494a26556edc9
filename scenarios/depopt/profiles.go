package depopt

import "github.com/seed-3519b94c/simrun/sim"

// profiles are the windows of the scenarios, in milliseconds: earliest, nominal,
// latest. They come from measurements on Linux, 2 vCPU, Node 20, Vite 7.1 to 8.3: those
// of laptop with nothing else running, those of ci-loaded with other work on the machine.
// How late a timer is was measured from discovery to the start of the bundle: p50 103 to
// 104, p95 107 to 130, at worst 231, of which 100 are the debounce.
func profiles() []*sim.Profile {
	rows := []struct {
		label      string
		laptop, ci [3]float64
	}{
		{"bundle", [3]float64{1, 7, 50}, [3]float64{3, 60, 2000}},
		{"scan", [3]float64{1, 7, 30}, [3]float64{5, 40, 500}},
		{"read", [3]float64{0.2, 1, 5}, [3]float64{0.5, 4, 60}},
		{"rename", [3]float64{0.5, 1, 8}, [3]float64{1, 8, 200}},
		{"cache-read", [3]float64{1, 5, 30}, [3]float64{2, 20, 200}},
		{"resolve", [3]float64{0, 0.3, 3}, [3]float64{0, 2, 50}}, // parallel imports of one module
		{"load", [3]float64{0.5, 1.5, 8}, [3]float64{1, 6, 100}},
		{"transform", [3]float64{0.5, 2, 12}, [3]float64{2, 15, 200}},
		{"eval", [3]float64{0, 0.1, 2}, [3]float64{0, 1, 20}},
		{"invoke", [3]float64{0, 0.1, 1}, [3]float64{0, 0.5, 10}},
		{"invoke.workerd", [3]float64{0.5, 2, 12}, [3]float64{1, 8, 100}},
		{"hot.workerd", [3]float64{3, 7, 54}, [3]float64{5, 30, 300}},
		{"ws", [3]float64{0.2, 0.5, 2}, [3]float64{0.5, 5, 100}},
		{"http", [3]float64{0.3, 1, 5}, [3]float64{1, 8, 100}},
	}
	laptop := &sim.Profile{Name: "laptop", Windows: make(map[string]sim.Window), Timer: ms(0, 3, 30)}
	ci := &sim.Profile{Name: "ci-loaded", Windows: make(map[string]sim.Window), Timer: ms(0, 10, 130)}
	for _, r := range rows {
		laptop.Windows[r.label] = ms(r.laptop[0], r.laptop[1], r.laptop[2])
		ci.Windows[r.label] = ms(r.ci[0], r.ci[1], r.ci[2])
	}
	return []*sim.Profile{laptop, ci}
}

func ms(earliest, nominal, latest float64) sim.Window {
	return sim.Micros(1000*earliest, 1000*nominal, 1000*latest)
}
