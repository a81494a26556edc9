package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// writable refuses a path that cannot become a file, before the work is done whose
// result it is for. No path is none to refuse.
func writable(flag, path string) error {
	if path == "" {
		return nil
	}
	if isFolder(path) {
		return usage(fmt.Errorf("--%s %q: it is a folder; give the path of a file", flag, path))
	}
	if dir := filepath.Dir(path); !isFolder(dir) {
		return usage(fmt.Errorf("--%s %q: there is no folder %q; make it first", flag, path, dir))
	}
	return nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// What the files that simrun writes begin with.
const (
	simHead    = "simrun trace "
	exportHead = "simrun packed trace "
	storeHead  = "SQLite format 3\x00"
)

// head is how a file begins, as far as it takes to know its kind.
func head(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close() //nolint:errcheck // it was only read
	b := make([]byte, 32)
	n, _ := io.ReadFull(f, b)
	return string(b[:n])
}

// notSim says what a file is that was named as a .sim file and is none, and what to do
// with it; "" if that is not known.
func (s *invocation) notSim(path string) string {
	switch h := head(path); {
	case isFolder(path):
		return "it is a folder; give the path of a .sim file"
	case strings.HasPrefix(h, exportHead):
		return fmt.Sprintf("it is an exported trace; `%s import %s` takes it into the store", s.Program, quote(path))
	case strings.HasPrefix(h, storeHead):
		return fmt.Sprintf("it is a trace store; say --db %s, and which trace of it", quote(path))
	}
	return ""
}

// notExport says the same of a file that was named as an exported trace.
func (s *invocation) notExport(path string) string {
	switch h := head(path); {
	case isFolder(path):
		return "it is a folder; give the path of an exported trace"
	case strings.HasPrefix(h, simHead):
		return fmt.Sprintf("it is a .sim file, which is used as it is: `%s replay %s`", s.Program, quote(path))
	case strings.HasPrefix(h, storeHead):
		return fmt.Sprintf("it is a trace store; `%s merge %s --into %s` takes all of it", s.Program, quote(path), quote(s.db))
	}
	return ""
}

// reference matches what can only mean a trace of the store.
var reference = regexp.MustCompile(`^(id=[0-9]+|[0-9A-Fa-f]+)$`)

// isFile tells a path from a reference into the store.
func isFile(ref string) bool {
	if filepath.Ext(ref) == ".sim" || strings.ContainsAny(ref, `/\`) {
		return true
	}
	_, err := os.Stat(ref)
	return err == nil && !reference.MatchString(ref)
}
