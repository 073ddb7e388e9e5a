package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ladder-iac/ladder/tools/bench/peer"
)

// TestMain is main when the driver under test starts itself as a peer.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "-serve" || os.Args[1] == "-migrate") {
		main()
		return
	}
	m.Run()
}

// Everything for a moment: that all peers give the same answers is checked before the load, and every request of it
// must succeed.
func TestAllPeersServeReadsAndWrites(t *testing.T) {
	t.Parallel()
	var out, tell bytes.Buffer
	o := options{
		peers: allPeers, workloads: []string{workRead, workList, workMixed}, rounds: 1,
		visit: 100 * time.Millisecond, warm: 100 * time.Millisecond,
		rate: 100, conns: 4, pool: 4, procs: 2, items: 2000, hot: 100,
	}
	if err := drive(t.Context(), o, &out, &tell); err != nil {
		t.Fatal(err)
	}
	got := out.String()
	if strings.Contains(got, "failed:") {
		t.Errorf("some requests failed:\n%s", got)
	}
	for _, name := range allPeers {
		row := regexp.MustCompile(`(?m)^\| ` + regexp.QuoteMeta(name) + ` \| \d`)
		if lines := len(row.FindAllString(got, -1)); lines != len(o.workloads) {
			t.Errorf("%s: got %d rows, want %d:\n%s", name, lines, len(o.workloads), got)
		}
	}
}

func TestUnknownPeerIsRefused(t *testing.T) {
	t.Parallel()
	config := peer.Config{Name: "nobody", Listen: "127.0.0.1:0"}
	if err := peer.Serve(t.Context(), config); err == nil {
		t.Error("want an error")
	}
}
