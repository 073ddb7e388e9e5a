package web

import (
	"encoding/base64"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/appserver"
	"github.com/ladder-iac/ladder/components/internal/ec2type"
	"github.com/ladder-iac/ladder/components/internal/machine"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

// birth is what a machine is made of, whatever its colour.
type birth struct {
	args     Args
	firewall *ec2.SecurityGroup
	profile  *iam.InstanceProfile
	logs     *cloudwatch.LogGroup
	image    pulumi.String // the newest of the day
}

// template describes the machines of a colour.
func (w *Web) template(ctx *pulumi.Context, name string, born birth, c colour) (*ec2.LaunchTemplate, error) {
	args, child := born.args, name+"-"+c.name+"-template"
	tags := tag.Of(name, name+"-"+c.name)
	// The provider's default tags do not reach what Auto Scaling starts. The release is among them so that another
	// one is another version of the template.
	tags["project"], tags["stack"] = pulumi.String(ctx.Project()), pulumi.String(ctx.Stack())
	tags["release"] = pulumi.String(c.release.Version)
	template := &ec2.LaunchTemplateArgs{
		ImageId:            born.image,
		InstanceType:       pulumi.String(args.InstanceTypes[0]),
		IamInstanceProfile: ec2.LaunchTemplateIamInstanceProfileArgs{Arn: born.profile.Arn},
		UserData: args.server().UserData(ctx, c.release, born.logs, machine.AppParams{
			HTTPS: args.Domain != "",
		}).ApplyT(func(script string) string {
			return base64.StdEncoding.EncodeToString([]byte(script))
		}).(pulumi.StringOutput),
		EbsOptimized: pulumi.String("true"),
		MetadataOptions: ec2.LaunchTemplateMetadataOptionsArgs{
			HttpEndpoint: pulumi.String("enabled"),
			HttpTokens:   pulumi.String("required"), // IMDSv2 only
			// One hop: a process in another network namespace does not reach the machine's credentials.
			HttpPutResponseHopLimit: pulumi.Int(1),
		},
		NetworkInterfaces: ec2.LaunchTemplateNetworkInterfaceArray{ec2.LaunchTemplateNetworkInterfaceArgs{
			AssociatePublicIpAddress: pulumi.String("false"),
			DeleteOnTermination:      pulumi.String("true"),
			SecurityGroups:           pulumi.StringArray{born.firewall.ID()},
		}},
		BlockDeviceMappings: ec2.LaunchTemplateBlockDeviceMappingArray{ec2.LaunchTemplateBlockDeviceMappingArgs{
			DeviceName: pulumi.String("/dev/xvda"),
			// With the account's own key: Auto Scaling may not use the stack's, and there is neither data nor a secret
			// on the disk.
			Ebs: ec2.LaunchTemplateBlockDeviceMappingEbsArgs{
				Encrypted: pulumi.String("true"), VolumeSize: pulumi.Int(appserver.RootGiB),
				VolumeType: pulumi.String("gp3"), DeleteOnTermination: pulumi.String("true"),
			},
		}},
		TagSpecifications: ec2.LaunchTemplateTagSpecificationArray{
			ec2.LaunchTemplateTagSpecificationArgs{ResourceType: pulumi.String("instance"), Tags: tags},
			ec2.LaunchTemplateTagSpecificationArgs{ResourceType: pulumi.String("volume"), Tags: tags},
		},
		Tags: tag.Of(name, child),
	}
	if size, _ := ec2type.Parse(args.InstanceTypes[0]); size.Burstable() {
		// Unlimited credits would bill surplus by the hour without a bound.
		template.CreditSpecification = ec2.LaunchTemplateCreditSpecificationArgs{CpuCredits: pulumi.String("standard")}
	}
	return ec2.NewLaunchTemplate(ctx, child, template, pulumi.Parent(w))
}
