package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/ladder-iac/ladder/tools/bench/peer"
	"github.com/ladder-iac/ladder/tools/bench/stats"
)

// target is one line of what the app has to hold. [issue, performance].
type target struct {
	workload, text string
	upper, lower   string
	quantity       quantity
	modes          []mode
	judge          func(stats.Estimate, float64) stats.Verdict
	limit          float64
	sign           string
}

func targets() []target {
	both := []mode{atRate, atPeak}
	all := []target{
		{workRead, "CPU of an uncached read", peer.App, peer.PGX, cpu, both, stats.Estimate.AtMost, 1.3, "≤"},
		{
			workRead, "the same, both check tokens", peer.App, peer.PGXToken, cpu, both, stats.Estimate.AtMost, 1.3, "≤",
		},
		{workZipf, "CPU of a read, zipf", peer.Gorm, peer.App, cpu, both, stats.Estimate.AtLeast, 2.5, "≥"},
		{workZipf, "with the database's", peer.Gorm, peer.App, whole, both, stats.Estimate.AtLeast, 2.5, "≥"},
		{workZipf, "CPU of a read, zipf", peer.Fiber, peer.App, cpu, both, stats.Estimate.AtLeast, 1.5, "≥"},
		{workZipf, "with the database's", peer.Fiber, peer.App, whole, both, stats.Estimate.AtLeast, 1.5, "≥"},
		{workUpdate, "CPU of an update", peer.App, peer.PGX, cpu, both, stats.Estimate.AtMost, 1.2, "≤"},
		{
			workUpdate, "the same, both check tokens", peer.App, peer.PGXToken, cpu, both, stats.Estimate.AtMost, 1.2, "≤",
		},
	}
	for _, workload := range workloads {
		for _, other := range []string{peer.SQL, peer.PGX, peer.Fiber, peer.Gorm} {
			all = append(all, target{
				workload, "p99, " + workload, peer.App, other, p99, []mode{atRate}, stats.Estimate.AtMost, 1, "≤",
			})
		}
	}
	return all
}

// report writes everything as Markdown.
func (b *bench) report(out io.Writer) error {
	var text strings.Builder
	b.machine.write(&text)
	fmt.Fprintf(&text, "\n%d rounds, each through all peers there and back; a visit is %s as fast as answers come over "+
		"%d connections, then %s at a fixed rate; a load that the machine spoils is repeated up to %d times. "+
		"GOMAXPROCS %d, %d connections to the database, %d items of 286 bytes, zipf %.2f over %d of them.\n",
		b.rounds, b.options.visit, b.conns, b.options.visit, b.repeats, b.procs, b.pool, len(b.items.ids), skew, b.hot)
	b.writeTargets(&text)
	for _, workload := range b.workloads {
		b.writeWorkload(&text, workload)
	}
	text.WriteString(limits)
	_, err := io.WriteString(out, text.String())
	return err
}

// limits says what no number above says.
const limits = `
CPU at the fixed rate includes what it costs a process that is not busy to wake up for each request: that is the same
for all, and brings ratios nearer to 1.

What this shows: cost per request and its ratios, and latency at a small rate, on this machine. What it cannot show:
100,000 requests a second, load balancers, networks between zones, disks: peer, database and generator share the
cores, all talk over loopback, and PostgreSQL runs with fsync off. The app verifies tokens, limits each user, sheds,
counts, traces one request of a hundred, sets its headers, and routes as with one server; it logs no requests, as no
peer does. Of the peers only the one named so checks tokens.
`

func (m machine) write(text *strings.Builder) {
	fmt.Fprintf(text, "%s. %s, %d cores, kernel %s. %s. %s.\n", m.date.UTC().Format(time.RFC3339), m.cpu, m.cores,
		m.kernel, m.modules, m.database)
	first := "in line with the rest"
	if m.hurried {
		first = "before the rest"
	}
	fmt.Fprintf(text, "Load average before: %s, after: %s. Steal: %.2f %%. The generator gets a core %s.\n",
		m.loadBefore, m.loadAfter, m.after.stealSince(m.before)*100, first)
}

func (b *bench) writeTargets(text *strings.Builder) {
	text.WriteString("\n| Target | Ratio | Load | Limit | Median | 95 % interval | Valid rounds | Verdict |\n" +
		"|---|---|---|---|---|---|---|---|\n")
	for _, t := range targets() {
		if !slices.Contains(b.workloads, t.workload) || b.find(t.upper) == nil || b.find(t.lower) == nil {
			continue
		}
		for _, m := range t.modes {
			c := b.ratio(t.workload, t.upper, t.lower, m, t.quantity)
			verdict := t.judge(c.Estimate, t.limit)
			if !c.sound() {
				verdict = "too few valid rounds"
			}
			fmt.Fprintf(text, "| %s | %s / %s | %s | %s %.1f | %.2f | %.2f–%.2f | %d of %d | %s |\n", t.text, t.upper,
				t.lower, m.name, t.sign, t.limit, c.Median, c.Low, c.High, c.valid, c.rounds, verdict)
		}
	}
}

func (b *bench) writeWorkload(text *strings.Builder, workload string) {
	fmt.Fprintf(text, "\n%s, fixed rate %.0f/s:\n\n", workload, b.rates[workload])
	text.WriteString("| Peer | CPU µs, fixed rate | times calibrator | CPU µs, peak | of the database, peak | allocs | " +
		"MiB | answers/s, peak | p50 ms | p99 ms | p99.9 ms | Invalid loads |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, p := range b.peers {
		spread := b.spread(workload, p.name)
		relative := "–"
		if b.find(peer.Calibrator) != nil {
			relative = fmt.Sprintf("%.1f", b.ratio(workload, p.name, peer.Calibrator, atRate, cpu).Median)
		}
		loads, invalid, _ := b.rejected(workload, p.name)
		fmt.Fprintf(text, "| %s | %s | %s | %s | %.0f | %.0f | %.0f | %.0f | %s | %s | %s | %d of %d |\n", p.name,
			b.level(workload, p.name, atRate, cpu).mark("%.0f"), relative,
			b.level(workload, p.name, atPeak, cpu).mark("%.0f"),
			b.level(workload, p.name, atPeak, fromDatabase).Median,
			b.level(workload, p.name, atRate, allocs).Median, b.level(workload, p.name, atRate, memory).Median,
			b.level(workload, p.name, atPeak, rate).Median,
			ms(spread.ValueAtQuantile(50)), ms(spread.ValueAtQuantile(99)), ms(spread.ValueAtQuantile(99.9)),
			invalid, loads)
	}
	b.writeReasons(text, workload)
}

// writeReasons tells why loads are invalid, a few for each peer.
func (b *bench) writeReasons(text *strings.Builder, workload string) {
	const shown = 3
	first := true
	for _, p := range b.peers {
		_, _, reasons := b.rejected(workload, p.name)
		if len(reasons) == 0 {
			continue
		}
		if first {
			text.WriteString("\nInvalid, and repeated as often as allowed (⚠ marks what rests on such loads):\n\n")
			first = false
		}
		fmt.Fprintf(text, "- %s: %s\n", p.name, strings.Join(reasons[:min(shown, len(reasons))], "; "))
	}
}

// mark writes a median, with a sign when it rests on loads that are not valid.
func (c compared) mark(form string) string {
	text := fmt.Sprintf(form, c.Median)
	if !c.sound() {
		text += " ⚠"
	}
	return text
}

func ms(micros int64) string { return fmt.Sprintf("%.2f", float64(micros)/1000) }
