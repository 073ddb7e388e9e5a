package web

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDeadline(t *testing.T) {
	t.Parallel()
	for name, wait := range map[string]bool{"somebody waits": true, "nobody waits": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			open := func(ctx context.Context) (context.Context, context.CancelFunc) {
				timed := newDeadline(ctx, time.Second)
				if wait {
					require.NotNil(t, timed.Done())
				}
				require.NoError(t, timed.Err())
				return &timed, timed.end
			}
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := open(t.Context())
				defer cancel()
				child, end := context.WithCancel(ctx)
				defer end()
				time.Sleep(time.Second)
				synctest.Wait()
				require.Equal(t, context.DeadlineExceeded, ctx.Err())
				require.Equal(t, context.DeadlineExceeded, context.Cause(ctx))
				require.Equal(t, context.DeadlineExceeded, child.Err())
				<-ctx.Done()
			})
			ctx, cancel := open(t.Context())
			cancel()
			require.Equal(t, context.Canceled, ctx.Err())
			<-ctx.Done()

			parent, leave := context.WithCancel(t.Context())
			ctx, cancel = open(parent)
			defer cancel()
			leave()
			<-ctx.Done()
			require.Equal(t, context.Canceled, ctx.Err())
			require.Equal(t, context.Canceled, context.Cause(ctx))
		})
	}
}
