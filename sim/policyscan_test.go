package sim_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// goFile is a parsed file of the module.
type goFile struct {
	name, dir string // below the module's root
	fset      *token.FileSet
	syntax    *ast.File
	allowed   map[int]*allowance // by line
}

// allowance is a comment `//simrun:allow WHAT: reason`.
type allowance struct {
	what string
	pos  token.Pos
	used bool
}

var allowComment = regexp.MustCompile(`^//simrun:allow (\S+?)(: *(\S.*))?$`)

// findings are messages, each with file and line and the way out.
type findings []string

func (fs findings) report(t *testing.T) {
	for _, f := range fs {
		t.Error(f)
	}
}

func (fs *findings) add(f *goFile, pos token.Pos, format string, args ...any) {
	*fs = append(*fs, fmt.Sprintf("%s:%d: ", f.name, f.fset.Position(pos).Line)+fmt.Sprintf(format, args...))
}

// moduleFiles are all files of the module but tests. They are parsed in this
// process, so that the test cache sees which files the result depends on.
var moduleFilesOnce = sync.OnceValues(func() ([]*goFile, error) {
	var files []*goFile
	fset := token.NewFileSet()
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		base := filepath.Base(name)
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != ".." && (base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		f, err := newFile(fset, filepath.ToSlash(name[len("../"):]), text)
		files = append(files, f)
		return err
	})
	return files, err
})

func moduleFiles(t *testing.T) []*goFile {
	files, err := moduleFilesOnce()
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func parseGo(t *testing.T, name, src string) *goFile {
	f, err := newFile(token.NewFileSet(), name, []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func newFile(fset *token.FileSet, name string, text []byte) (*goFile, error) {
	syntax, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	f := &goFile{name: name, dir: path.Dir(name), fset: fset, syntax: syntax, allowed: make(map[int]*allowance)}
	for _, group := range syntax.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, "//simrun:allow") {
				what := strings.TrimSpace(strings.TrimPrefix(c.Text, "//simrun:allow"))
				if m := allowComment.FindStringSubmatch(c.Text); m != nil && m[3] != "" {
					what = m[1]
				} else {
					what = "\x00" + what // no reason: allows nothing
				}
				f.allowed[fset.Position(c.Pos()).Line] = &allowance{what: what, pos: c.Pos()}
			}
		}
	}
	return f, nil
}

// allows reports whether the line of pos has a comment that allows what.
func (f *goFile) allows(pos token.Pos, what string) bool {
	a := f.allowed[f.fset.Position(pos).Line]
	if a == nil || strings.TrimPrefix(a.what, "\x00") != what {
		return false
	}
	a.used = true // one without a reason is reported as such, once
	return true
}

func (f *goFile) checkImports(l layer, found *findings) {
	for _, spec := range f.syntax.Imports {
		p, _ := strconv.Unquote(spec.Path.Value)
		first, _, _ := strings.Cut(p, "/")
		ours, isOurs := strings.CutPrefix(p, module+"/")
		switch {
		case isOurs && !matches(l.ours, ours):
			found.add(f, spec.Pos(), "%s may not import %s: %s", f.dir, ours, l.why)
		case !isOurs && strings.Contains(first, ".") && !matches(l.theirs, p):
			found.add(f, spec.Pos(), "%s may not import %s: it is not one of the libraries that %s is given in sim/policy_test.go", f.dir, p, f.dir)
		}
	}
}

func (f *goFile) checkDeterminism(ts *moduleTypes, found *findings) {
	ban := func(pos token.Pos, what, format string, args ...any) {
		if !f.allows(pos, what) {
			found.add(f, pos, format+", or end the line with `//simrun:allow "+what+": reason`", args...)
		}
	}
	imported := f.importNames()
	for _, spec := range f.syntax.Imports {
		p, _ := strconv.Unquote(spec.Path.Value)
		for _, banned := range sortedNames(bannedPackages) {
			if matches(banned+"/...", p) {
				ban(spec.Pos(), p, "package %s is not the same in every run; %s", p, bannedPackages[banned])
			}
		}
	}
	var sorted []*ast.CallExpr // calls of slices.Sorted*, whose arguments may come in any order
	var function ast.Node
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			function = n
		case *ast.GoStmt:
			ban(n.Pos(), "go", "`go` lets the Go scheduler decide an order; make a process of the world")
		case *ast.SelectStmt:
			ban(n.Pos(), "select", "`select` lets the Go scheduler decide an order; make a process of the world")
		case *ast.RangeStmt:
			if ts.isMap(n.X) && !collectsForSorting(n, function) && !fillsMap(n) {
				ban(n.Pos(), "map", "range over a map comes in another order in every run; collect its keys and sort them")
			}
		case *ast.CallExpr:
			if pkg, name := qualified(n.Fun, imported); pkg == "slices" && strings.HasPrefix(name, "Sorted") {
				sorted = append(sorted, n)
			}
		case *ast.SelectorExpr:
			switch pkg, name := qualified(n, imported); {
			case pkg == "time" && slices.Contains(bannedCalls, name):
				ban(n.Pos(), "time."+name, "time.%s reads the real clock; use env.Proc", name)
			case pkg == "maps" && slices.Contains([]string{"Keys", "Values", "All"}, name):
				in := func(c *ast.CallExpr) bool { return c.Pos() <= n.Pos() && n.End() <= c.End() }
				if !slices.ContainsFunc(sorted, in) {
					ban(n.Pos(), "map", "maps.%s comes in another order in every run; sort it with slices.Sorted", name)
				}
			}
		}
		return true
	})
	f.checkAllowances(found)
}

