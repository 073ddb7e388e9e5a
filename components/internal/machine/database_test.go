package machine_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const password = "zK4'quoted\\9xQ7wLmP2"

// newDatabase is a host of which ladder-database can make a server: the PostgreSQL of this system.
func newDatabase(t *testing.T) *host {
	t.Helper()
	p := params()
	major, err := strconv.Atoi(filepath.Base(filepath.Dir(postgresBin(t))))
	require.NoError(t, err)
	p.PostgresMajor = major
	h := newHost(t, p)
	h.write("cloud/secret", `{"username": "ladder", "password": "zK4'quoted\\9xQ7wLmP2"}`)
	t.Cleanup(func() {
		h.stop("data/postgresql")
		if t.Failed() {
			t.Log(h.read("cloud/postgres.log"))
		}
	})
	return h
}

// stop ends a server if there is one.
func (h *host) stop(data string) {
	_ = h.start("bash", "-c", `. "$LADDER_ENV"; cd / && runuser -u postgres -- pg_ctl stop -m immediate -D "$0"`, h.path(data)).Run()
}

// sql asks the server as superuser.
func (h *host) sql(query string) string {
	h.t.Helper()
	return h.sqlAt(h.path("sockets"), query)
}

func (h *host) sqlAt(sockets, query string) string {
	h.t.Helper()
	return h.sudo("bash", "-c", `. "$LADDER_ENV"; cd / && runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d ladder -h "$0" -c "$1"`,
		sockets, query)
}

// archive waits until everything that was written is in the bucket.
func (h *host) archive() {
	h.t.Helper()
	name := h.sql("SELECT pg_walfile_name(pg_switch_wal())")
	require.Eventually(h.t, func() bool { return h.exists(h.wal(name)) }, 30*time.Second, 100*time.Millisecond,
		"%s is not archived", name)
}

// wal is where the bucket has a file of the log.
func (h *host) wal(name string) string {
	h.t.Helper()
	id := h.sql("SELECT system_identifier FROM pg_control_system()")
	return "cloud/s3/server-backups-1a2b3c4/wal/" + id + "/" + name + ".gz"
}

// A missing data directory is no new database when there are backups.
func TestBackupsAreNotReplacedByAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	h := newDatabase(t)
	mark := "cloud/s3/server-backups-1a2b3c4/base/20261101T020000Z/complete"
	require.NoError(t, os.MkdirAll(h.path(filepath.Dir(mark)), 0o755))
	h.write(mark, "")
	out, err := h.start(h.path("bin/ladder-database")).CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "run ladder-restore")
	require.False(t, h.exists("data/postgresql"))

	h.write("cloud/offline", "") // an outage does not say that there are none
	_, err = h.start(h.path("bin/ladder-database")).CombinedOutput()
	require.Error(t, err)
	require.False(t, h.exists("data/postgresql"))
}

func TestDatabaseIsMade(t *testing.T) {
	t.Parallel()
	h := newDatabase(t)
	h.run("ladder-database")

	for query, want := range map[string]string{
		"SHOW wal_level": "logical", "SHOW archive_mode": "on", "SHOW archive_timeout": "5min",
		"SHOW listen_addresses": "", "SHOW data_checksums": "on", "SHOW unix_socket_directories": h.path("sockets"),
		"SELECT count(*) FROM pg_file_settings WHERE error IS NOT NULL":                                            "0",
		"SELECT count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL":                                           "0",
		"SELECT string_agg(auth_method, ' ') FROM pg_hba_file_rules":                                               "peer peer peer scram-sha-256 scram-sha-256",
		"SELECT datdba::regrole FROM pg_database WHERE datname = 'ladder'":                                         "ladder",
		"SELECT has_database_privilege('public', 'ladder', 'CONNECT')":                                             "f",
		"SELECT pg_encoding_to_char(encoding) FROM pg_database LIMIT 1":                                            "UTF8",
		"SELECT rolsuper OR rolreplication OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = 'ladder'": "f",
		"SELECT array_to_string(rolconfig, ' ') FROM pg_roles WHERE rolname = 'ladder'": "statement_timeout=10s " +
			"lock_timeout=5s idle_in_transaction_session_timeout=30s",
	} {
		require.Equal(t, want, h.sql(query), query)
	}
	requirePassword(t, h.sql("SELECT rolpassword FROM pg_authid WHERE rolname = 'ladder'"), password)

	// Peer means: the operating system's user, and nobody else, password or not.
	out, err := h.start("bash", "-c", `. "$LADDER_ENV"; cd / && runuser -u postgres -- psql -h "$SOCKETS" -U ladder -d ladder -c ''`).CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "Peer authentication failed")

	megabytes := func(setting string) int {
		mb, err := strconv.Atoi(h.sql("SELECT (pg_size_bytes(current_setting('" + setting + "')) / 1048576)"))
		require.NoError(t, err)
		return mb
	}
	memory := totalMemory(t)
	require.InDelta(t, memory/5, megabytes("shared_buffers"), 64)
	require.InDelta(t, memory/2, megabytes("effective_cache_size"), 160)
	require.LessOrEqual(t, megabytes("work_mem"), memory/512+1)
}

