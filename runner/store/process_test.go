package store

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// childVar makes the test binary one of the processes of a test instead.
const childVar = "SIMRUN_STORE_CHILD"

func TestMain(m *testing.M) {
	if what := os.Getenv(childVar); what != "" {
		if err := child(what, os.Args[1], os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// childTraces is how many traces a child adds between two flushes.
const childTraces = 37

// child adds traces to the store at path, with the numbers from `from` on.
func child(what, path, from string) error {
	first, err := strconv.ParseInt(from, 10, 64)
	if err != nil {
		return err
	}
	s, err := Open(path, Options{})
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	fmt.Println("open")
	for n := first; ; n++ {
		if what == "some" && n == first+500 {
			break
		}
		if _, err := s.Add(ctx, typicalTrace(n, 10)); err != nil {
			if ctx.Err() != nil { // interrupted: what was accepted is kept
				break
			}
			return err
		}
		if what == "interrupted" {
			fmt.Println(n - first + 1)
		} else if (n-first+1)%childTraces == 0 {
			if err := s.Flush(ctx); err != nil {
				return err
			}
			fmt.Println(n - first + 1)
		}
	}
	return s.Close()
}

// process is a running child.
type process struct {
	cmd  *exec.Cmd
	out  *bufio.Scanner
	told int // the last number it wrote
}

func start(t *testing.T, what, path string, from int) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0], path, strconv.Itoa(from))
	cmd.Env = append(os.Environ(), childVar+"="+what)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	p := &process{cmd: cmd, out: bufio.NewScanner(out)}
	require.True(t, p.out.Scan())
	require.Equal(t, "open", p.out.Text())
	return p
}

// wait reads what the child says until it ends.
func (p *process) wait() error {
	for p.out.Scan() {
		if n, err := strconv.Atoi(strings.TrimSpace(p.out.Text())); err == nil {
			p.told = n
		}
	}
	return p.cmd.Wait()
}

// requireSound checks the whole file and returns how many traces it has.
func requireSound(t *testing.T, path string) int {
	t.Helper()
	s, err := Open(path, Options{})
	require.NoError(t, err)
	report, err := s.Check(context.Background())
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	require.NoError(t, s.Close())
	return int(report.Traces)
}

func TestSeveralProcessesWriteOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "traces.db")
	var all []*process
	for i := range 4 {
		all = append(all, start(t, "some", path, i*400)) // each has 100 in common with the next
	}
	for _, p := range all {
		require.NoError(t, p.wait())
	}
	assert.Equal(t, 1700, requireSound(t, path))
}

// TestAKilledProcess loses at most the batch in flight, and damages nothing: 50 are killed,
// each at another moment, and the file is checked whole after each.
func TestAKilledProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "traces.db")
	r := rand.New(rand.NewPCG(1, 2))
	before := 0
	for i := range 50 {
		p := start(t, "forever", path, i*1_000_000)
		time.Sleep(time.Duration(r.IntN(30_000)) * time.Microsecond)
		require.NoError(t, p.cmd.Process.Kill())
		require.Error(t, p.wait())
		n := requireSound(t, path)
		stored := n - before
		// What it did not live to tell is one batch more, or a part of one.
		assert.GreaterOrEqual(t, stored, p.told, "round %d", i)
		assert.LessOrEqual(t, stored, p.told+childTraces, "round %d", i)
		before = n
	}
	assert.Positive(t, before)
}

// TestAnInterruptedProcess keeps everything that was accepted.
func TestAnInterruptedProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "traces.db")
	p := start(t, "interrupted", path, 0)
	go func() {
		time.Sleep(30 * time.Millisecond)
		_ = p.cmd.Process.Signal(os.Interrupt)
	}()
	require.NoError(t, p.wait())
	assert.Positive(t, p.told)
	assert.Equal(t, p.told, requireSound(t, path))
	assert.NoFileExists(t, path+"-wal", "the log is in the file")
}
