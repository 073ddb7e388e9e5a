// Package appserver is what the servers of the app have in common, whoever starts them: what they may reach, what they
// may call, and the script that makes them one.
package appserver

import (
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/internal/firewall"
	"github.com/ladder-iac/ladder/components/internal/iampolicy"
	"github.com/ladder-iac/ladder/components/internal/machine"
	"github.com/ladder-iac/ladder/components/internal/tag"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/tokenkey"
	"github.com/ladder-iac/ladder/components/topology"
)

// RootGiB is the size of a server's disk: operating system, releases and logs.
const RootGiB = 16

// Server is what makes a machine one of the app's.
type Server struct {
	Network  *network.Network
	Key      *key.Key
	TokenKey *tokenkey.TokenKey
	Topology *topology.Topology
	Phase    int
}

// Check notes what is missing.
func (s Server) Check(c *check.Args) {
	c.Given(s.Key != nil, "Key", "a key component that encrypts what the servers read")
	c.Given(s.TokenKey != nil, "TokenKey", "a tokenkey component: all servers sign users' tokens with it")
	c.Given(s.Topology != nil, "Topology", "a topology component with the database")
	c.That(s.Phase >= 1 && s.Phase <= 9, "Phase", s.Phase, "the number of the phase, 1 to 9")
}

// Rules let the servers in a group out to AWS and to their stores, and into the stores. The stores' own components
// need not know of the servers.
func (s Server) Rules(prefix string, group pulumi.StringInput) []firewall.Rule {
	// HTTPS: AWS's services, packages and certificates. DNS and time need no rule.
	rules := []firewall.Rule{{Name: prefix + "-out", Group: group, Port: 443, Out: true}}
	for _, store := range s.Topology.Stores {
		rules = append(
			rules,
			firewall.Rule{
				Name: prefix + "-to-" + store.Name, Group: group, Peer: store.SecurityGroupID, Port: store.Port, Out: true,
			},
			firewall.Rule{
				Name: prefix + "-into-" + store.Name, Group: store.SecurityGroupID, Peer: group, Port: store.Port,
			},
		)
	}
	return rules
}

// Logs makes the log group that the app of a component writes to.
func Logs(ctx *pulumi.Context, name string, parent pulumi.Resource) (*cloudwatch.LogGroup, error) {
	return cloudwatch.NewLogGroup(ctx, name+"-logs", &cloudwatch.LogGroupArgs{
		Name:            pulumi.Sprintf("/%s/%s/%s", ctx.Project(), ctx.Stack(), name),
		RetentionInDays: pulumi.Int(30),
		Tags:            tag.Of(name, name+"-logs"),
	}, pulumi.Parent(parent))
}

// Permissions are what the servers' scripts call, and nothing else.
func (s Server) Permissions(logs *cloudwatch.LogGroup, releases ...*release.Release) []iampolicy.Statement {
	parameters := []pulumi.StringInput{s.Topology.ParameterARN}
	secrets := []pulumi.StringInput{s.TokenKey.ARN}
	var binaries []pulumi.StringInput
	for _, r := range releases {
		parameters = append(parameters, r.ParameterARN)
		binaries = append(binaries, pulumi.Sprintf("%s/*", r.BucketARN))
	}
	for _, arn := range s.Topology.Secrets {
		secrets = append(secrets, arn)
	}
	return []iampolicy.Statement{
		{Actions: []string{"ssm:GetParameter"}, Resources: parameters},
		{Actions: []string{"s3:GetObject"}, Resources: binaries},
		{Actions: []string{"secretsmanager:GetSecretValue"}, Resources: secrets},
		{Actions: []string{"kms:Decrypt"}, Resources: []pulumi.StringInput{s.Key.ARN}},
		{
			Actions:   []string{"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"},
			Resources: []pulumi.StringInput{logs.Arn, pulumi.Sprintf("%s:*", logs.Arn)},
		},
	}
}

// UserData is the script of a server that runs a release; own holds what the component adds.
func (s Server) UserData(
	ctx *pulumi.Context, app *release.Release, logs *cloudwatch.LogGroup, own machine.AppParams,
) pulumi.StringOutput {
	own.Project, own.Stack, own.Region, own.Phase = ctx.Project(), ctx.Stack(), s.Network.Region, strconv.Itoa(s.Phase)
	own.DatabasePort, own.DatabaseName = topology.DatabasePort, s.Topology.Database
	own.DatabaseUser = s.Topology.Credential.Username
	return pulumi.All(
		app.ParameterName, s.Topology.Writer, s.Topology.Credential.ARN, s.TokenKey.ARN, s.Topology.ParameterName, logs.Name,
	).ApplyT(func(values []any) (string, error) {
		params := own
		params.ReleaseParameter = values[0].(string)
		params.DatabaseHost = values[1].(string)
		params.SecretARN = values[2].(string)
		params.TokenKeySecretARN = values[3].(string)
		params.TopologyParameter = values[4].(string)
		params.LogGroup = values[5].(string)
		return machine.AppUserData(params)
	}).(pulumi.StringOutput)
}

// Image is the newest Amazon Linux 2023 of a processor.
func Image(ctx *pulumi.Context, processor release.Architecture, parent pulumi.Resource) (pulumi.String, error) {
	image, err := ssm.LookupParameter(ctx, &ssm.LookupParameterArgs{
		Name: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-" + string(processor),
	}, pulumi.Parent(parent))
	if err != nil {
		return "", fmt.Errorf("image of Amazon Linux 2023 for %s: %w", processor, err)
	}
	return pulumi.String(image.Value), nil
}
