package simcloud_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// in gives the world as a provider of another region sees it.
func (w world) in(region string) world {
	w.client = aws(w.t, serve(w.t, w.cloud), region)
	return w
}

// A global cluster made from one that exists: it is a member, although its state does not say so.
func TestGlobalClusterOfASource(t *testing.T) {
	t.Parallel()
	home := newWorld(t)
	away := home.in("us-west-2")
	primary := home.make(clusterType, "db", props{"clusterIdentifier": "items", "storageEncrypted": true})
	inputs := props{"globalClusterIdentifier": "items", "sourceDbClusterIdentifier": primary.outputs["arn"].StringValue()}
	global := home.make(globalType, "global", inputs)
	key := away.make("aws:kms/key:Key", "key", props{})
	secondary := away.make(clusterType, "db-secondary", props{
		"globalClusterIdentifier": "items", "storageEncrypted": true, "kmsKeyId": key.outputs["arn"].StringValue(),
	})

	refused(t, home.delete(primary), "InvalidDBClusterStateFault", global.subject(), "remove it from globalcluster first")
	refused(t, home.delete(global), "InvalidGlobalClusterStateFault", secondary.subject(), primary.subject(), "forceDestroy")
	require.NoError(t, away.delete(secondary), "the provider takes it out by itself")
	refused(t, home.delete(global), "InvalidGlobalClusterStateFault", primary.subject())
	inputs["forceDestroy"] = true
	global, err := home.update(global, inputs)
	require.NoError(t, err)
	require.NoError(t, home.delete(global))
	require.NoError(t, home.delete(primary))
}

// A global cluster that its members join: the first is the primary, and goes last.
func TestGlobalClusterOfMembers(t *testing.T) {
	t.Parallel()
	home := newWorld(t)
	away := home.in("us-west-2")
	global := home.make(globalType, "global", props{"globalClusterIdentifier": "users"})
	join := props{"globalClusterIdentifier": "users"}
	primary := home.make(clusterType, "db", props{"globalClusterIdentifier": "users", "masterUsername": "app"})
	for name, bad := range map[string]props{
		"masterUsername: ": {"globalClusterIdentifier": "users", "masterUsername": "app"},
		"kmsKeyId: ":       {"globalClusterIdentifier": "users", "storageEncrypted": true},
	} {
		_, err := create(t, away.client, clusterType, "bad", bad)
		refused(t, err, "InvalidParameterCombination", name)
	}
	_, err := create(t, home.client, clusterType, "twin", join)
	refused(t, err, "InvalidParameterCombination", "one in each region")
	secondary := away.make(clusterType, "db-secondary", join)

	refused(t, home.delete(primary), "InvalidGlobalClusterStateFault", secondary.subject(), "primary member")
	require.NoError(t, away.delete(secondary))
	require.NoError(t, home.delete(primary))
	require.NoError(t, home.delete(global))
}

// A connection between regions: either side sees it, and each network waits for it.
func TestPeeringAcrossRegions(t *testing.T) {
	t.Parallel()
	home := newWorld(t)
	away := home.in("us-west-2")
	near := home.make(vpcType, "net", props{"cidrBlock": "10.0.0.0/16"})
	far := away.make(vpcType, "net-secondary", props{"cidrBlock": "10.1.0.0/16"})
	peering := home.make(peeringType, "peering", props{"vpcId": near.id, "peerVpcId": far.id, "peerRegion": "us-west-2"})
	_, err := create(t, away.client, peeringType, "lost", props{"vpcId": near.id, "peerVpcId": far.id})
	refused(t, err, "InvalidVpcID.NotFound", "vpcId: got")
	accepter := away.make("aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter", "accepter",
		props{"vpcPeeringConnectionId": peering.id, "autoAccept": true})
	require.Equal(t, peering.id, accepter.id)

	refused(t, home.delete(near), "DependencyViolation", peering.subject())
	refused(t, away.delete(far), "DependencyViolation", peering.subject())
	require.NoError(t, home.delete(peering))
	require.NoError(t, home.delete(near))
	require.NoError(t, away.delete(far))
}

// A distribution has no region; its certificate is of one.
func TestCertificateOfADistribution(t *testing.T) {
	t.Parallel()
	home := newWorld(t)
	tls := home.make("aws:acm/certificate:Certificate", "tls", props{"domainName": "example.com"})
	cdn := home.in("eu-west-1").make(distributionType, "cdn", props{
		"viewerCertificate": props{"acmCertificateArn": tls.outputs["arn"].StringValue()},
	})
	refused(t, home.delete(tls), "ResourceInUseException", cdn.subject())
	require.NoError(t, home.delete(cdn))
	require.NoError(t, home.delete(tls))
}
