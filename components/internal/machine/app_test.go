package machine_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/internal/machine"
	"github.com/ladder-iac/ladder/internal/golden"
)

func appParams() machine.AppParams {
	const secrets = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
	return machine.AppParams{
		Project: "ladder", Stack: "phase3", Phase: "3", Region: "us-east-1",
		ReleaseParameter: "/ladder/phase3/release", TopologyParameter: "/ladder/phase3/topology",
		DatabaseHost: "db-cluster-1a2b3c4.cluster-c0ffee.us-east-1.rds.amazonaws.com", DatabasePort: 5432,
		DatabaseName: "ladder", DatabaseUser: "ladder", SecretARN: secrets + "db-secret-1a2b3c4-AbCdEf",
		TokenKeySecretARN: secrets + "web-token-key-1a2b3c4-AbCdEf", LogGroup: "/ladder/phase3/app",
	}
}

func appUserData(t *testing.T) string {
	t.Helper()
	text, err := machine.AppUserData(appParams())
	require.NoError(t, err)
	return text
}

func TestAppUserData(t *testing.T) {
	t.Parallel()
	golden.Equal(t, "app-user-data.golden", expand(t, appUserData(t)))
}

func TestAppUserDataFitsEC2(t *testing.T) {
	t.Parallel()
	p := directParams(strings.Repeat("a.", 120) + "example")
	p.Project, p.Stack, p.LogGroup = strings.Repeat("p", 100), strings.Repeat("s", 100), strings.Repeat("l", 512)
	p.ReleaseParameter = "/" + strings.Repeat("r", 1000)
	p.TopologyParameter = "/" + strings.Repeat("t", 1000)
	text, err := machine.AppUserData(p)
	require.NoError(t, err)
	require.Less(t, len(text), machine.Limit)
}

// What keeps a database on the machine has no business on an app server.
func TestAppServerHasNoData(t *testing.T) {
	t.Parallel()
	for _, text := range []string{appUserData(t), directUserData(t, domain)} {
		_, files, _ := strings.Cut(expand(t, text), "=== ")
		for _, part := range []string{"ladder-storage", "ladder-database", "ladder-wal", "ladder-backup", "ladder-watch", "initdb"} {
			require.NotContains(t, files, part)
		}
	}
}

// newAppServer is a fresh app server, in a cloud that has its secrets.
func newAppServer(t *testing.T, p machine.AppParams, lines ...string) *host {
	t.Helper()
	env, err := machine.AppEnv(p)
	require.NoError(t, err)
	h := newHostOf(t, env, lines...)
	h.write("cloud/secret", `{"username": "ladder", "password": "zK4'quoted\\9xQ7wLmP2"}`)
	h.write("cloud/token-key", "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n")
	h.write("cloud/authorities", "-----BEGIN CERTIFICATE-----\n")
	h.write("cloud/topology", `{"writer": {"host": "db", "port": 5432}, "readers": [], "database": "ladder", "frozen": false}`)
	return h
}

