package coord_test

import (
	"testing"

	"github.com/seed-3519b94c/simrun/model/coord"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/stretchr/testify/require"
)

// promise is one that is rejected by hand, and calls back at once.
type promise struct {
	env.Promise
	onRejected []func(error) (any, error)
}

func (p *promise) Catch(fn func(error) (any, error)) env.Promise {
	p.onRejected = append(p.onRejected, fn)
	return nil
}

func (p *promise) reject() {
	for _, fn := range p.onRejected {
		_, _ = fn(errBad)
	}
}

func TestMemo(t *testing.T) {
	for _, forget := range []bool{false, true} {
		starts, forgotten := 0, 0
		start := func() env.Promise { starts++; return &promise{} }
		m := coord.Memo{ForgetFailure: forget, Forgot: func() { forgotten++ }}
		require.False(t, m.Made())
		first := m.Get(start)
		require.Same(t, first, m.Get(start), "who comes later shares it")
		require.True(t, m.Made())
		first.(*promise).reject()
		require.Equal(t, !forget, m.Made(), "a failure is kept unless it is to be forgotten")
		second := m.Get(start)
		require.Equal(t, forget, first != second)
		third := m.Begin(start) // after a gap it replaces another
		require.NotSame(t, second, third)
		second.(*promise).reject() // which is not the one that is kept
		require.Same(t, third, m.Get(start))
		if forget {
			require.Equal(t, 3, starts)
			require.Equal(t, 1, forgotten)
		} else {
			require.Equal(t, 2, starts)
			require.Zero(t, forgotten)
		}
	}
}
