package fleet

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/appserver"
	"github.com/ladder-iac/ladder/components/internal/machine"
	"github.com/ladder-iac/ladder/components/internal/tag"
	"github.com/ladder-iac/ladder/components/release"
)

// birth is what every machine is made of.
type birth struct {
	args    Args
	group   *ec2.SecurityGroup
	profile *iam.InstanceProfile
	logs    *cloudwatch.LogGroup
	image   pulumi.String
}

// machine makes a server with its address.
func (f *Fleet) machine(ctx *pulumi.Context, child string, ordinal int, name string, born birth) error {
	args := born.args
	part := child
	if args.Release.Architecture != release.ARM64 {
		part += "-x86" // another processor needs another image, and so another machine
	}
	tags := tag.Of(name, child)
	tags["domain"] = pulumi.String(args.Domain)
	made := &ec2.InstanceArgs{
		Ami:                 born.image,
		SubnetId:            args.Network.Public[(ordinal-1)%len(args.Network.Public)].ID,
		VpcSecurityGroupIds: pulumi.StringArray{born.group.ID()},
		IamInstanceProfile:  born.profile.Name,
		UserData: args.server().UserData(ctx, args.Release, born.logs, machine.AppParams{
			Direct: true, Domain: args.Domain, ReleaseDelaySeconds: releaseDelay(ordinal),
		}),
		Tags: tags,
	}
	appserver.Harden(made, name, child, args.InstanceType, args.Key)
	instance, err := ec2.NewInstance(ctx, part, made, pulumi.Parent(f),
		// Another zone in the network must not move the machines that are there.
		pulumi.IgnoreChanges([]string{"ami", "userData", "subnetId"}),
		// The machine reads its name once, when it is made.
		pulumi.ReplaceOnChanges([]string{"tags.domain"}))
	if err != nil {
		return err
	}
	address, err := appserver.Address(ctx, name, child, instance, args.Network, f)
	f.Addresses = append(f.Addresses, address)
	f.InstanceIDs = append(f.InstanceIDs, instance.ID().ToStringOutput())
	return err
}
