package simcloud_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// AWS refuses to delete what is protected, until the protection is lifted by an update.
func TestDeletionProtection(t *testing.T) {
	t.Parallel()
	for typ, want := range map[string]struct{ property, code string }{
		balancerType: {"enableDeletionProtection", "OperationNotPermitted"},
		databaseType: {"deletionProtection", "InvalidParameterCombination"},
		clusterType:  {"deletionProtection", "InvalidParameterCombination"},
	} {
		t.Run(typ, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			x := w.make(typ, "it", props{want.property: true})
			refused(t, w.delete(x), want.code, x.subject(), want.property+": got true, want false")
			x, err := w.update(x, props{want.property: false})
			require.NoError(t, err)
			require.NoError(t, w.delete(x))
		})
	}
}

// What many hold names a few of them and counts the rest.
func TestManyHolders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	net := w.make(vpcType, "net", props{"cidrBlock": "10.0.0.0/16"})
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		w.make(subnetType, name, props{"vpcId": net.id})
	}
	refused(t, w.delete(net), "DependencyViolation", "and 2 more")
}

// waiting has a network that a subnet holds, and patience.
func waiting(t *testing.T) (w world, net, subnet thing) {
	t.Helper()
	w = newWorld(t)
	net = w.make(vpcType, "net", props{"cidrBlock": "10.0.0.0/16"})
	subnet = w.make(subnetType, "subnet", props{"vpcId": net.id})
	w.cloud.SetPatience(time.Minute)
	return w, net, subnet
}

// The engine deletes at once what does not name each other: a deletion waits for the holder to go.
func TestDeletionWaitsForItsHolder(t *testing.T) {
	t.Parallel()
	w, net, subnet := waiting(t)
	done := make(chan error)
	go func() {
		_, err := w.client.Delete(t.Context(), w.deletion(net))
		done <- err
	}()
	select {
	case err := <-done:
		require.Fail(t, "it did not wait", "%v", err)
	case <-time.After(100 * time.Millisecond):
	}
	require.NoError(t, w.delete(subnet), "others go on meanwhile")
	require.NoError(t, <-done)
}

func TestWaitingDeletionIsCancelled(t *testing.T) {
	t.Parallel()
	w, net, _ := waiting(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := w.client.Delete(ctx, w.deletion(net))
	require.Equal(t, codes.DeadlineExceeded, status.Code(err), "the caller's own end")

	done := make(chan error)
	go func() {
		_, err := w.client.Delete(t.Context(), w.deletion(net))
		done <- err
	}()
	time.Sleep(50 * time.Millisecond) // until it waits
	_, err = w.client.Cancel(t.Context(), &emptypb.Empty{})
	require.NoError(t, err)
	err = <-done
	require.Equal(t, codes.Canceled, status.Code(err))
	require.ErrorContains(t, err, `aws:ec2/vpc:Vpc "net": cancelled at delete`)
}

// Secrets Manager keeps the name of a secret for its recovery window; a window of 0 frees it at once.
func TestNameOfADeletedSecret(t *testing.T) {
	t.Parallel()
	const secretType = "aws:secretsmanager/secret:Secret"
	w := newWorld(t)
	kept := w.make(secretType, "kept", props{"name": "db", "recoveryWindowInDays": 7})
	require.NoError(t, w.delete(kept))
	_, stands := w.cloud.Lookup(urn(secretType, "kept"))
	require.False(t, stands)
	_, err := create(t, w.client, secretType, "again", props{"name": "db"})
	require.Equal(t, codes.AlreadyExists, status.Code(err))
	require.ErrorContains(t, err, "already scheduled for deletion")
	require.ErrorContains(t, err, `name: got "db", want another name, or wait until`)
	_, err = create(t, w.client, "aws:secretsmanager/secretVersion:SecretVersion", "value", props{"secretId": kept.id})
	refused(t, err, "ResourceNotFoundException", kept.id)

	freed := w.make(secretType, "freed", props{"name": "other", "recoveryWindowInDays": 0})
	require.NoError(t, w.delete(freed))
	w.make(secretType, "again", props{"name": "other"})
}
