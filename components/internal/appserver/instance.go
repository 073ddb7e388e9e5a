package appserver

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/ec2type"
	"github.com/ladder-iac/ladder/components/internal/tag"
	"github.com/ladder-iac/ladder/components/key"
)

// Harden adds to an instance what every machine has: an encrypted disk, metadata behind a token, and credits that end.
func Harden(instance *ec2.InstanceArgs, component, child, instanceType string, encryption *key.Key) {
	instance.InstanceType = pulumi.String(instanceType)
	instance.MetadataOptions = ec2.InstanceMetadataOptionsArgs{
		HttpEndpoint: pulumi.String("enabled"),
		HttpTokens:   pulumi.String("required"), // IMDSv2 only
		// One hop: a process in another network namespace does not reach the machine's credentials.
		HttpPutResponseHopLimit: pulumi.Int(1),
	}
	instance.RootBlockDevice = ec2.InstanceRootBlockDeviceArgs{
		Encrypted:  pulumi.Bool(true),
		KmsKeyId:   encryption.ARN,
		VolumeSize: pulumi.Int(RootGiB),
		VolumeType: pulumi.String("gp3"),
		Tags:       tag.Of(component, child+"-root"),
	}
	if kind, _ := ec2type.Parse(instanceType); kind.Burstable() {
		// Unlimited credits would bill surplus by the hour without a bound; alarms tell before they end.
		instance.CreditSpecification = ec2.InstanceCreditSpecificationArgs{CpuCredits: pulumi.String("standard")}
	}
}

// Address gives an instance an address of its own, protected because clients and names point at it, and AWS never gives
// one back. It is at one instance only, so that the old association goes before the new one comes.
func Address(
	ctx *pulumi.Context, component, child string, instance *ec2.Instance, network, parent pulumi.Resource,
) (pulumi.StringOutput, error) {
	address, err := ec2.NewEip(ctx, child+"-address", &ec2.EipArgs{
		Domain: pulumi.String("vpc"),
		Tags:   tag.Of(component, child+"-address"),
	}, pulumi.Parent(parent), pulumi.Protect(true))
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	_, err = ec2.NewEipAssociation(ctx, child+"-address-association", &ec2.EipAssociationArgs{
		AllocationId: address.ID(),
		InstanceId:   instance.ID(),
	}, pulumi.Parent(parent), pulumi.DeleteBeforeReplace(true),
		// AWS maps no public address before the network has its way to the internet.
		pulumi.DependsOn([]pulumi.Resource{network}))
	return address.PublicIp, err
}
