package main_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-3519b94c/simrun/runner/simtest/usermodule"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// workflow is as much of a GitHub Actions file as the page uses
// (https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax).
// What else stands in the page is an error.
type workflow struct {
	Name string
	On   struct{ Schedule []struct{ Cron string } }
	Jobs struct{ Explore, Report job }
}

type job struct {
	Needs    string
	If       string
	RunsOn   string `yaml:"runs-on"`
	Strategy struct {
		FailFast bool `yaml:"fail-fast"`
		Matrix   struct{ Shard []int }
	}
	Steps []struct {
		Uses, If, Run string
		With          map[string]string
	}
}

// indexedJob is as much of a Job of Kubernetes as the page uses
// (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1).
type indexedJob struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   struct{ Name string }
	Spec       struct {
		Completions, Parallelism int
		CompletionMode           string `yaml:"completionMode"`
		BackoffLimitPerIndex     int    `yaml:"backoffLimitPerIndex"`
		Template                 struct {
			Spec struct {
				RestartPolicy string `yaml:"restartPolicy"`
				Containers    []struct {
					Name, Image   string
					Command, Args []string
					VolumeMounts  []struct {
						Name      string
						MountPath string `yaml:"mountPath"`
					} `yaml:"volumeMounts"`
				}
				Volumes []struct {
					Name                  string
					PersistentVolumeClaim struct {
						ClaimName string `yaml:"claimName"`
					} `yaml:"persistentVolumeClaim"`
				}
			}
		}
	}
}

