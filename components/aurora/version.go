package aurora

import (
	"fmt"
	"regexp"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// plainVersion leaves out products of their own, such as 17.4-limitless.
var plainVersion = regexp.MustCompile(`^\d+\.\d+$`)

// version asks AWS for the newest minor of the major. With the major alone the provider would send it again in every
// change of the cluster, and AWS takes it for its default minor, which it refuses to a cluster that a maintenance
// window has brought beyond [terraform-provider-aws issue 45026].
func (a *Aurora) version(ctx *pulumi.Context, args Args) (pulumi.String, error) {
	family := args.family()
	newest, err := rds.GetEngineVersion(ctx, &rds.GetEngineVersionArgs{
		Engine: engine, ParameterGroupFamily: &family, Latest: pulumi.BoolRef(true),
	}, pulumi.Parent(a))
	if err != nil {
		return "", fmt.Errorf("newest version of %s: %w", family, err)
	}
	if newest.Version == "" && ctx.DryRun() { // the provider is known only later
		return pulumi.String(strconv.Itoa(args.Major)), nil
	}
	if !plainVersion.MatchString(newest.Version) {
		return "", fmt.Errorf("newest version of %s: got %q, want a major and a minor", family, newest.Version)
	}
	return pulumi.String(newest.Version), nil
}
