package machine_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/internal/machine"
)

func TestMain(m *testing.M) {
	if kind := os.Getenv("LADDER_TEST_APP"); kind != "" {
		serveApp(kind)
	}
	os.Exit(m.Run())
}

// serveApp is the app that ladder-release starts in tests: "ready", "sick", or "dying" after its first answer.
func serveApp(kind string) {
	mux := http.NewServeMux()
	mux.HandleFunc("/readyz", func(w http.ResponseWriter, _ *http.Request) {
		switch kind {
		case "sick":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "dying":
			w.WriteHeader(http.StatusOK)
			time.AfterFunc(100*time.Millisecond, func() { os.Exit(1) })
		}
	})
	mux.HandleFunc("/version", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, os.Getenv("LADDER_TEST_VERSION"))
	})
	fmt.Fprintln(os.Stderr, http.ListenAndServe(os.Getenv("LISTEN_ADDR"), mux))
	os.Exit(1)
}

func params() machine.Params {
	return machine.Params{
		Project: "ladder", Stack: "phase1", Phase: "1", Region: "us-east-1",
		ReleaseParameter: "/ladder/phase1/release", BackupBucket: "server-backups-1a2b3c4",
		SecretARN:         "arn:aws:secretsmanager:us-east-1:123456789012:secret:database-secret-1a2b3c4-AbCdEf",
		TokenKeySecretARN: "arn:aws:secretsmanager:us-east-1:123456789012:secret:token-key-1a2b3c4-GhIjKl",
		DataVolumeID:      "vol-0123456789abcdef0", LogGroup: "/ladder/phase1/app", PostgresMajor: 17,
	}
}

// host is a machine in a folder: the scripts as they are, with fakes of AWS and systemd before them on the PATH.
type host struct {
	t    *testing.T
	dir  string
	root []string // what makes a command run as root
}

// newHost makes a host; lines are added to its machine.env.
func newHost(t *testing.T, p machine.Params, lines ...string) *host {
	t.Helper()
	env, err := machine.Env(p)
	require.NoError(t, err)
	return newHostOf(t, env, lines...)
}

func newHostOf(t *testing.T, env string, lines ...string) *host {
	t.Helper()
	h := &host{t: t, dir: t.TempDir()}
	if os.Geteuid() != 0 {
		h.root = []string{"sudo", "-n"}
		h.sudo("true")
	}
	// The user postgres has to get in.
	require.NoError(t, os.Chmod(filepath.Dir(h.dir), 0o755))
	t.Cleanup(func() { _, _ = h.start("rm", "-rf", h.dir).CombinedOutput() })
	for _, name := range []string{"data", "bin", "etc", "opt", "logs", "sockets", "cloud", "cloud/s3", "disks", "fakes"} {
		path := h.path(name)
		require.NoError(t, os.MkdirAll(path, 0o755))
		require.NoError(t, os.Chmod(path, 0o777)) // root, postgres and the test all write here
	}
	h.copy("files/ladder-*", "bin")
	h.copy("testdata/fakes/*", "fakes")
	for _, name := range []string{
		"runuser", "initdb", "rpm", "dnf", "useradd", "blkid", "mkfs.xfs", "mount", "mountpoint", "xfs_growfs",
		"amazon-cloudwatch-agent-ctl",
	} {
		require.NoError(t, os.Link(h.path("fakes/recorder"), h.path("fakes/"+name)))
	}
	h.write("cloud/calls", "")

	env += strings.ReplaceAll(`
DATA=HOST/data
BIN=HOST/bin
ETC=HOST/etc
OPT=HOST/opt
LOGS=HOST/logs
SOCKETS=HOST/sockets
SECRETS=HOST/secrets
CA_BUNDLE=file://HOST/cloud/authorities
DISKS=HOST/disks
FSTAB=HOST/fstab
APP_USER=root
export CLOUD=HOST/cloud
export PATH=HOST/fakes:`+postgresBin(t)+`:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
`, "HOST", h.dir)
	h.write("machine.env", env+strings.Join(lines, "\n")+"\n")
	return h
}

// postgresBin is where the newest PostgreSQL of the system is.
func postgresBin(t *testing.T) string {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	require.NoError(t, err)
	require.NotEmpty(t, found, "no PostgreSQL under /usr/lib/postgresql; run: apt-get install postgresql")
	return found[len(found)-1]
}

func (h *host) path(name string) string { return filepath.Join(h.dir, name) }

func (h *host) copy(pattern, to string) {
	h.t.Helper()
	found, err := filepath.Glob(pattern)
	require.NoError(h.t, err)
	for _, file := range found {
		text, err := os.ReadFile(file)
		require.NoError(h.t, err)
		require.NoError(h.t, os.WriteFile(h.path(filepath.Join(to, filepath.Base(file))), text, 0o755))
	}
}

// write makes a file that everybody may write.
func (h *host) write(name, text string) {
	h.t.Helper()
	require.NoError(h.t, os.WriteFile(h.path(name), []byte(text), 0o666))
	require.NoError(h.t, os.Chmod(h.path(name), 0o666))
}

// read returns a file's text, "" when there is none.
func (h *host) read(name string) string {
	h.t.Helper()
	text, _ := h.start("cat", h.path(name)).Output()
	return string(text)
}

func (h *host) exists(name string) bool {
	h.t.Helper()
	return h.start("test", "-e", h.path(name)).Run() == nil
}

// start prepares a command that runs as root, with the machine's settings.
func (h *host) start(args ...string) *exec.Cmd {
	ctx := context.WithoutCancel(h.t.Context()) // clean-ups run with it, too
	args = append(append(append([]string{}, h.root...), "env", "LADDER_ENV="+h.path("machine.env")), args...)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = "/"
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// sudo runs a command as root and returns its output.
func (h *host) sudo(args ...string) string {
	h.t.Helper()
	out, err := h.start(args...).CombinedOutput()
	require.NoError(h.t, err, "as root (the tests need it, or sudo without a password): %v\n%s", args, out)
	return strings.TrimSpace(string(out))
}

// run runs one of the machine's scripts, which has to succeed, and returns what it says.
func (h *host) run(script string, args ...string) string {
	h.t.Helper()
	return h.sudo(append([]string{h.path("bin/" + script)}, args...)...)
}

// fail runs one of the machine's scripts, which must not succeed, and returns what it says.
func (h *host) fail(script string, args ...string) string {
	h.t.Helper()
	out, err := h.start(append([]string{h.path("bin/" + script)}, args...)...).CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(h.t, err, &exit, "%s succeeded:\n%s", script, out)
	return string(out)
}

// sh runs a line of shell inside the machine: its settings and its PATH are there.
func (h *host) sh(line string) string {
	h.t.Helper()
	return h.sudo("bash", "-euo", "pipefail", "-c", `. "$LADDER_ENV"; `+line)
}
