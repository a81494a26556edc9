package kernel_test

import (
	"fmt"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// A file is saved while it is watched, first by truncation and then by rename.
func Example() {
	k := kernel.New(kernel.Config{})
	t := k.NewTable()
	save := func(path, text string, version uint32) {
		fd, _ := k.Open(t, path, env.WriteOnly|env.Create|env.Truncate)
		_, _ = k.Write(t, fd, env.Text(text, version))
		_ = k.Close(t, fd)
	}
	save("app.js", "one", 1)

	i := k.NewInstance(0)
	_, _ = k.AddWatch(t, i, "app.js", env.InModify|env.InAttrib|env.InDeleteSelf)

	save("app.js", "two", 2) // truncation and write merge into one record
	save("app.js.tmp", "three", 3)
	_ = k.Rename(t, "app.js.tmp", "app.js", 0) // the watch was on the old inode
	save("app.js", "four", 4)                  // nobody hears this one

	evs, _ := k.ReadEvents(i, 64<<10, nil)
	fmt.Print(describe(evs))
	// Output:
	// 1 MODIFY
	// 1 ATTRIB
	// 1 DELETE_SELF
	// 1 IGNORED
}

// A reader comes between the parts of a write.
func ExampleKernel_BeginWrite() {
	k := kernel.New(kernel.Config{})
	t := k.NewTable()
	fd, _ := k.Open(t, "app.js", env.ReadWrite|env.Create)
	_, _ = k.Write(t, fd, env.Fill("old ", 12, 1))

	w, _ := k.BeginPwrite(t, fd, 0, env.Fill("new ", 12, 2))
	k.WriteStep(&w, 6)
	data, _ := k.Peek("/app.js")
	fmt.Println(data.String(), data.Versions())
	k.EndWrite(&w)
	data, _ = k.Peek("/app.js")
	fmt.Println(data.String(), data.Versions())
	// Output:
	// new ned old  [2 1]
	// new new new  [2]
}