// checkAllowances finds comments without a reason, and those that nothing needs.
func (f *goFile) checkAllowances(found *findings) {
	var lines []int
	for line := range f.allowed {
		lines = append(lines, line)
	}
	slices.Sort(lines)
	for _, line := range lines {
		switch a := f.allowed[line]; {
		case strings.HasPrefix(a.what, "\x00"):
			found.add(f, a.pos, "`//simrun:allow %s` gives no reason; write `//simrun:allow WHAT: reason`", a.what[1:])
		case !a.used:
			found.add(f, a.pos, "nothing here needs `//simrun:allow %s`; delete it", a.what)
		}
	}
}

// importNames maps the names that packages have in f to their paths.
func (f *goFile) importNames() map[string]string {
	names := make(map[string]string)
	for _, spec := range f.syntax.Imports {
		p, _ := strconv.Unquote(spec.Path.Value)
		name := path.Base(p)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = p
	}
	return names
}

// qualified splits pkg.Name.
func qualified(e ast.Expr, imported map[string]string) (pkg, name string) {
	if sel, ok := e.(*ast.SelectorExpr); ok {
		if x, ok := sel.X.(*ast.Ident); ok {
			return imported[x.Name], sel.Sel.Name
		}
	}
	return "", ""
}

// collectsForSorting reports whether all that r does is to append to a slice
// that function hands to a sort.
func collectsForSorting(r *ast.RangeStmt, function ast.Node) bool {
	if len(r.Body.List) != 1 || function == nil {
		return false
	}
	assign, ok := r.Body.List[0].(*ast.AssignStmt)
	if !ok || len(assign.Lhs) != 1 || len(assign.Rhs) != 1 {
		return false
	}
	call, ok := assign.Rhs[0].(*ast.CallExpr)
	if !ok || types.ExprString(call.Fun) != "append" {
		return false
	}
	into := types.ExprString(assign.Lhs[0])
	found := false
	ast.Inspect(function, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && call.Pos() > r.End() && len(call.Args) > 0 {
			fun := types.ExprString(call.Fun)
			sorts := strings.HasPrefix(fun, "slices.Sort") || strings.HasPrefix(fun, "sort.")
			found = found || sorts && types.ExprString(call.Args[0]) == into
		}
		return true
	})
	return found
}

// fillsMap reports whether all that r does is to set what other maps hold under
// the same key: then its order does not matter.
func fillsMap(r *ast.RangeStmt) bool {
	for _, stmt := range r.Body.List {
		assign, ok := stmt.(*ast.AssignStmt)
		if !ok || assign.Tok != token.ASSIGN {
			return false
		}
		for _, to := range assign.Lhs {
			index, ok := to.(*ast.IndexExpr)
			if !ok || r.Key == nil || types.ExprString(index.Index) != types.ExprString(r.Key) {
				return false
			}
		}
	}
	return true
}

func sortedNames(m map[string]string) []string {
	var names []string
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// moduleTypes knows the types of the expressions in the module, as far as they do
// not depend on other modules and the standard library: enough to tell a map.
type moduleTypes struct {
	files    map[string][]*goFile // by directory
	packages map[string]*types.Package
	info     types.Info
}

func newTypes(files []*goFile) *moduleTypes {
	ts := &moduleTypes{
		files: make(map[string][]*goFile), packages: make(map[string]*types.Package),
		info: types.Info{Types: make(map[ast.Expr]types.TypeAndValue)},
	}
	for _, f := range files {
		ts.files[f.dir] = append(ts.files[f.dir], f)
	}
	for _, f := range files {
		ts.Import(module + "/" + f.dir) //nolint:errcheck // what is not known is no map
	}
	return ts
}

// Import makes moduleTypes a types.Importer.
func (ts *moduleTypes) Import(p string) (*types.Package, error) {
	if pkg := ts.packages[p]; pkg != nil {
		return pkg, nil
	}
	dir, ok := strings.CutPrefix(p, module+"/")
	if !ok || ts.files[dir] == nil {
		return nil, fmt.Errorf("package %q is not looked into", p)
	}
	var syntax []*ast.File
	for _, f := range ts.files[dir] {
		syntax = append(syntax, f.syntax)
	}
	conf := types.Config{Importer: ts, Error: func(error) {}, IgnoreFuncBodies: false}
	pkg, _ := conf.Check(p, ts.files[dir][0].fset, syntax, &ts.info) // errors are expected: see above
	ts.packages[p] = pkg
	return pkg, nil
}

func (ts *moduleTypes) isMap(e ast.Expr) bool {
	t := ts.info.Types[e].Type
	if t == nil {
		return false
	}
	_, isMap := t.Underlying().(*types.Map)
	return isMap
}