// requirePassword checks a SCRAM verifier [RFC 5802]: SCRAM-SHA-256$iterations:salt$stored:server.
func requirePassword(t *testing.T, verifier, password string) {
	t.Helper()
	fields := strings.FieldsFunc(verifier, func(r rune) bool { return r == '$' || r == ':' })
	require.Len(t, fields, 5, verifier)
	salt, err := base64.StdEncoding.DecodeString(fields[2])
	require.NoError(t, err)
	iterations, err := strconv.Atoi(fields[1])
	require.NoError(t, err)
	salted, err := pbkdf2.Key(sha256.New, password, salt, iterations, sha256.Size)
	require.NoError(t, err)
	mac := hmac.New(sha256.New, salted)
	mac.Write([]byte("Client Key"))
	stored := sha256.Sum256(mac.Sum(nil))
	require.Equal(t, fields[3], base64.StdEncoding.EncodeToString(stored[:]), "another password")
}

// totalMemory is in MB.
func totalMemory(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/meminfo")
	require.NoError(t, err)
	var kb int
	_, err = fmt.Fscanf(bytes.NewReader(text), "MemTotal: %d kB", &kb)
	require.NoError(t, err)
	return kb / 1024
}

func TestDatabaseKeepsWhatItFinds(t *testing.T) {
	t.Parallel()
	h := newDatabase(t)
	h.run("ladder-database")
	h.sql("CREATE TABLE kept AS SELECT 42 AS answer")
	started := h.sql("SELECT pg_postmaster_start_time()")
	id := h.sql("SELECT system_identifier FROM pg_control_system()")
	conf := h.sudo("bash", "-c", "stat -c '%n %Y %i' "+h.path("data/postgresql/*.conf"))

	h.run("ladder-database")
	require.Equal(t, started, h.sql("SELECT pg_postmaster_start_time()"), "restarted without need")
	require.Equal(t, conf, h.sudo("bash", "-c", "stat -c '%n %Y %i' "+h.path("data/postgresql/*.conf")))

	// Another machine gets the volume, and a rotated password.
	h.sh("systemctl stop postgresql")
	h.write("cloud/secret", `{"username": "ladder", "password": "rotated"}`)
	h.run("ladder-database")
	require.Equal(t, "42", h.sql("SELECT answer FROM kept"))
	require.Equal(t, id, h.sql("SELECT system_identifier FROM pg_control_system()"))
	requirePassword(t, h.sql("SELECT rolpassword FROM pg_authid WHERE rolname = 'ladder'"), "rotated")

	// A crash inside initdb leaves something that is not a cluster; the cluster stays.
	h.sudo("mkdir", h.path("data/postgresql.new"))
	h.run("ladder-database")
	require.Equal(t, "42", h.sql("SELECT answer FROM kept"))
}

func TestDatabaseRefuses(t *testing.T) {
	t.Parallel()
	h := newDatabase(t)
	h.write("cloud/secret", `{"username": "other", "password": "unknown-1"}`)
	out := h.fail("ladder-database")
	require.Contains(t, out, "the secret is for another user, want ladder")
	require.NotContains(t, out, "unknown-1")
	h.write("cloud/offline", "")
	require.Contains(t, h.fail("ladder-database"), "Could not connect")
	require.Empty(t, h.sql("SELECT rolpassword FROM pg_authid WHERE rolname = 'ladder'"))

	h.sh("systemctl stop postgresql")
	h.sudo("bash", "-c", "echo 11 >"+h.path("data/postgresql/PG_VERSION"))
	require.Contains(t, h.fail("ladder-database"), "holds PostgreSQL 11, want ")
}

// leaks returns what of a host's traces holds the password: arguments of processes, the server's log, output.
func (h *host) leaks(output string) []string {
	h.t.Helper()
	var found []string
	for name, text := range map[string]string{
		"arguments": h.read("cloud/calls"), "log": h.read("cloud/postgres.log"), "output": output,
		"settings": h.sudo("bash", "-c", "cat "+h.path("data/postgresql/*.conf")+" "+h.path("machine.env")),
	} {
		if strings.Contains(text, "quoted") {
			found = append(found, name)
		}
	}
	return found
}

func TestPasswordLeavesNoTrace(t *testing.T) {
	t.Parallel()
	h := newDatabase(t)
	h.run("ladder-database")
	h.sql("ALTER SYSTEM SET log_statement = 'all'")
	h.sql("ALTER SYSTEM SET log_min_duration_statement = 0")
	h.sql("SELECT pg_reload_conf()")
	require.Eventually(t, func() bool { return h.sql("SHOW log_statement") == "all" }, 10*time.Second, 50*time.Millisecond)

	// Even traced, and with a server that logs every statement.
	require.Empty(t, h.leaks(h.sudo("bash", "-x", h.path("bin/ladder-database"))))
	require.Contains(t, h.read("cloud/postgres.log"), "statement: SET log_statement", "the log has no statements at all")

	script := h.read("bin/ladder-database")
	mutate := func(from, to string) string {
		mutated := strings.Replace(script, from, to, 1)
		require.NotEqual(t, script, mutated)
		h.write("bin/mutated", mutated)
		return h.sudo("bash", "-x", h.path("bin/mutated"))
	}
	require.Contains(t, h.leaks(mutate("SET log_statement = 'none';", "")), "log")
	require.Contains(t, h.leaks(mutate("\n{\n  cat", "\nsecret=$(cat \"$CLOUD/secret\")\n: \"$secret\"\n{\n  cat")), "output")
	require.Contains(t, h.leaks(mutate("-d postgres >/dev/null", "-d postgres -v \"p=$(cat \"$CLOUD/secret\")\" >/dev/null")), "arguments")
}