func TestAppSetup(t *testing.T) {
	t.Parallel()
	params := appParams()
	params.HTTPS = true
	h := newAppServer(t, params)
	h.sudo("ln", "-sf", "/bin/true", h.path("bin/ladder-release")) // has tests of its own
	h.run("ladder-app-setup")

	calls := h.read("cloud/calls")
	for _, want := range []string{
		"systemctl mask --now sshd",
		"dnf install -y -q amazon-cloudwatch-agent jq logrotate",
		"systemctl enable ladder-app",
		"systemctl enable --now ladder-secrets.timer ladder-topology.timer",
		"amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:" + h.path("etc/cloudwatch.json"),
	} {
		require.Contains(t, calls, want)
	}
	require.NotContains(t, calls, "ladder-release.timer", "the group would end a machine that restarts its app")
	require.Equal(t, "LISTEN_ADDR=:8080\n"+
		`DATABASE_URL="postgres://ladder@db-cluster-1a2b3c4.cluster-c0ffee.us-east-1.rds.amazonaws.com:5432/ladder`+
		"?sslmode=verify-full&sslrootcert="+h.path("etc/rds-ca.pem")+"\"\n"+
		"DATABASE_PASSWORD_FILE="+h.path("secrets/password")+"\nTOKEN_KEY_FILE="+h.path("secrets/token.pem")+"\n"+
		"EMF_ADDR=127.0.0.1:25888\nEMF_LOG_GROUP=/ladder/phase3/app\nLADDER_STACK=phase3\nLADDER_PHASE=3\nLOG_SAMPLE=0.1\n"+
		"SHUTDOWN_DELAY=20s\nSHUTDOWN_TIMEOUT=20s\n"+
		"TRUSTED_PROXIES=1\nPUBLIC_HTTPS=true\nCACHE_URL=memory:\nTOPOLOGY=file:"+h.path("secrets/topology.json")+"\n",
		h.read("etc/app.env"))
	require.Equal(t, "-----BEGIN CERTIFICATE-----\n", h.read("etc/rds-ca.pem"))

	// Shell and systemd read the file alike: the address is one word, ampersand and all.
	require.Equal(t, "20s verify-full", h.sh(`. "$ETC/app.env"; echo "$SHUTDOWN_DELAY $(sed 's/.*sslmode=//; s/&.*//' <<<"$DATABASE_URL")"`))

	h.run("ladder-app-setup")
	require.Equal(t, 1, strings.Count(h.read("cloud/calls"), "dnf install"))
}

// The app is told of a shared cache, and its password lies where the app alone reads it.
func TestSharedCache(t *testing.T) {
	t.Parallel()
	h := newAppServer(t, appParams())
	h.sudo("ln", "-sf", "/bin/true", h.path("bin/ladder-release")) // has tests of its own
	h.write("cloud/topology", `{"writer": {"host": "db", "port": 5432}, "cache": {"endpoint": "cfg.cache.example:6379", `+
		`"secretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:cache-1"}}`)
	h.write("cloud/cache-secret", `{"username": "default", "password": "pYx7mQ2zK4wL9"}`)
	h.run("ladder-app-setup")
	require.Contains(t, h.read("etc/app.env"), "CACHE_URL=rediss://cfg.cache.example:6379\n"+
		"CACHE_PASSWORD_FILE="+h.path("secrets/cache-password")+"\n")
	require.Equal(t, "pYx7mQ2zK4wL9\n", h.read("secrets/cache-password"))
	require.NotContains(t, h.read("etc/app.env"), "pYx7mQ2zK4wL9")
	require.Equal(t, "440", h.sh(`stat -c %a "$SECRETS/cache-password"`))
}

// The document follows the parameter, and a broken one changes nothing.
func TestTopologyFollowsTheParameter(t *testing.T) {
	t.Parallel()
	h := newAppServer(t, appParams())
	h.run("ladder-topology")
	first := h.read("secrets/topology.json")
	require.Contains(t, first, `"host": "db"`)
	for _, broken := range []string{"", "{", `{"readers": []}`} {
		h.write("cloud/topology", broken)
		require.Contains(t, h.fail("ladder-topology"), "want a document with a writer")
		require.Equal(t, first, h.read("secrets/topology.json"))
	}
	h.write("cloud/topology", `{"writer": {"host": "other"}, "frozen": true}`)
	h.run("ladder-topology")
	require.Contains(t, h.read("secrets/topology.json"), `"host": "other"`)
}

