package machine_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// server is a host that follows releases, on a port of its own.
type server struct {
	*host
	addr string
}

func newServer(t *testing.T, patience int) *server {
	t.Helper()
	addr := freeAddress(t)
	s := &server{host: newHost(t, params(), "APP_ADDR="+addr, fmt.Sprintf("READY_SECONDS=%d", patience)), addr: addr}
	s.write("etc/app.env", "LISTEN_ADDR="+addr+"\nDATABASE_URL=postgres:///ladder\n")
	t.Cleanup(func() {
		_ = s.start("bash", "-c", `kill "$(cat "$0")"`, s.path("opt/pid")).Run()
		if t.Failed() {
			t.Log(s.read("logs/app.log"))
		}
	})
	return s
}

// freeAddress returns one that stays free while the app restarts: below the range from which the kernel takes
// the ports of outgoing connections, one of which would sooner or later sit on it.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", 15_000+rand.IntN(15_000))
		listener, err := net.Listen("tcp", addr)
		if err == nil {
			require.NoError(t, listener.Close())
			return addr
		}
	}
	require.Fail(t, "no free port between 15000 and 30000")
	return ""
}

func freeAddr(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return listener.Addr().String()
}

// publish puts a release into the bucket and its description into the parameter; it returns the checksum.
func (s *server) publish(version, kind, migration string) string {
	s.t.Helper()
	helper, err := os.Executable()
	require.NoError(s.t, err)
	app := fmt.Sprintf(`#!/bin/bash
case $1 in
migrate)
  echo "%[1]s $DATABASE_URL $PGOPTIONS" >>"$CLOUD/migrations"
  %[3]s
  ;;
serve) LADDER_TEST_VERSION=%[1]s LADDER_TEST_APP=%[2]s exec %[4]s ;;
esac
`, version, kind, migration, helper)
	sum := sha256.Sum256([]byte(app))
	sha := hex.EncodeToString(sum[:])
	require.NoError(s.t, os.MkdirAll(s.path("cloud/s3/releases"), 0o755))
	s.write("cloud/s3/releases/"+version, app)
	s.announce(version, sha)
	return sha
}

func (s *server) announce(version, sha string) {
	s.t.Helper()
	text, err := json.Marshal(map[string]string{"version": version, "bucket": "releases", "key": version, "sha256": sha})
	require.NoError(s.t, err)
	s.write("cloud/parameter", string(text))
}

// running is the version that answers.
func (s *server) running() string {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, "http://"+s.addr+"/version", nil)
	require.NoError(s.t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(s.t, err)
	defer func() { require.NoError(s.t, response.Body.Close()) }()
	text, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return string(text)
}

func (s *server) restarts() int {
	return strings.Count(s.read("cloud/calls"), "systemctl restart ladder-app")
}

func (s *server) downloads() int { return strings.Count(s.read("cloud/calls"), "aws s3 cp") }

func (s *server) link(name string) string {
	return strings.TrimPrefix(s.sudo("readlink", s.path("opt/"+name)), "releases/")
}

func TestReleases(t *testing.T) {
	t.Parallel()
	s := newServer(t, 30)
	one := s.publish("one", "ready", "true")
	require.Contains(t, s.run("ladder-release"), "one is running")
	require.Equal(t, "one", s.running())
	require.Equal(t, one, s.link("current"))
	require.Equal(t, one, s.link("good"))
	require.Equal(t, "one postgres:///ladder -c statement_timeout=15min\n", s.read("cloud/migrations"))

	pid := s.read("opt/pid")
	require.Empty(t, s.run("ladder-release"), "nothing to do, nothing to say")
	require.Equal(t, pid, s.read("opt/pid"))
	require.Equal(t, 1, s.downloads())
	require.Equal(t, 1, strings.Count(s.read("cloud/migrations"), "\n"))

	versions := []string{"two", "three", "four"}
	shas := []string{one}
	for _, version := range versions {
		shas = append(shas, s.publish(version, "ready", "true"))
		s.run("ladder-release")
		require.Equal(t, version, s.running())
	}
	for i, sha := range shas {
		require.Equal(t, i > 0, s.exists("opt/releases/"+sha), "the last 3 releases are kept: %d", i)
	}

	// Back by hand: the parameter names an older release, which is still there.
	before := s.downloads()
	s.announce("two", shas[1])
	s.run("ladder-release")
	require.Equal(t, "two", s.running())
	require.Equal(t, before, s.downloads())
}

func TestReleaseThatChangesNothing(t *testing.T) {
	t.Parallel()
	s := newServer(t, 30)
	one := s.publish("one", "ready", "true")
	s.run("ladder-release")
	pid := s.read("opt/pid")
	unchanged := func() {
		t.Helper()
		require.Equal(t, "one", s.running())
		require.Equal(t, pid, s.read("opt/pid"))
		require.Equal(t, one, s.link("current"))
		require.Equal(t, one, s.link("good"))
		require.False(t, s.exists("opt/bad"))
		require.Equal(t, 1, s.restarts())
	}

	wrong := strings.Repeat("0", 64)
	s.publish("two", "ready", "true")
	s.announce("two", wrong)
	require.Contains(t, s.fail("ladder-release"), "want "+wrong+"; nothing was changed")
	unchanged()
	require.False(t, s.exists("opt/releases/"+wrong))
	require.Equal(t, 1, strings.Count(s.read("cloud/migrations"), "\n"), "a binary with a wrong checksum was run")

	s.publish("three", "ready", "exit 3")
	require.Contains(t, s.fail("ladder-release"), "three: the migration failed")
	unchanged()

	for _, parameter := range []string{"", "null", "{}", `{"version":"v","bucket":"b","key":"k","sha256":"../../bin"}`, "not JSON"} {
		s.write("cloud/parameter", parameter)
		require.Contains(t, s.fail("ladder-release"), "want version, bucket, key and sha256 in JSON", parameter)
		unchanged()
	}
	s.write("cloud/offline", "")
	require.Contains(t, s.fail("ladder-release"), "Could not connect")
	unchanged()
}

