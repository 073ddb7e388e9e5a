package simcloud_test

import (
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// An ARN says itself in which region to look, an id does not.
func TestReferencesAcrossRegions(t *testing.T) {
	t.Parallel()
	servers := serve(t, open(t, t.TempDir()))
	east, west := aws(t, servers, "us-east-1"), aws(t, servers, "us-west-2")
	key := must(create(t, east, "aws:kms/key:Key", "key", props{}))(t)
	subnet := must(create(t, east, subnetType, "subnet", props{"cidrBlock": "10.0.0.0/24"}))(t)
	arn := unwire(t, key.GetProperties())["arn"].StringValue()
	must(create(t, west, "aws:ebs/volume:Volume", "disk", props{"kmsKeyId": arn}))(t)
	_, err := create(t, west, instanceType, "machine", props{"subnetId": subnet.GetId()})
	refused(t, err, "InvalidSubnetID.NotFound", subnet.GetId())
	must(create(t, east, instanceType, "machine", props{"subnetId": subnet.GetId()}))(t)

	bucket := must(create(t, east, bucketType, "files", props{"bucket": "shared"}))(t)
	must(create(t, west, objectType, "file", props{"bucket": "shared", "key": "k", "content": "1"}))(t)
	_, err = east.Delete(t.Context(), &pulumirpc.DeleteRequest{
		Urn: urn(bucketType, "files"), Id: bucket.GetId(), Properties: bucket.GetProperties(),
	})
	refused(t, err, "BucketNotEmpty", objectType)
}
