package monitor

import (
	"fmt"
	"testing"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// BenchmarkMachines prints the time for each machine: it stays the same for more of them.
func BenchmarkMachines(b *testing.B) {
	for _, count := range []int{100, 200, 400} {
		b.Run(fmt.Sprint(count), func(b *testing.B) { each(b, count, crowd(count, 0)) })
	}
}

// BenchmarkAlarms prints the time for each of the owner's alarms.
func BenchmarkAlarms(b *testing.B) {
	for _, count := range []int{250, 500, 1000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) { each(b, count, crowd(2, count)) })
	}
}

func each(b *testing.B, count int, args Args) {
	b.Helper()
	for b.Loop() {
		if _, err := graph.Record(program(args), graphtest.Run()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(count), "ns/element")
}
