package hotreload

import "github.com/seed-3519b94c/simrun/sim"

// Oracle is Bun #28202: the test hangs, and the system is right. The reader drops the
// rest of a chunk when it finds an error that it knows already.
func Oracle() *sim.Scenario {
	s := oracle(true)
	s.Name, s.Doc = "hotreload/oracle", "a reader of standard error that drops what it has read: who is to blame? (Bun #28202)"
	s.Expect = expect(oracleJudged, found(propReader, "V2w", "V2r"))
	return s
}

// OracleLossless is Oracle with the reader that upstream has by now.
func OracleLossless() *sim.Scenario {
	s := oracle(false)
	s.Name, s.Doc = "hotreload/oracle-lossless", "oracle, with a reader that puts back what it has not looked at"
	return s
}

var oracleJudged = []string{propReader, propS1, propL2}

func oracle(lossy bool) *sim.Scenario {
	return &sim.Scenario{
		Variants:   []string{"V2w", "V2r"},
		Profiles:   profiles(),
		Params:     params(savesParam),
		Properties: docs(oracleJudged...),
		Build: func(w *sim.World) {
			h := newWorld(w)
			d := &driver{
				h: h, saves: w.Draw().Int("saves", 2, 6), plans: []string{planInPlace, planTwice}, program: programThrow,
				small: true, limit: generationLimit, lossy: lossy,
			}
			h.build(setup{
				first: source(programThrow, 0, false, h.disk.NewVersion()), judged: oracleJudged, write: d.run,
			})
		},
	}
}
