package hotreload

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Find returns the configuration called name: that of [Variants], or one of
// them with switches flipped, such as "V2+EvictFirst", "V2w-DeferPending" or
// "V2w+RefillLimit=8".
func Find(name string) (Config, error) {
	variants := Variants()
	for _, v := range variants {
		if v.Name == name {
			return v.Config, nil
		}
	}
	best := -1
	for i, v := range variants {
		rest, ok := strings.CutPrefix(name, v.Name)
		if ok && (rest[0] == '+' || rest[0] == '-') && (best < 0 || len(v.Name) > len(variants[best].Name)) {
			best = i
		}
	}
	if best < 0 {
		return Config{}, fmt.Errorf("find variant %q: no such variant", name)
	}
	c := variants[best].Config
	rest := name[len(variants[best].Name):]
	for rest != "" {
		end := strings.IndexAny(rest[1:], "+-") + 1
		if end == 0 {
			end = len(rest)
		}
		which, value, given := strings.Cut(rest[1:end], "=")
		if !given {
			value = strconv.FormatBool(rest[0] == '+')
		}
		if err := c.Set(which, value); err != nil {
			return Config{}, fmt.Errorf("find variant %q: %w", name, err)
		}
		rest = rest[end:]
	}
	return c, nil
}

// Set sets the switch called name, which is the name of its field, from text.
func (c *Config) Set(name, value string) error {
	if b := c.flag(name); b != nil {
		v, err := strconv.ParseBool(value)
		if err != nil {
			return fmt.Errorf("set switch %q: %q is neither true nor false", name, value)
		}
		*b = v
		return nil
	}
	var err error
	switch name {
	case "Main":
		c.Main = value
	case "PendingRule":
		err = pick(&c.PendingRule, value, "always", "A", "B", "C", "D", "E", "F")
	case "ReportBy":
		err = pick(&c.ReportBy, value, "flag", "generation")
	case "Coalesce":
		err = pick(&c.Coalesce, value, "one-extra", "drain-loop")
	case "Cache":
		err = pick(&c.Cache, value, "off", "hit", "miss")
	case "CoalesceNs":
		err = assign(&c.CoalesceNs)(strconv.ParseInt(value, 10, 64))
	case "LinkHops":
		err = assign(&c.LinkHops)(strconv.Atoi(value))
	case "ParkBound":
		err = assign(&c.ParkBound)(time.ParseDuration(value))
	case "Overflow":
		err = pick(&c.Overflow, value, "ignored", "shutdown", "reloads")
	case "RefillLimit":
		err = assign(&c.RefillLimit)(strconv.Atoi(value))
	case "HeartbeatPhase":
		err = assign(&c.HeartbeatPhase)(time.ParseDuration(value))
	default:
		return fmt.Errorf("set switch %q: no such switch", name)
	}
	if err != nil {
		return fmt.Errorf("set switch %q: %w", name, err)
	}
	return nil
}

// flag is the on-off switch called name, or nil.
func (c *Config) flag(name string) *bool {
	switch name {
	case "DeferPending":
		return &c.DeferPending
	case "DeferUnreported":
		return &c.DeferUnreported
	case "KeepNonEmptyMap":
		return &c.KeepNonEmptyMap
	case "LendFd":
		return &c.LendFd
	case "EvictFirst":
		return &c.EvictFirst
	case "LockedLookup":
		return &c.LockedLookup
	case "MainRecreate":
		return &c.MainRecreate
	case "WatchBeforeRead":
		return &c.WatchBeforeRead
	case "CursorReset":
		return &c.CursorReset
	case "DedupHashes":
		return &c.DedupHashes
	case "ResetErrors":
		return &c.ResetErrors
	case "ReportInBeforeExit":
		return &c.ReportInBeforeExit
	case "ForeverTimerVisible":
		return &c.ForeverTimerVisible
	case "FetchInCall":
		return &c.FetchInCall
	case "Heartbeats":
		return &c.Heartbeats
	}
	return c.Platform.flag(name)
}

// flag is the on-off switch called name, or nil.
func (p *Platform) flag(name string) *bool {
	switch name {
	case "RegisteredIndex":
		return &p.RegisteredIndex
	case "Reregister":
		return &p.Reregister
	case "AwaitRecreate":
		return &p.AwaitRecreate
	case "LateArm":
		return &p.LateArm
	case "ZeroWait":
		return &p.ZeroWait
	}
	return nil
}

// pick sets v to the position of value among names.
func pick[T ~uint8](v *T, value string, names ...string) error {
	for i, n := range names {
		if n == value {
			*v = T(i)
			return nil
		}
	}
	return fmt.Errorf("%q is none of %s", value, strings.Join(names, ", "))
}

// assign sets v to what was parsed, unless that failed.
func assign[T any](v *T) func(T, error) error {
	return func(parsed T, err error) error {
		if err == nil {
			*v = parsed
		}
		return err
	}
}
