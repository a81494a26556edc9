// Package program reads small event loop programs as JSON, runs them on a jsloop
// and prints them as JavaScript.
package program

import "encoding/json"

// Recording is one program with what was observed of it.
type Recording struct {
	Name     string    `json:"name"`
	Entry    string    `json:"entry"`    // cjs, esm
	Handlers string    `json:"handlers"` // both, uncaught, none
	Class    string    `json:"class"`    // det, det_sep, racy
	Scale    float64   `json:"scale"`
	Body     []Stmt    `json:"body"`
	Node     *Outcome  `json:"node,omitempty"`
	Outcomes []Outcome `json:"outcomes,omitempty"`
	Bun      []Outcome `json:"bun,omitempty"`
	JS       string    `json:"js,omitempty"`

	// On is what listeners of process events do after they have logged, the first time
	// and the second.
	On map[string][]Stmt `json:"on,omitempty"`
	// Ends: exit codes of the process were recorded.
	Ends bool `json:"ends,omitempty"`
}

// Outcome is what a run logged, and the code given to its exit event.
type Outcome struct {
	Order []string `json:"order"`
	Exit  int      `json:"exit"`
	Code  int      `json:"code"` // of the process; most recordings do not have it
}

// Stmt is a statement; T says which fields count.
type Stmt struct {
	T      string  `json:"t"`
	ID     *int    `json:"id,omitempty"`
	H      string  `json:"h,omitempty"`
	Body   []Stmt  `json:"body,omitempty"`
	Catch  *[]Stmt `json:"catch,omitempty"`
	Finish *[]Stmt `json:"finally,omitempty"`
	MS     float64 `json:"ms,omitempty"`
	N      int     `json:"n,omitempty"`
	Clear  string  `json:"clear,omitempty"` // interval: before, after
	Kind   string  `json:"kind,omitempty"`  // clear: timeout, immediate
	P      *Expr   `json:"p,omitempty"`     // nil: undefined
	Xs     []*Expr `json:"xs,omitempty"`
	Steps  []Link  `json:"steps,omitempty"`
	E      int     `json:"e,omitempty"` // throw, reject, rej: which error; exit: the code
}

// Link is one step of a promise chain.
type Link struct {
	K     string `json:"k"` // then, then2, thenpass, catch, finally
	Body  []Stmt `json:"body,omitempty"`
	OnRej []Stmt `json:"onrej,omitempty"`
}

// Expr is an expression; K says which fields count.
type Expr struct {
	K     string   `json:"k"`
	V     *float64 `json:"v,omitempty"` // nil: undefined
	E     int      `json:"e,omitempty"`
	Mode  string   `json:"mode,omitempty"` // thenable: sync, micro, tick
	Act   string   `json:"act,omitempty"`  // thenable: see thenable.act
	ID    *int     `json:"id,omitempty"`
	H     string   `json:"h,omitempty"`
	Body  []Stmt   `json:"body,omitempty"`
	MS    float64  `json:"ms,omitempty"`
	Xs    []*Expr  `json:"xs,omitempty"`
	P     *Expr    `json:"p,omitempty"`
	Steps []Link   `json:"steps,omitempty"`
}

// Parse reads one line of a recording.
func Parse(line []byte) (*Recording, error) {
	var r Recording
	if err := json.Unmarshal(line, &r); err != nil {
		return nil, err
	}
	return &r, nil
}

// Awaits reports whether body awaits outside of inner functions: a module whose body
// does has top-level await.
func Awaits(body []Stmt) bool {
	for _, s := range body {
		switch s.T {
		case "await", "forawait":
			return true
		case "try":
			if Awaits(s.Body) || s.Catch != nil && Awaits(*s.Catch) || s.Finish != nil && Awaits(*s.Finish) {
				return true
			}
		}
	}
	return false
}
