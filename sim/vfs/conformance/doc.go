// Package conformance holds the tests of the simulated files and watchers
// against the real ones: recordings of Linux 6.18 in testdata, and the kernel
// that the tests run on.
//
//	go test ./sim/vfs/conformance -v                        # recordings, some live scripts
//	go test ./sim/vfs/conformance -run Live -rapid.checks=10000
//	SIMRUN_RACE_RUNS=200 go test ./sim/vfs/conformance -run LiveRacy -rapid.checks=1000
//
// A script is a list of operations, one JSON object a line; see script_test.go
// for the format. Further recordings are read from the files that the
// environment variables SIMRUN_CORPUS_INOTIFY (scripts with one stable outcome)
// and SIMRUN_CORPUS_INOTIFY_RACY (sets of outcomes seen) name.
package conformance
