package machine_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/internal/machine"
	"github.com/ladder-iac/ladder/internal/golden"
)

// directParams are those of a machine that users come straight to, second in its group.
func directParams(domain string) machine.AppParams {
	p := appParams()
	p.Stack, p.Phase, p.ReleaseParameter, p.LogGroup = "phase2", "2", "/ladder/phase2/release", "/ladder/phase2/app"
	p.DatabaseHost, p.TopologyParameter = "db-primary-1a2b3c4.c0ffee.us-east-1.rds.amazonaws.com", ""
	p.Direct, p.Domain, p.ReleaseDelaySeconds = true, domain, 420
	return p
}

func directUserData(t *testing.T, domain string) string {
	t.Helper()
	text, err := machine.AppUserData(directParams(domain))
	require.NoError(t, err)
	return text
}

// The settings differ; the files are the same, and those that follow releases are added.
func TestDirectUserData(t *testing.T) {
	t.Parallel()
	text := directUserData(t, domain)
	golden.Equal(t, "direct-user-data.golden", blob.ReplaceAllString(text, "$1...\n$3"))

	list := func(script string) []string {
		return regexp.MustCompile(`(?m)^=== \d+ (/\S+)$`).FindAllString(expand(t, script), -1)
	}
	require.Equal(t, append(list(appUserData(t)),
		"=== 0644 /etc/systemd/system/ladder-release.service", "=== 0644 /etc/systemd/system/ladder-release.timer"),
		list(text))
}

// A machine that users come straight to is drained by Route 53, which is slower than a load balancer.
func TestDirectSetup(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", domain} {
		h := newAppServer(t, directParams(name))
		h.sudo("ln", "-sf", "/bin/false", h.path("bin/ladder-release")) // the timer runs it
		h.run("ladder-app-setup")
		require.Contains(t, h.read("cloud/calls"), "systemctl enable --now ladder-release.timer\n")
		env := h.read("etc/app.env")
		require.Contains(t, env, "\nSHUTDOWN_DELAY=160s\nSHUTDOWN_TIMEOUT=20s\n")
		require.NotContains(t, env, "TLS_CACHE_DIR", "certificates are shared")
		if name == "" {
			require.Contains(t, env, "LISTEN_ADDR=:80\n")
			require.NotContains(t, env, "DOMAIN")
		} else {
			require.Contains(t, env, "LISTEN_ADDR=127.0.0.1:8080\n")
			require.Contains(t, env, "\nDOMAIN=app.example.com\n")
		}
	}
}

// It follows the parameter as phase 1's server does, in its turn, and goes back when a release is not healthy.
func TestDirectServerFollowsReleases(t *testing.T) {
	t.Parallel()
	s := &server{host: newAppServer(t, directParams("")), addr: freeAddress(t)}
	s.write("machine.env", s.read("machine.env")+"APP_ADDR="+s.addr+"\nREADY_SECONDS=12\n")
	t.Cleanup(func() { _ = s.start("bash", "-c", `kill "$(cat "$0")"`, s.path("opt/pid")).Run() })
	s.run("ladder-app-setup")
	one := s.publish("one", "ready", "true")
	require.Contains(t, s.run("ladder-release"), "one is running")

	two := s.publish("two", "sick", "true")
	require.Contains(t, s.run("ladder-release"), "this machine's turn is in 4")
	s.sudo("touch", "-d", "420 seconds ago", s.path("cloud/parameter"))
	require.Contains(t, s.fail("ladder-release"), "the last good one, is running again")
	require.Equal(t, "one", s.running())
	require.Equal(t, one, s.link("current"))
	require.Equal(t, two+"\n", s.read("opt/bad"))
	require.Empty(t, s.run("ladder-release"), "a bad release is not tried again")
}

func TestDirectMistakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*machine.AppParams)
		want   string // empty: fine
	}{
		"behind a load balancer": {func(p *machine.AppParams) { p.Direct, p.Domain, p.ReleaseDelaySeconds = false, "", 0 }, ""},
		"alone":                  {func(p *machine.AppParams) { p.Domain, p.ReleaseDelaySeconds = "", 0 }, ""},
		"a day":                  {func(p *machine.AppParams) { p.ReleaseDelaySeconds = 86400 }, ""},
		"longer":                 {func(p *machine.AppParams) { p.ReleaseDelaySeconds = 86401 }, "ReleaseDelaySeconds: got 86401, want 0 to 86400"},
		"backwards":              {func(p *machine.AppParams) { p.ReleaseDelaySeconds = -1 }, "ReleaseDelaySeconds: got -1, want 0 to 86400"},
		"no domain":              {func(p *machine.AppParams) { p.Domain = "localhost" }, `Domain: got "localhost", want a domain name`},
		"domain behind one": {
			func(p *machine.AppParams) { p.Direct, p.ReleaseDelaySeconds = false, 0 },
			`Domain: got "app.example.com", want nothing without Direct`,
		},
		"delay behind one": {
			func(p *machine.AppParams) { p.Direct, p.Domain = false, "" },
			"ReleaseDelaySeconds: got 420, want 0 without Direct",
		},
	} {
		p := directParams(domain)
		c.change(&p)
		_, err := machine.AppUserData(p)
		if c.want == "" {
			require.NoError(t, err, name)
		} else {
			require.ErrorContains(t, err, c.want, name)
		}
	}
}
