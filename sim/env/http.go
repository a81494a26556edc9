package env

// Client sends requests in callback style, for event loops and actors.
type Client interface {
	// Do sends r and later calls done exactly once, with the response or with a
	// NetError; never before Do has returned. Cancelling the ticket is an abort:
	// the client's side ends at once and done is not called any more; the server
	// learns of it later, by Exchange.Gone, if at all.
	Do(r Request, done func(Response, error)) Ticket
}

// Caller sends requests from a sequential process.
type Caller interface {
	// Call sends r and blocks until the response is there or it failed, with a
	// NetError.
	Call(r Request) (Response, error)
}

// Handler serves one request. It answers through x, at once or later, or never.
type Handler func(x Exchange)

// Exchange is a request that waits for its response.
type Exchange interface {
	Request() *Request // as it came; its header values have lost leading blanks, not trailing ones
	// From is the name of the process that sent it: for logs and properties. Real
	// servers do not know it.
	From() string
	// SetHeader sets a field of the response. A value with a character that no
	// header may hold is a *HeaderError, and nothing is set.
	SetHeader(name, value string) error
	// Reply sends the response. A second Reply, or one after the caller has hung
	// up, does nothing.
	Reply(status int, body any)
	// Gone reports whether this side has seen that the caller hung up.
	Gone() bool
	// OnGone calls fn when this side sees that the caller hung up, unless it has
	// replied by then.
	OnGone(fn func())
	// Destroy ends the connection without a response: the caller gets ErrReset.
	Destroy()
}

// Routes serves by method and path: keys are such as `POST /prerender-servers`. A
// request for which there is no key is answered 404.
type Routes map[string]Handler

// Serve is a Handler.
func (r Routes) Serve(x Exchange) {
	q := x.Request()
	path := q.Path
	for i := range len(path) {
		if path[i] == '?' {
			path = path[:i]
			break
		}
	}
	if h := r[q.Method+" "+path]; h != nil {
		h(x)
		return
	}
	x.Reply(404, nil)
}

// Listener is a bound port that accepts connections.
type Listener interface {
	// Addr is what it is bound to, with the port that the system chose.
	Addr() Addr
	// Serve hands requests to h from now on, those of connections included that were
	// accepted before. A listener without a handler accepts, and never reads: its
	// callers wait, and a caller that gives up leaves a connection that stays open.
	Serve(h Handler)
	// Close stops accepting and frees the port at once. It completes, by a call of
	// done (which may be nil), when no accepted connection is open any more; never
	// before Close has returned. A connection is open on this side until it has read
	// everything that was sent and then the end mark, or destroyed it. Every further
	// Close completes too.
	Close(done func())
	// CloseIdle ends the accepted connections on which no request is waited for, as
	// http.Server.close of Node does since version 19.
	CloseIdle()
	// DestroyAll destroys all accepted connections: callers that wait get ErrReset.
	DestroyAll()
}

// Binder gives out ports of the machine that a process runs on.
type Binder interface {
	// Bind takes an address for this process and accepts connections at once; it
	// is done when it returns. The port is free again when the listener is closed
	// or the process ends. Host is an address of the machine, or "0.0.0.0" or "::"
	// for all of them (the latter of both families). A probe is a Bind and a Close;
	// others can see it. Errors: ErrInUse, ErrForbidden, ErrNoAddress.
	Bind(a Addr) (Listener, error)
	// Addresses lists the addresses of the machine, loopback included, in the order
	// in which the system lists them.
	Addresses() []string
}

// Net is the network as one process sees it.
type Net interface {
	Client
	Binder
}
