package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// A trace in a file of its own is a line of text and the packed trace as the store has it:
//
//	simrun packed trace 1 CREATED SUM
//
// CREATED is when it was found, and SUM the SHA-256 of all the rest, so that the file comes
// back byte by byte and no damage goes unseen.
const exportMagic = "simrun packed trace "

// exportVersion is the version that Export writes and the newest that Import reads.
const exportVersion = 1

// Export returns the trace that ref means, as the bytes of a file. The same trace gives
// the same bytes, also from a store that it was imported into.
func (s *Store) Export(ctx context.Context, ref string) ([]byte, error) {
	found, err := s.Find(ctx, ref)
	if err != nil {
		return nil, err
	}
	var blob []byte
	if err := s.read.QueryRowContext(ctx, "SELECT blob FROM traces WHERE id = ?", found.ID).Scan(&blob); err != nil {
		return nil, explain("export trace "+ref+" of store", s.path, err)
	}
	t, err := Decode(blob)
	if err == nil && t.Hash() != found.Hash {
		err = fmt.Errorf("its content has the hash %s", short(t.Hash()))
	}
	if err != nil { // damage is not to be passed on
		return nil, s.damaged(found.ID, found.Hash, err)
	}
	return sealExport(timestamp(found.Created), blob), nil
}

func sealExport(created string, blob []byte) []byte {
	head := fmt.Sprintf("%s%d %s ", exportMagic, exportVersion, created)
	return append([]byte(head+exportSum(head, blob)+"\n"), blob...)
}

func exportSum(head string, blob []byte) string {
	h := sha256.New()
	h.Write([]byte(head))
	h.Write(blob)
	return hex.EncodeToString(h.Sum(nil))
}

// Exported is the trace of a file that Export made.
type Exported struct {
	trace   *sim.Trace
	created time.Time
	blob    []byte
}

// ReadExport reads such a file, and refuses any other and one that is damaged.
func ReadExport(path string) (*Exported, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("import trace: %w", err)
	}
	x, err := openExport(file)
	if err != nil {
		return nil, &Error{Doing: "import trace", Path: path, Kind: BadExport, Err: err, Advice: "export it again; nothing was imported from it"}
	}
	return x, nil
}

// Import adds the trace of a file, and returns its hash. One that is there already is left as
// Add leaves it, so importing twice is harmless.
func (s *Store) Import(ctx context.Context, x *Exported) (hash string, err error) {
	if err := s.writable("import into store"); err != nil {
		return "", err
	}
	// The row and its blob belong to the writer from now on.
	row := &traceRow{Summary: summarize(x.trace, x.created), blob: bytes.Clone(x.blob)}
	hash = row.Hash
	if err := s.writer.add(ctx, row); err != nil {
		return "", err
	}
	return hash, s.Flush(ctx)
}

// openExport reads what sealExport wrote, and nothing else.
func openExport(file []byte) (*Exported, error) {
	head, blob, ok := bytes.Cut(file, []byte("\n"))
	var version int
	var stamp, sum string
	var err error
	if ok && bytes.HasPrefix(head, []byte(exportMagic)) {
		_, err = fmt.Sscanf(string(head[len(exportMagic):]), "%d %s %s", &version, &stamp, &sum)
	}
	switch {
	case !ok || !bytes.HasPrefix(head, []byte(exportMagic)) || err != nil:
		return nil, errors.New("it is no exported trace: want a file that `simrun export` wrote")
	case version > exportVersion:
		return nil, fmt.Errorf("format version %d is newer than %d, the newest that this simrun reads", version, exportVersion)
	case !bytes.Equal(file, sealExport(stamp, blob)):
		return nil, fmt.Errorf("it is damaged: the check sum of its %d bytes is not the one it says", len(file))
	}
	created, err := time.Parse(timeLayout, stamp)
	if err != nil {
		return nil, err
	}
	t, err := Decode(blob)
	return &Exported{t, created, blob}, err
}
