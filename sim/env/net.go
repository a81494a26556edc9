package env

import (
	"strconv"
	"strings"
	"time"
)

// Addr is where a client connects or a server listens: a name or address of a
// machine, and a port.
type Addr struct {
	Host string // a name of the name service, or a literal address such as 127.0.0.1 or ::1
	Port int    // 1..65535; where one is bound, 0 lets the system choose
}

// String is `host:port`.
func (a Addr) String() string {
	if strings.Contains(a.Host, ":") {
		return "[" + a.Host + "]:" + strconv.Itoa(a.Port)
	}
	return a.Host + ":" + strconv.Itoa(a.Port)
}

// NetError is why a call over the network, or the binding of a port, failed. Its
// text is the name that Node's errors have as their code, the same everywhere.
type NetError uint8

// The errors in use.
const (
	// ErrRefused: nobody listens there.
	ErrRefused NetError = iota + 1
	// ErrReset: the other side, or its process, destroyed the connection.
	ErrReset
	// ErrTimeout: the client's own bound, Request.Timeout, has passed.
	ErrTimeout
	// ErrHeaderTimeout: no response header came within HeaderWait.
	ErrHeaderTimeout
	// ErrNoHost: the name service knows no address for the name.
	ErrNoHost
	// ErrInUse: another socket is bound to the address, or to one that overlaps it.
	ErrInUse
	// ErrForbidden: this port is not for this process.
	ErrForbidden
	// ErrNoAddress: the machine has no such address, or the port is no port.
	ErrNoAddress
	// ErrNoProgram: there is no program of that name.
	ErrNoProgram
)

var netErrorNames = [...]string{
	ErrRefused: "ECONNREFUSED", ErrReset: "ECONNRESET", ErrTimeout: "ABORT_ERR",
	ErrHeaderTimeout: "UND_ERR_HEADERS_TIMEOUT", ErrNoHost: "ENOTFOUND",
	ErrInUse: "EADDRINUSE", ErrForbidden: "EACCES", ErrNoAddress: "EADDRNOTAVAIL",
	ErrNoProgram: "ENOENT",
}

func (e NetError) Error() string {
	if e == 0 || int(e) >= len(netErrorNames) {
		return "EUNKNOWN"
	}
	return netErrorNames[e]
}

// HeaderWait is how long a client waits for a response header even if it set no
// timeout: undici's headersTimeout, the default of Node's fetch, 300 s.
const HeaderWait = 300 * time.Second

// KeepAlive is how long a client keeps an idle connection: undici's
// keepAliveTimeout, 4 s. It is for servers that give no hint; to one that says
// `Keep-Alive: timeout=5`, as Node's do unless told otherwise, undici 6 keeps it for 3 s
// (observed, Node 20.20: reused after 3.0 s, not after 3.5).
const KeepAlive = 4 * time.Second

// Field is one header field.
type Field struct{ Name, Value string }

// Header is the header fields of a message, in the order in which they were set.
type Header []Field

// Get returns the value of a field, whatever the case of its name, and whether it
// is there.
func (h Header) Get(name string) (value string, ok bool) {
	for i := range h {
		if strings.EqualFold(h[i].Name, name) {
			return h[i].Value, true
		}
	}
	return "", false
}

// HeaderError says that a header value holds a character that a header must not
// hold.
type HeaderError struct {
	Name, Value string
	At          int // byte offset of the character
}

func (e *HeaderError) Error() string {
	return "Invalid character in header content [\"" + e.Name + "\"]"
}

// CheckHeader is nil if value may be sent in a header field: TAB, U+0020 to U+007E
// and U+0080 to U+00FF may (Node's checkInvalidHeaderChar). Else it is a
// *HeaderError.
func CheckHeader(name, value string) error {
	for i, r := range value {
		if r != '\t' && (r < 0x20 || r == 0x7f || r > 0xff) {
			return &HeaderError{name, value, i}
		}
	}
	return nil
}

// Request is an HTTP request as logic sees it.
type Request struct {
	// Label is what the events of this exchange are called: the request's arrival
	// has this name, that of the response `label.reply`. Windows are looked up by
	// it. Required.
	Label  string
	Method string // GET, POST, DELETE
	Addr   Addr
	Path   string // what the server's handler is chosen by; the query does not matter for that
	Header Header
	Body   any // a value that nobody changes afterwards; nil for none
	// Timeout is when the client gives up, counted from the call. 0 means never,
	// but see HeaderWait. Giving up ends the client's side only.
	Timeout time.Duration
}

// Response is the answer to a Request.
type Response struct {
	Status int
	Header Header // must not be changed
	Body   any
}

// OK reports whether the status is one of success: 200..299.
func (r Response) OK() bool { return r.Status >= 200 && r.Status <= 299 }
