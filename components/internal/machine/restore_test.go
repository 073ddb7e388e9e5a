package machine_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// open starts a restored copy, gives its socket directory to use, and stops it.
func (h *host) open(data string, use func(sockets string)) {
	h.t.Helper()
	sockets := h.path(data + ".sockets")
	h.sudo("install", "-d", "-o", "postgres", sockets)
	h.sudo("bash", "-c", `. "$LADDER_ENV"; cd / && runuser -u postgres -- pg_ctl start -w -D "$0" -l "$0/log" \
		-o "-c unix_socket_directories=$1" >/dev/null`, h.path(data), sockets)
	defer h.stop(data)
	use(sockets)
}

// A base backup, rows after it, a bad delete: the copy has the rows of the moment asked for.
func TestRestore(t *testing.T) {
	t.Parallel()
	h := newDatabase(t)
	h.run("ladder-database")
	h.sql("CREATE TABLE note AS SELECT 'before the base backup' AS text")
	require.Contains(t, h.run("ladder-backup"), "is complete")
	h.sql("INSERT INTO note VALUES ('after the base backup')")
	good := h.sql("SELECT clock_timestamp()")
	h.sql("DELETE FROM note")
	h.sql("INSERT INTO note VALUES ('after the bad delete')")
	quiet := h.sql("SELECT clock_timestamp()")
	h.run("ladder-watch")
	h.archive()
	const notes = "SELECT string_agg(text, ', ' ORDER BY text DESC) FROM note"

	out := h.run("ladder-restore", h.path("end"))
	require.Contains(t, out, "fetching s3://server-backups-1a2b3c4/base/")
	require.Contains(t, out, "done: the last change is 20")
	h.open("end", func(sockets string) {
		require.Equal(t, "after the bad delete", h.sqlAt(sockets, notes))
		require.Equal(t, "off", h.sqlAt(sockets, "SHOW archive_mode"), "a copy must not write into the archive")
		require.Empty(t, h.sqlAt(sockets, "SHOW restore_command"))
		requirePassword(t, h.sqlAt(sockets, "SELECT rolpassword FROM pg_authid WHERE rolname = 'ladder'"), password)
	})

	// One that ends only after the moment does not lead to it.
	late := h.path("cloud/s3/server-backups-1a2b3c4/base/20010101T000000Z")
	h.sudo("mkdir", late)
	h.sudo("touch", late+"/base.tar.gz")
	h.sudo("touch", "-d", "2099-01-01", late+"/complete")
	out = h.run("ladder-restore", "-t", good, h.path("moment"))
	require.NotContains(t, out, "20010101T000000Z")
	h.sudo("rm", "-r", late)
	require.Contains(t, out, "replaying the log to 20")
	h.open("moment", func(sockets string) {
		require.Equal(t, "before the base backup, after the base backup", h.sqlAt(sockets, notes))
		h.sqlAt(sockets, "INSERT INTO note VALUES ('writable')")
	})
	h.run("ladder-restore", "-t", quiet, h.path("quiet")) // nothing was changed after it: the heartbeat is what ends it
	require.Equal(t, "after the bad delete", h.sql(notes), "the database itself was touched")
	require.NotContains(t, h.sudo("find", h.path("cloud/s3")), "00000002.history")

	require.Contains(t, h.fail("ladder-restore", h.path("moment")), "is not empty")
	require.Contains(t, h.fail("ladder-restore", h.path("data/postgresql")), "is not empty")
	require.Contains(t, h.fail("ladder-restore", "-t", "2001-01-01", h.path("never")), "no complete base backup before 2001-01-01")
	require.Contains(t, h.fail("ladder-restore", "-b", "20010101T000000Z", h.path("never")), "no complete base backup 20010101T000000Z")
	require.Contains(t, h.fail("ladder-restore", "-t", "soon", h.path("never")), "invalid date")
	require.Contains(t, h.fail("ladder-restore"), "usage:")
	require.False(t, h.exists("never"))
	require.Contains(t, h.fail("ladder-restore", "-t", "2099-01-01", h.path("future")),
		"recovery ended before configured recovery target was reached")
}

