package vm

import (
	"fmt"
	"regexp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/internal/ec2type"
	"github.com/ladder-iac/ladder/components/internal/machine"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/tokenkey"
)

const (
	minDataGiB = 8     // PostgreSQL, its log and room to grow
	maxDataGiB = 16384 // gp3  [Amazon EBS User Guide, 2026-09]
)

// Args describe a server.
type Args struct {
	Network       *network.Network       // where the server stands; required
	Subnet        network.Subnet         // a public subnet of it; the data volume stays in its zone; required
	InstanceType  string                 // EC2 type of the release's architecture; default "t4g.large"
	DataVolumeGiB int                    // 8 to 16384, grows without downtime and never shrinks; default 50
	PostgresMajor int                    // 15 to 17, of Amazon Linux 2023; required: no default, because it moves
	Domain        string                 // serves HTTPS under this name; default none: HTTP under the address
	Key           *key.Key               // encrypts volumes and backups; required
	Credential    *credential.Credential // of the database user; required
	TokenKey      *tokenkey.TokenKey     // signs users' tokens; required
	Release       *release.Release       // the app to run; required
	Phase         int                    // shown by the app; required
}

// typePattern are current families on AWS Nitro with 2 GiB of memory or more: the machine finds its volume by
// its NVMe name, and PostgreSQL needs the memory.
var typePattern = regexp.MustCompile(`^(t3a?|t4g|[cmr][5-8][a-z]*)\.(small|medium|large|[0-9]*xlarge)$`)

// resolve fills in the defaults, and checks everything before anything is registered.
func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	if args.InstanceType == "" {
		args.InstanceType = "t4g.large"
	}
	if args.DataVolumeGiB == 0 {
		args.DataVolumeGiB = 50
	}
	c := check.Of("vm", name)
	c.Given(args.Network != nil, "Network", "a network component")
	c.Given(args.Subnet.Zone != "", "Subnet", "a public subnet of the network")
	c.Given(args.Key != nil, "Key", "a key component that encrypts the volumes")
	c.Given(args.Credential != nil, "Credential", "a credential component for the database user")
	c.Given(args.TokenKey != nil, "TokenKey", "a tokenkey component that signs users' tokens")
	c.Given(args.Release != nil, "Release", "a release component with the app")
	c.That(args.Phase >= 1, "Phase", args.Phase, "the number of the phase")
	c.That(args.DataVolumeGiB >= minDataGiB && args.DataVolumeGiB <= maxDataGiB, "DataVolumeGiB",
		args.DataVolumeGiB, fmt.Sprintf("%d to %d GiB", minDataGiB, maxDataGiB))
	c.That(args.PostgresMajor >= 15 && args.PostgresMajor <= 17, "PostgresMajor", args.PostgresMajor,
		"15, 16 or 17, the versions of Amazon Linux 2023")
	c.Domain("Domain", args.Domain)
	valid := typePattern.MatchString(args.InstanceType)
	c.That(valid, "InstanceType", args.InstanceType,
		"a type of the families t3, t4g, c5 to c8, m5 to m8 or r5 to r8, such as t4g.large")
	if valid {
		ec2type.Check(c, "InstanceType", args.InstanceType, args.Release)
	}
	return args, c.Err()
}

func (a Args) userData(ctx *pulumi.Context, data storage, logs *cloudwatch.LogGroup) pulumi.StringOutput {
	known := machine.Params{
		Project: ctx.Project(), Stack: ctx.Stack(), Phase: fmt.Sprint(a.Phase), Region: a.Network.Region,
		Domain: a.Domain, PostgresMajor: a.PostgresMajor,
	}
	return pulumi.All(a.Release.ParameterName, data.backups.Bucket, a.Credential.ARN, data.volume.ID(), logs.Name,
		a.TokenKey.ARN).
		ApplyT(func(values []any) (string, error) {
			params := known
			params.ReleaseParameter = values[0].(string)
			params.BackupBucket = values[1].(string)
			params.SecretARN = values[2].(string)
			params.DataVolumeID = string(values[3].(pulumi.ID))
			params.LogGroup = values[4].(string)
			params.TokenKeySecretARN = values[5].(string)
			return machine.UserData(params)
		}).(pulumi.StringOutput)
}