// The workflow and the job of the page, as a user has them: a module with a command of its
// own, in which every `run:` and every pod is run as its shard would be. Only how much they
// explore is less.
func TestPipelinesOfTheDocs(t *testing.T) {
	m := userModule(t)
	page, err := os.ReadFile("../cli/CI.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(page, -1)
	require.Len(t, blocks, 2)
	var actions workflow
	parse(t, blocks[0][1], &actions)
	var pods indexedJob
	parse(t, blocks[1][1], &pods)

	explore, report := actions.Jobs.Explore, actions.Jobs.Report
	require.Equal(t, "explore", report.Needs)
	require.Equal(t, "always()", report.If, "a violation is reported too")
	require.False(t, explore.Strategy.FailFast, "a violation of one shard does not end the others")
	shards := explore.Strategy.Matrix.Shard
	for _, shard := range shards {
		for _, s := range explore.Steps {
			want, fill := 0, strings.NewReplacer("${{ matrix.shard }}", strconv.Itoa(shard))
			if strings.Contains(s.Run, "simrun run") {
				require.Contains(t, s.Run, fmt.Sprintf("/%d", len(shards)))
				want = 1 // the first variant fails
			}
			out := shell(t, m, want, less(fill.Replace(s.Run)))
			if want == 1 {
				require.Contains(t, out, "variant checked")
				require.Contains(t, out, "replay     simrun replay")
			}
			if strings.HasPrefix(s.Uses, "actions/upload-artifact@") {
				require.Equal(t, "always()", s.If, "the store of a shard that found something too")
				there(t, m.Dir, fill.Replace(s.With["path"]))
			}
		}
		there(t, m.Dir, fmt.Sprintf("shard-%d.db", shard))
	}
	summary := filepath.Join(m.Dir, "summary.md")
	for _, s := range report.Steps {
		shell(t, m, 0, s.Run, "GITHUB_STEP_SUMMARY="+summary)
		if strings.HasPrefix(s.Uses, "actions/upload-artifact@") {
			there(t, m.Dir, s.With["path"])
		}
	}
	text, err := os.ReadFile(summary)
	require.NoError(t, err)
	require.Contains(t, string(text), "mine/torn-config")
	require.Equal(t, []string{"checked,800", "debounced,800", "naive,800"}, perVariant(t, m, "all.db"), "the shards are the whole, once")
	shell(t, m, 0, "./simrun prune --max-size 200MB --db all.db")

	// Any commit is a seed, and the same one explores the same.
	commit := "./simrun run mine/torn-config --variant checked --runs 50 --seed " + strings.Repeat("4f2c9a1b", 5)
	untimed := func(out string) string { return regexp.MustCompile(` in \S+s \(`).ReplaceAllString(out, " (") }
	require.Equal(t, untimed(shell(t, m, 0, commit)), untimed(shell(t, m, 0, commit)))

	spec := pods.Spec
	require.Equal(t, "Indexed", spec.CompletionMode)
	require.Equal(t, "Never", spec.Template.Spec.RestartPolicy, "Kubernetes wants it of backoffLimitPerIndex")
	c := spec.Template.Spec.Containers[0]
	require.Equal(t, []string{"sh", "-c"}, c.Command)
	require.Len(t, c.Args, 1)
	require.Contains(t, c.Args[0], fmt.Sprintf("/%d ", spec.Completions))
	require.Equal(t, spec.Template.Spec.Volumes[0].Name, c.VolumeMounts[0].Name)
	mount := c.VolumeMounts[0].MountPath
	require.Contains(t, c.Args[0], " "+mount+"/")
	out := t.TempDir()
	for index := range spec.Completions {
		shell(t, m, 1, less(strings.ReplaceAll(c.Args[0], mount, out)), "JOB_COMPLETION_INDEX="+strconv.Itoa(index), "PATH="+m.Dir+":"+os.Getenv("PATH"))
	}
	shell(t, m, 0, "./simrun merge "+out+"/shard-*.db --into pods.db")
	require.Equal(t, []string{"checked,3200", "debounced,3200", "naive,3200"}, perVariant(t, m, "pods.db"), "the pods are the whole, once")
}

// less has a command explore an eighth of the seeds, each for a moment.
func less(command string) string {
	return regexp.MustCompile(`--seed 1-(\d+)`).ReplaceAllStringFunc(command, func(s string) string {
		n, _ := strconv.Atoi(strings.TrimPrefix(s, "--seed 1-"))
		return fmt.Sprintf("--seed 1-%d --runs 100", n/8)
	})
}

func parse(t *testing.T, text []byte, into any) {
	t.Helper()
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	require.NoError(t, d.Decode(into))
}

// userModule is a module that has the torn config as a scenario of its own, and a command.
func userModule(t *testing.T) *usermodule.Module {
	t.Helper()
	m := usermodule.New(t)
	m.Write("cmd/simrun/main.go", `package main

import (
	"os"

	"`+usermodule.Ours+`/runner/cli"
	"`+usermodule.Ours+`/scenarios"
)

func main() {
	for _, s := range scenarios.All() {
		if s.Name == "quickstart/torn-config" {
			mine := *s
			mine.Name = "mine/torn-config"
			os.Exit(cli.Main(&mine))
		}
	}
}
`)
	return m
}

// shell runs a line as a step of a pipeline does, and returns what it prints to its output.
func shell(t *testing.T, m *usermodule.Module, want int, line string, env ...string) string {
	t.Helper()
	if line == "" {
		return ""
	}
	c := m.Command("sh", "-ec", line)
	c.Env = append(c.Env, env...)
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	require.Equal(t, want, m.Run(c), "%s\n%s%s", line, &stdout, &stderr)
	return stdout.String()
}

// there reports whether a pattern of files finds any.
func there(t *testing.T, dir, pattern string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	require.NoError(t, err)
	require.NotEmpty(t, files, pattern)
}

// perVariant is how many runs a store has of each variant.
func perVariant(t *testing.T, m *usermodule.Module, db string) []string {
	t.Helper()
	var list []string
	out := shell(t, m, 0, `./simrun query "SELECT variant, sum(runs) FROM campaigns GROUP BY 1 ORDER BY 1" --db `+db)
	for _, line := range strings.Split(strings.TrimSpace(out), "\n")[1:] {
		list = append(list, strings.Join(strings.Fields(line), ","))
	}
	return list
}
