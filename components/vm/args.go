package vm

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/internal/machine"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/release"
)

const (
	rootGiB    = 16    // operating system and logs
	minDataGiB = 8     // PostgreSQL, its log and room to grow
	maxDataGiB = 16384 // gp3  [Amazon EBS User Guide, 2026-09]
)

// Args describe a server.
type Args struct {
	Network       *network.Network       // where the server stands; required
	Subnet        network.Subnet         // a public subnet of it; the data volume stays in its zone; required
	Region        string                 // AWS region; required
	InstanceType  string                 // EC2 type of the release's architecture; default "t4g.large"
	DataVolumeGiB int                    // 8 to 16384, grows without downtime and never shrinks; default 50
	PostgresMajor int                    // 15 to 17, of Amazon Linux 2023; required: no default, because it moves
	Domain        string                 // serves HTTPS under this name; default none: HTTP under the address
	Key           *key.Key               // encrypts volumes and backups; required
	Credential    *credential.Credential // of the database user; required
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
	c.Given(args.Region != "", "Region", "an AWS region such as us-east-1")
	c.Given(args.Key != nil, "Key", "a key component that encrypts the volumes")
	c.Given(args.Credential != nil, "Credential", "a credential component for the database user")
	c.Given(args.Release != nil, "Release", "a release component with the app")
	c.That(args.Phase >= 1, "Phase", args.Phase, "the number of the phase")
	c.That(args.DataVolumeGiB >= minDataGiB && args.DataVolumeGiB <= maxDataGiB, "DataVolumeGiB",
		args.DataVolumeGiB, fmt.Sprintf("%d to %d GiB", minDataGiB, maxDataGiB))
	c.That(args.PostgresMajor >= 15 && args.PostgresMajor <= 17, "PostgresMajor", args.PostgresMajor,
		"15, 16 or 17, the versions of Amazon Linux 2023")
	valid := typePattern.MatchString(args.InstanceType)
	c.That(valid, "InstanceType", args.InstanceType,
		"a type of the families t3, t4g, c5 to c8, m5 to m8 or r5 to r8, such as t4g.large")
	if valid && args.Release != nil {
		got, want := architecture(args.InstanceType), args.Release.Architecture
		c.That(got == want, "InstanceType", fmt.Sprintf("%s (%s)", args.InstanceType, got), fmt.Sprintf(
			"an instance type for %s, such as %s: the app was built for it; or set ladder:artifact to the %s build",
			want, map[release.Architecture]string{release.ARM64: "t4g.large", release.X8664: "t3.large"}[want], got))
	}
	return args, c.Err()
}

// architecture reads the processor off the name of an instance type: a g after the generation is AWS Graviton
// [Amazon EC2 instance type naming conventions].
func architecture(instanceType string) release.Architecture {
	family, _, _ := strings.Cut(instanceType, ".")
	attributes := strings.TrimLeft(strings.TrimLeft(family, "abcdefghijklmnopqrstuvwxyz"), "0123456789")
	if strings.Contains(attributes, "g") || family == "a1" {
		return release.ARM64
	}
	return release.X8664
}

// burstable types spend CPU credits.
func (a Args) burstable() bool { return strings.HasPrefix(a.InstanceType, "t") }

func (a Args) userData(ctx *pulumi.Context, data storage, logs *cloudwatch.LogGroup) pulumi.StringOutput {
	known := machine.Params{
		Project: ctx.Project(), Stack: ctx.Stack(), Phase: fmt.Sprint(a.Phase), Region: a.Region,
		Domain: a.Domain, PostgresMajor: a.PostgresMajor,
	}
	return pulumi.All(a.Release.ParameterName, data.backups.Bucket, a.Credential.ARN, data.volume.ID(), logs.Name).
		ApplyT(func(values []any) (string, error) {
			params := known
			params.ReleaseParameter = values[0].(string)
			params.BackupBucket = values[1].(string)
			params.SecretARN = values[2].(string)
			params.DataVolumeID = string(values[3].(pulumi.ID))
			params.LogGroup = values[4].(string)
			return machine.UserData(params)
		}).(pulumi.StringOutput)
}
