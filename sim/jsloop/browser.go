package jsloop

type browserState struct{}

func (l *Loop) addBrowserTimer(t *Timer)  {}
func (l *Loop) dropBrowserTimer(t *Timer) {}
func (l *Loop) selectTasks()              {}
