package recycle

import (
	"crypto/md5"
	"encoding/hex"
	"strconv"
)

// Version numbers shells, and the sources written for them: 1 is A, 2 is B.
type Version int

// String is the letter.
func (v Version) String() string {
	if v < 1 || v > 26 {
		return "version " + strconv.Itoa(int(v))
	}
	return string(rune('A' + v - 1))
}

// Artifact is a shell as it was built: the raw index.html and its bundle. It must not
// be changed.
type Artifact struct {
	Version Version
	HTML    string
	Token   string // first 8 hexadecimal digits of the MD5 of HTML
}

// NewArtifact builds the shell of a version.
func NewArtifact(v Version) *Artifact {
	a := &Artifact{Version: v, HTML: "<!doctype html><script src=\"/assets/" + v.String() + ".js\"></script>"}
	a.Token = Token(a.HTML)
	return a
}

// Token is what identifies a shell: 8 hexadecimal digits of the MD5 of its raw
// index.html.
func Token(html string) string {
	sum := md5.Sum([]byte(html)) //nolint:gosec // a name, not a secret
	return hex.EncodeToString(sum[:4])
}

// Shell is what a task serves: the raw file rewritten with the task's own settings
// (asset address, limits).
type Shell struct {
	Artifact Version
	Conf     int
	// Stamp names the raw token that it was made from. Only Switches.Verify looks.
	Stamp string
}

// String is such as "A" or "A, conf 2".
func (s Shell) String() string {
	if s.Conf <= 1 {
		return s.Artifact.String()
	}
	return s.Artifact.String() + ", conf " + strconv.Itoa(s.Conf)
}