// systemd must not end an app that still serves, or finishes what it has begun.
func TestServiceWaitsForTheStop(t *testing.T) {
	t.Parallel()
	unit, err := os.ReadFile("files/ladder-app.service")
	require.NoError(t, err)
	stop := regexp.MustCompile(`(?m)^TimeoutStopSec=(\d+)$`).FindSubmatch(unit)
	require.NotNil(t, stop)
	limit, err := time.ParseDuration(string(stop[1]) + "s")
	require.NoError(t, err)
	h := newAppServer(t, directParams(""))
	h.run("ladder-app-setup")
	var sum time.Duration
	for _, setting := range regexp.MustCompile(`(?m)^SHUTDOWN_\w+=(\w+)$`).FindAllStringSubmatch(h.read("etc/app.env"), -1) {
		part, err := time.ParseDuration(setting[1])
		require.NoError(t, err)
		sum += part
	}
	const noticed, remembered = 3 * 30 * time.Second, 60 * time.Second // Route 53's health check, and the records' TTL
	require.Greater(t, sum, noticed+remembered)
	require.Greater(t, limit, sum)
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	h := newAppServer(t, appParams())
	h.run("ladder-secrets")
	require.Equal(t, "zK4'quoted\\9xQ7wLmP2\n", h.read("secrets/password"))
	require.Contains(t, h.read("secrets/token.pem"), "PRIVATE KEY")
	for file, want := range map[string]string{"": "750", "password": "440", "token.pem": "440"} {
		require.Equal(t, want+" root", h.sudo("stat", "-c", "%a %U", h.path("secrets/"+file)), file)
	}

	// What cannot be fetched leaves what is there.
	h.write("cloud/offline", "")
	h.fail("ladder-secrets")
	require.Contains(t, h.read("secrets/password"), "quoted")
	h.sudo("rm", h.path("cloud/offline"))
	h.write("cloud/secret", `{"username": "other", "password": "unknown-1"}`)
	out := h.fail("ladder-secrets")
	require.Contains(t, out, "the secret is for another user, want ladder")
	require.NotContains(t, out, "unknown-1")
	require.Contains(t, h.read("secrets/password"), "quoted")

	h.write("cloud/secret", `{"username": "ladder", "password": "rotated"}`)
	h.run("ladder-secrets")
	require.Equal(t, "rotated\n", h.read("secrets/password"))
	require.NotContains(t, h.read("cloud/calls"), "rotated", "arguments can be seen by every process")
}

// A machine that starts again takes the release of the day, and goes back when that one is not healthy.
func TestAppServerTakesItsReleaseOnce(t *testing.T) {
	t.Parallel()
	s := &server{host: newAppServer(t, appParams()), addr: freeAddr(t)}
	s.write("machine.env", s.read("machine.env")+"APP_ADDR="+s.addr+"\nREADY_SECONDS=12\n")
	t.Cleanup(func() { _ = s.start("bash", "-c", `kill "$(cat "$0")"`, s.path("opt/pid")).Run() })
	one := s.publish("one", "ready", "true")
	require.Contains(t, s.run("ladder-app-setup"), "one is running")
	require.Equal(t, "one", s.running())
	require.Contains(t, s.read("cloud/migrations"), "sslmode=verify-full", "the migration finds the database, too")

	s.publish("two", "sick", "true")
	require.Contains(t, s.fail("ladder-app-setup"), "the last good one, is running again")
	require.Equal(t, "one", s.running())
	require.Equal(t, one, s.link("current"))
	sum := sha256.Sum256([]byte(s.read("opt/current/app")))
	require.Equal(t, one, hex.EncodeToString(sum[:]))
}

func TestAppMistakesAreToldAtOnce(t *testing.T) {
	t.Parallel()
	_, err := machine.AppUserData(machine.AppParams{})
	for field := range reflect.TypeFor[machine.AppParams]().Fields() {
		switch field.Name {
		case "TopologyParameter", "Direct", "Domain", "HTTPS", "ReleaseDelaySeconds": // have a default
			require.NotContains(t, err.Error(), field.Name)
		default:
			require.ErrorContains(t, err, "machine \"\": "+field.Name+": got ")
		}
	}
}

// Every text of the params is held against a pattern: none breaks out of the shell.
func TestNothingBreaksOutOfTheAppServersShell(t *testing.T) {
	t.Parallel()
	for field := range reflect.TypeFor[machine.AppParams]().Fields() {
		if field.Type.Kind() != reflect.String {
			continue
		}
		for _, bad := range []string{"\n", " ", "$(reboot)", "`reboot`", ";", "&", "|", "'", `"`, `\`, "#", "*", "é", "\x00", "\nEND\n"} {
			p := directParams(domain)
			value := reflect.ValueOf(&p).Elem().FieldByIndex(field.Index)
			value.SetString(value.String() + bad)
			_, err := machine.AppUserData(p)
			require.ErrorContains(t, err, field.Name+": got ", "%q", bad)
		}
	}
}
