package engine_test

import (
	"fmt"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/engine"
)

// sixty is about as large as phase 1.
func sixty(ctx *pulumi.Context) error {
	for i := range 60 {
		if _, err := thing(ctx, fmt.Sprintf("t%02d", i), pulumi.Map{"size": pulumi.String("small")}); err != nil {
			return err
		}
	}
	return nil
}

func BenchmarkPreview(b *testing.B) {
	s := newBench(b, sixty)
	s.up()
	for b.Loop() {
		r, err := s.open().Preview(b.Context())
		require.NoError(b, err)
		require.Equal(b, engine.Steps{Same: 60}, r.Steps)
	}
}

func BenchmarkUpCreate(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		s := newBench(b, sixty)
		b.StartTimer()
		require.Equal(b, 60, s.up().Changes)
	}
}

func BenchmarkUpSame(b *testing.B) {
	s := newBench(b, sixty)
	s.up()
	for b.Loop() {
		require.Zero(b, s.up().Changes)
	}
}
