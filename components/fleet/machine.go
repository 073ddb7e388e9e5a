package fleet

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/appserver"
	"github.com/ladder-iac/ladder/components/internal/ec2type"
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
		InstanceType:        pulumi.String(args.InstanceType),
		SubnetId:            args.Network.Public[(ordinal-1)%len(args.Network.Public)].ID,
		VpcSecurityGroupIds: pulumi.StringArray{born.group.ID()},
		IamInstanceProfile:  born.profile.Name,
		UserData: args.server().UserData(ctx, args.Release, born.logs, machine.AppParams{
			Direct: true, Domain: args.Domain, ReleaseDelaySeconds: releaseDelay(ordinal),
		}),
		MetadataOptions: ec2.InstanceMetadataOptionsArgs{
			HttpEndpoint: pulumi.String("enabled"),
			HttpTokens:   pulumi.String("required"), // IMDSv2 only
			// One hop: a process in another network namespace does not reach the machine's credentials.
			HttpPutResponseHopLimit: pulumi.Int(1),
		},
		RootBlockDevice: ec2.InstanceRootBlockDeviceArgs{
			Encrypted:  pulumi.Bool(true),
			KmsKeyId:   args.Key.ARN,
			VolumeSize: pulumi.Int(appserver.RootGiB),
			VolumeType: pulumi.String("gp3"),
			Tags:       tag.Of(name, child+"-root"),
		},
		Tags: tags,
	}
	if size, _ := ec2type.Parse(args.InstanceType); size.Burstable() {
		// Unlimited credits would bill surplus by the hour without a bound.
		made.CreditSpecification = ec2.InstanceCreditSpecificationArgs{CpuCredits: pulumi.String("standard")}
	}
	instance, err := ec2.NewInstance(ctx, part, made, pulumi.Parent(f),
		// Another zone in the network must not move the machines that are there.
		pulumi.IgnoreChanges([]string{"ami", "userData", "subnetId"}),
		// The machine reads its name once, when it is made.
		pulumi.ReplaceOnChanges([]string{"tags.domain"}))
	if err != nil {
		return err
	}
	address, err := ec2.NewEip(ctx, child+"-address", &ec2.EipArgs{
		Domain: pulumi.String("vpc"),
		Tags:   tag.Of(name, child+"-address"),
	}, pulumi.Parent(f), pulumi.Protect(true)) // clients and names point at it, and AWS never gives it back
	if err != nil {
		return err
	}
	// AWS maps no public address before the network has its way to the internet. An address is at one machine only,
	// so that the old association goes before the new one comes.
	_, err = ec2.NewEipAssociation(ctx, child+"-address-association", &ec2.EipAssociationArgs{
		AllocationId: address.ID(),
		InstanceId:   instance.ID(),
	}, pulumi.Parent(f), pulumi.DeleteBeforeReplace(true), pulumi.DependsOn([]pulumi.Resource{args.Network}))
	f.Addresses = append(f.Addresses, address.PublicIp)
	f.InstanceIDs = append(f.InstanceIDs, instance.ID().ToStringOutput())
	return err
}
