package env

import "errors"

// ErrAborted is the reason of a Fetch that was aborted.
var ErrAborted = errors.New("this operation was aborted")

// Fetch is Client.Do as a promise of l: its value is the Response, its reason a
// NetError. abort cancels the request and rejects the promise with ErrAborted, both
// at once; it does nothing once the promise is settled.
func Fetch(l Loop, c Client, r Request) (p Promise, abort func()) {
	p, resolve, reject := l.NewPromise()
	ticket := c.Do(r, func(resp Response, err error) {
		if err != nil {
			reject(err)
			return
		}
		resolve(resp)
	})
	return p, func() {
		if ticket.Cancel() {
			reject(ErrAborted)
		}
	}
}