// The server is lost with its volume: a new one continues from the bucket, and archives again.
func TestRestoreReplacesTheDatabase(t *testing.T) {
	t.Parallel()
	h := newDatabase(t)
	h.run("ladder-database")
	h.sql("CREATE TABLE note AS SELECT 'kept' AS text")
	h.run("ladder-backup")
	base := strings.TrimSpace(h.sudo("ls", h.path("cloud/s3/server-backups-1a2b3c4/base")))
	h.sudo("mkdir", "-p", h.path("cloud/s3/server-backups-1a2b3c4/base/29990101T000000Z"))
	h.write("cloud/broken", "half")
	h.sudo("mv", h.path("cloud/broken"), h.path("cloud/s3/server-backups-1a2b3c4/base/29990101T000000Z/base.tar.gz"))
	h.sql("INSERT INTO note VALUES ('archived')")
	h.archive()
	h.stop("data/postgresql")
	h.sudo("rm", "-rf", h.path("data/postgresql"))

	require.Contains(t, h.run("ladder-restore", h.path("data/postgresql")), "base/"+base, "a base backup without its mark is none")
	h.run("ladder-database")
	require.Equal(t, "kept archived", h.sql("SELECT string_agg(text, ' ' ORDER BY text DESC) FROM note"))
	require.Equal(t, "on", h.sql("SHOW archive_mode"))
	h.sql("INSERT INTO note VALUES ('new')")
	h.archive()
	require.True(t, h.exists(h.wal("00000002.history")))

	h.run("ladder-restore", "-l", "1", h.path("first"))
	h.open("first", func(sockets string) {
		require.Equal(t, "2", h.sqlAt(sockets, "SELECT count(*) FROM note"), "what the server had before it was lost")
	})
	h.run("ladder-restore", h.path("copy"))
	h.open("copy", func(sockets string) {
		require.Equal(t, "3", h.sqlAt(sockets, "SELECT count(*) FROM note"), "the log of the new server continues the old one's")
	})

	// The copy takes the server's place: it archives again.
	h.sh("systemctl stop postgresql")
	h.sudo("rm", "-rf", h.path("data/postgresql"))
	h.sudo("mv", h.path("copy"), h.path("data/postgresql"))
	h.run("ladder-database")
	require.Equal(t, "on", h.sql("SHOW archive_mode"))
	h.sql("INSERT INTO note VALUES ('in its place')")
	h.archive()
	require.True(t, h.exists(h.wal("00000003.history")), "without it a restore follows the timeline before")
	h.run("ladder-restore", h.path("later"))
	h.open("later", func(sockets string) {
		require.Equal(t, "4", h.sqlAt(sockets, "SELECT count(*) FROM note"))
	})
}

// What a base backup that breaks off leaves behind is not taken for one.
func TestBackupThatFails(t *testing.T) {
	t.Parallel()
	h := newDatabase(t)
	h.run("ladder-database")
	stamp := h.sudo("stat", "-c", "%y", h.path("data/base-backup.stamp"))
	script := h.read("bin/ladder-backup")
	mutated := strings.Replace(script, "as_postgres pg_basebackup", "as_postgres pg_basebackup --no-such-option", 1)
	require.NotEqual(t, script, mutated)
	h.sudo("rm", h.path("bin/ladder-backup"))
	h.write("bin/ladder-backup", mutated)
	h.sudo("chmod", "755", h.path("bin/ladder-backup"))

	h.fail("ladder-backup")
	require.NotContains(t, h.sudo("find", h.path("cloud/s3"), "-type", "f"), "/complete")
	require.Equal(t, stamp, h.sudo("stat", "-c", "%y", h.path("data/base-backup.stamp")))
	require.Contains(t, h.fail("ladder-restore", h.path("copy")), "no complete base backup before now")
}