func TestReleaseRollsBack(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sick", "dying"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, 12)
			one := s.publish("one", "ready", "true")
			s.run("ladder-release")

			two := s.publish("two", kind, "true")
			out := s.fail("ladder-release")
			require.Contains(t, out, "two was not ready after 12 s and is marked bad; "+one[:12]+", the last good one, is running again")
			require.Equal(t, "one", s.running())
			require.Equal(t, one, s.link("current"))
			require.Equal(t, two+"\n", s.read("opt/bad"))
			require.Equal(t, 3, s.restarts())

			require.Empty(t, s.run("ladder-release"), "a bad release is not tried again")
			require.Equal(t, 3, s.restarts())

			three := s.publish("three", "ready", "true")
			s.run("ladder-release")
			require.Equal(t, "three", s.running())
			require.Equal(t, three, s.link("good"))
			require.False(t, s.exists("opt/bad"), "the parameter has changed: the mark is gone")
		})
	}
}

// A machine that goes down during a trial comes up with the new release: the trial goes on.
func TestTrialOutlivesTheMachine(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"ready", "sick"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, 12)
			one := s.publish("one", "ready", "true")
			s.run("ladder-release")
			two := s.publish("two", kind, "true")
			s.sudo("install", "-D", "-m", "755", s.path("cloud/s3/releases/two"), s.path("opt/releases/"+two+"/app"))
			s.sudo("ln", "-sfn", "releases/"+two, s.path("opt/current"))
			s.sh("systemctl restart ladder-app")

			if kind == "ready" {
				require.Contains(t, s.run("ladder-release"), "two is running")
				require.Equal(t, two, s.link("good"))
				require.Empty(t, s.run("ladder-release"))
				return
			}
			require.Contains(t, s.fail("ladder-release"), "two was not ready after 12 s and is marked bad; "+one[:12])
			require.Equal(t, "one", s.running())
			require.Equal(t, one, s.link("current"))
			require.Empty(t, s.run("ladder-release"))
		})
	}
}

// There is nothing to go back to: the machine keeps trying, and takes the next release.
func TestFirstReleaseIsNotReady(t *testing.T) {
	t.Parallel()
	s := newServer(t, 6)
	one := s.publish("one", "sick", "true")
	require.Contains(t, s.fail("ladder-release"), "there is none before it to go back to; it stays")
	require.Equal(t, one, s.link("current"))
	require.False(t, s.exists("opt/good"))
	require.False(t, s.exists("opt/bad"))
	s.run("ladder-release")
	require.False(t, s.exists("opt/good"), "it is not ready yet")

	two := s.publish("two", "ready", "true")
	s.run("ladder-release")
	require.Equal(t, two, s.link("good"))
}

// The machines of a group take a new release one after another: each so long after the parameter changed.
func TestReleaseWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	s := newServer(t, 30)
	s.write("machine.env", s.read("machine.env")+"RELEASE_DELAY=600\n")
	one := s.publish("one", "ready", "true")
	require.Contains(t, s.run("ladder-release"), "one is running", "the first release waits for nobody")

	two := s.publish("two", "ready", "true")
	s.sudo("touch", "-d", "2 minutes ago", s.path("cloud/parameter"))
	require.Regexp(t, `two: this machine's turn is in (4[78]\d) s`, s.run("ladder-release"))
	s.sudo("touch", "-d", "9 minutes ago", s.path("cloud/parameter"))
	s.run("ladder-release")
	require.Equal(t, "one", s.running())
	require.Equal(t, 1, s.downloads())
	require.Equal(t, 1, s.restarts())
	require.Equal(t, 1, strings.Count(s.read("cloud/migrations"), "\n"), "nothing is done before")

	s.sudo("touch", "-d", "10 minutes ago", s.path("cloud/parameter"))
	require.Contains(t, s.run("ladder-release"), "two is running")
	require.Equal(t, two, s.link("good"))

	// Back by hand is a release like any other.
	s.announce("one", one)
	require.Contains(t, s.run("ladder-release"), "this machine's turn is in")
	require.Equal(t, "two", s.running())

	// A time that cannot be read is told; the machine neither waits for ever in silence nor goes ahead of its turn.
	s.write("fakes/aws", strings.Replace(s.read("fakes/aws"), "+%FT%T", "+soon-%T", 1))
	s.sudo("chmod", "755", s.path("fakes/aws"))
	require.Contains(t, s.fail("ladder-release"), "invalid date")
	require.Equal(t, "two", s.running())
}

// A machine without a good release has no time to lose.
func TestReleaseDoesNotWaitAfterABadFirstOne(t *testing.T) {
	t.Parallel()
	s := newServer(t, 6)
	s.write("machine.env", s.read("machine.env")+"RELEASE_DELAY=600\n")
	s.publish("one", "sick", "true")
	s.fail("ladder-release")
	s.publish("two", "ready", "true")
	require.Contains(t, s.run("ladder-release"), "two is running")
}

// Two at a time would migrate and restart across each other.
func TestReleasesDoNotOverlap(t *testing.T) {
	t.Parallel()
	s := newServer(t, 30)
	s.publish("one", "ready", "true")
	s.sudo("flock", s.path("opt/lock"), s.path("bin/ladder-release"))
	require.Empty(t, s.read("cloud/migrations"))
	s.run("ladder-release")
	require.Equal(t, "one", s.running())
}
