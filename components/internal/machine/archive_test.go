package machine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestArchive(t *testing.T) {
	t.Parallel()
	h := newDatabase(t)
	h.run("ladder-database")
	h.archive()

	data := h.path("data/postgresql")
	name := h.sql("SELECT last_archived_wal FROM pg_stat_archiver")
	put := func(file string) []string {
		return []string{"bash", "-c", `cd "$0" && "$1" put "$2" "$3"`, data, h.path("bin/ladder-wal"), file, name}
	}
	original := h.path("original")
	h.sudo("bash", "-c", "gunzip <"+h.path(h.wal(name))+" >"+original)
	require.Equal(t, "16777216", h.sudo("stat", "-c", "%s", original))

	h.sudo(put(original)...) // once more, after a crash
	h.write("other", strings.Repeat("other", 1000))
	out, err := h.start(put(h.path("other"))...).CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "holds something else")
	h.sudo("bash", "-c", "gunzip <"+h.path(h.wal(name))+" | cmp - "+original)

	require.Equal(t, 1, h.exit("get", "000000010000000000000FFF"), "not there is the end of the log")
	wal := h.wal(name)
	h.write("cloud/offline", "")
	require.Equal(t, 200, h.exit("get", name), "an outage is not the end of the log")
	require.Equal(t, 1, h.exit("put", "000000010000000000000FFF"))
	h.sudo("rm", h.path("cloud/offline"))
	h.sudo("truncate", "-s", "500", h.path(wal))
	require.Equal(t, 200, h.exit("get", name), "half a file is not the end of the log")
}

// exit runs ladder-wal in the data directory and returns its exit code.
func (h *host) exit(verb, name string) int {
	h.t.Helper()
	from, to := name, h.path("got")
	if verb == "put" {
		from, to = h.path("machine.env"), name
	}
	cmd := h.start("bash", "-c", `cd "$0" && "$1" "$2" "$3" "$4"`, h.path("data/postgresql"), h.path("bin/ladder-wal"), verb, from, to)
	_ = cmd.Run()
	return cmd.ProcessState.ExitCode()
}

func TestWatch(t *testing.T) {
	t.Parallel()
	h := newDatabase(t)
	h.run("ladder-database")
	values := func() (age, connections int) {
		h.t.Helper()
		h.run("ladder-watch")
		lines := strings.Split(strings.TrimSpace(h.read("cloud/metrics")), "\n")
		const format = "cloudwatch put-metric-data --namespace Ladder --metric-data " +
			"MetricName=ArchiveAge,Unit=Seconds,Value=%d,Dimensions=[{Name=Stack,Value=phase1}] " +
			"MetricName=DatabaseConnections,Unit=Percent,Value=%d,Dimensions=[{Name=Stack,Value=phase1}]"
		last := lines[len(lines)-1]
		_, err := fmt.Sscanf(last, format, &age, &connections)
		require.NoError(t, err, last)
		require.Equal(t, fmt.Sprintf(format, age, connections), last)
		return age, connections
	}
	value := func() int {
		age, _ := values()
		return age
	}
	require.Less(t, value(), 120)
	require.Contains(t, h.read("cloud/calls"), "xfs_growfs "+h.path("data"))

	before := h.sql("SELECT pg_current_wal_insert_lsn()")
	value()
	require.Equal(t, "t", h.sql("SELECT pg_current_wal_insert_lsn() > '"+before+"'"), "an idle database would archive nothing")

	// Of 100 connections; the archiver and its kind are none, and neither is the one that counts.
	_, none := values()
	require.Zero(t, none)
	h.sh(`cd / && for _ in {1..7}; do runuser -u postgres -- psql -XAtq -h "$SOCKETS" -d ladder \
		-c 'SELECT pg_sleep(300)' >/dev/null 2>&1 & done`)
	require.Eventually(t, func() bool {
		return h.sql("SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(300)'") == "7"
	}, 30*time.Second, 50*time.Millisecond)
	_, seven := values()
	require.Equal(t, 7, seven)
	h.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(300)'")

	h.sudo("touch", "-d", "38 hours ago", h.path("data/base-backup.stamp"))
	require.Greater(t, value(), 2*3600-60, "a base backup that is late counts")

	h.sh("systemctl stop postgresql")
	h.fail("ladder-watch") // and the alarm takes silence for bad news
}
