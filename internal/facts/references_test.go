package facts

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/facts/factfile"
)

// sounds is how inputs are called that name other resources.
var sounds = regexp.MustCompile(`(Id|Ids|Arn|Arns|GroupName|GroupNames|Groups|[iI]dentifier|Identifiers|[bB]ucket|[tT]opic|` +
	`[rR]ole|Roles|Profile|TemplateName|Actions)$|` +
	`^(alarm|alarmRule|arn|childHealthchecks|cluster|instance|replicateSourceDb|rule|subnets)$`)

// TestNoReferenceIsForgotten asks of every input of every AWS type whether it names another resource.
func TestNoReferenceIsForgotten(t *testing.T) {
	t.Parallel()
	needed := map[string]bool{}
	for _, token := range Tokens() {
		if !strings.HasPrefix(token, "aws:") {
			continue
		}
		typ, err := Lookup(token)
		require.NoError(t, err)
		for _, path := range textPaths(typ, typ.facts.Inputs, "", nil) {
			name := strings.TrimSuffix(path[strings.LastIndex(path, ".")+1:], "[*]")
			refers := slices.ContainsFunc(typ.Names(), func(r Reference) bool { return r.Path == path })
			if refers || !sounds.MatchString(name) {
				continue
			}
			exception := token + "#" + path
			if exceptions[exception] == "" {
				exception = name
			}
			if parts := strings.Split(path, "."); exceptions[exception] == "" && len(parts) > 1 {
				exception = strings.Join(parts[len(parts)-2:], ".")
			}
			require.Contains(t, exceptions, exception, "%s: %s sounds like a reference, but neither "+
				"references_*.go nor the exceptions here know it", token, path)
			needed[exception] = true
		}
	}
	for exception := range exceptions {
		require.Contains(t, needed, exception, "no input of that name is left; take the exception out")
	}
}

// textPaths lists the paths of all inputs that are texts. An object within itself is entered once.
func textPaths(typ *Type, in factfile.Fields, at string, within []string) []string {
	var all []string
	for _, name := range sortedKeys(in) {
		s, path := shape(in[name]), at+name
		for element, ok := s.list(); ok; element, ok = s.list() {
			s, path = element, path+"[*]"
		}
		if fields, ok := typ.object(s); ok && !slices.Contains(within, s.bare()) {
			all = append(all, textPaths(typ, fields, path+".", append(slices.Clone(within), s.bare()))...)
		}
		if s.bare() == "string" || s.bare() == "any" {
			all = append(all, path)
		}
	}
	return all
}

// TestReferencesResolve holds every name in the tables to the facts, because a misspelt one would allow what AWS
// refuses.
func TestReferencesResolve(t *testing.T) {
	t.Parallel()
	held := map[string]bool{typeInternetGateway: true} // by mapped addresses
	for token := range references {
		typ, err := Lookup(token)
		require.NoError(t, err)
		for _, ref := range typ.Names() {
			if _, untyped := typ.Extension(); untyped { // nothing says what its spec may hold
				require.Regexp(t, `^spec\.`, ref.Path, token)
			} else {
				require.Contains(t, textPaths(typ, typ.facts.Inputs, "", nil), ref.Path, token)
			}
			require.Equal(t, ref.Says.Code == "", ref.Says.Text == "", token)
			require.NotEmpty(t, ref.Why, "%s %s", token, ref.Path)
			require.Contains(t, referenceTargets, ref.To, "%s %s", token, ref.Path)
			if ref.While != "" {
				require.True(t, typ.HasInput(ref.While) || typ.isComputed[ref.While], "%s %s", token, ref.While)
			}
			if ref.Unless != "" {
				to, err := Lookup(ref.To)
				require.NoError(t, err)
				require.Equal(t, "boolean", shape(to.facts.Inputs[ref.Unless]).bare(), "%s %s", token, ref.Unless)
			}
			held[ref.To] = held[ref.To] || ref.Hold != Belongs
		}
	}
	for token, target := range referenceTargets {
		outputs := []Output{}
		for _, by := range target.By {
			outputs = append(outputs, Output{token, by})
		}
		for _, output := range append(outputs, target.Also...) {
			typ, err := Lookup(output.Type)
			require.NoError(t, err)
			name, _, _ := strings.Cut(output.Path, ".")
			require.True(t, typ.HasInput(name) || typ.isComputed[name], "%s has no output %s", output.Type, output.Path)
		}
		require.NotEmpty(t, Naming(token), "nothing names a %s", token)
		require.Equal(t, held[token], target.InUse.Code != "", "%s: InUse is for what something holds", token)
		require.Equal(t, target.Form != "" || target.Plain, target.Missing.Code != "", "%s: Missing is for what can be told", token)
		require.False(t, target.Waits && target.InUse.Code == "", token)
	}
	for token, p := range protections {
		typ, err := Lookup(token)
		require.NoError(t, err)
		require.Equal(t, "boolean", shape(typ.facts.Inputs[p.Property]).bare(), token)
	}
	for token, rule := range mapsAddress {
		typ, err := Lookup(token)
		require.NoError(t, err)
		require.True(t, typ.HasInput(rule.input), token)
	}
}

// holding are the types of which AWS refuses to delete one while one of the other types names it, some through a
// third, as a subnet is held by the databases of a group. Written down twice, because a hold lost would go unseen.
var holding = map[string][]string{
	typeAlarm:           {"aws:cloudwatch/compositeAlarm:CompositeAlarm"},
	typeBucket:          {"aws:s3/bucketObjectv2:BucketObjectv2"},
	typeCacheParameters: {typeReplicationGroup},
	typeCachePolicy:     {typeDistribution},
	typeCacheSubnets:    {typeReplicationGroup},
	typeCacheUserGroup:  {typeReplicationGroup},
	typeCertificate:     {typeDistribution, typeListener, "aws:lb/listenerCertificate:ListenerCertificate"},
	typeCluster:         {typeGlobalCluster, "aws:rds/clusterInstance:ClusterInstance"},
	typeClusterParams:   {typeCluster},
	typeDatabaseParams:  {typeDatabase, "aws:rds/clusterInstance:ClusterInstance"},
	typeDatabaseSubnets: {typeCluster, typeDatabase, "aws:rds/clusterInstance:ClusterInstance"},
	typeEIP:             {"aws:ec2/eipAssociation:EipAssociation", typeLoadBalancer, typeNAT},
	typeEventRule:       {"aws:cloudwatch/eventTarget:EventTarget"},
	typeGlobalCluster:   {typeCluster},
	typeHeadersPolicy:   {typeDistribution},
	typeNodeClass:       {"kubernetes:karpenter.sh/v1:NodePool"},
	typeOriginAccess:    {typeDistribution},
	typeOriginPolicy:    {typeDistribution},
	typeRole:            {"aws:iam/rolePolicy:RolePolicy", "aws:iam/rolePolicyAttachment:RolePolicyAttachment"},
	typeRouteTable:      {typeEndpoint, "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation"},
	typeSecurityGroup: {
		typeCluster, typeDatabase, typeDefaultGroup, typeEKS, typeEndpoint, typeInstance, typeLaunchTemplate,
		typeLoadBalancer, typeNodeClass, typeReplicationGroup, typeSecurityGroup,
		"kubernetes:eks.amazonaws.com/v1:TargetGroupBinding",
		"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
	},
	typeSubnet: {
		typeAutoScaling, typeCacheSubnets, typeDatabaseSubnets, typeEKS, typeEndpoint, typeInstance, typeLaunchTemplate,
		typeLoadBalancer, typeNAT, typeNodeClass,
	},
	typeTargetGroup: {typeListener, "aws:lb/listenerRule:ListenerRule"},
	typeVolume:      {"aws:ec2/volumeAttachment:VolumeAttachment"},
	typeVPC:         {typeEndpoint, typeInternetGateway, typePeering, typeRouteTable, typeSecurityGroup, typeSubnet},
	typeWebACL:      {typeDistribution},
	typeZone:        {"aws:route53/record:Record"},
}

func TestHoldsAreThese(t *testing.T) {
	t.Parallel()
	got := map[string][]string{}
	for token, refs := range references {
		for _, ref := range refs {
			if ref.Hold != Belongs && !slices.Contains(got[ref.To], token) {
				got[ref.To] = append(got[ref.To], token)
			}
		}
	}
	require.Len(t, got, len(holding))
	for token, want := range holding {
		require.ElementsMatch(t, want, got[token], token)
	}
}

// TestFormsOfNames holds each form to the names that the type's resources get.
func TestFormsOfNames(t *testing.T) {
	t.Parallel()
	place := Place{Account: "210987654321", Region: "eu-west-1", Seed: "s"}
	for token, target := range referenceTargets {
		typ, err := Lookup(token)
		require.NoError(t, err)
		if target.Form == "" {
			continue
		}
		_, outputs := typ.Create(place, "it", resource.PropertyMap{
			"name": text("it"), "loadBalancerType": text("application"), "principalArn": text("arn:aws:iam::210987654321:role/it"),
		})
		require.True(t, slices.ContainsFunc(target.By, func(by string) bool {
			name := Text(outputs, by)
			service, _, arn := strings.Cut(target.Form, ":")
			return target.Own(place.Account, name) &&
				(strings.HasPrefix(name, target.Form) || arn && strings.HasPrefix(name, "arn:aws:"+service+":"))
		}), "%s: no name has the form %q", token, target.Form)
	}
	role, subnet := referenceTargets[typeRole], referenceTargets[typeSubnet]
	for name, want := range map[string]bool{
		"web": true, "default": false, "arn:aws:iam::210987654321:role/web": true,
		"arn:aws:iam::123456789012:role/web":                                        false,
		"arn:aws:iam::210987654321:role/aws-service-role/rds.amazonaws.com/Service": false,
		"arn:aws:iam::210987654321:user/web":                                        false,
	} {
		require.Equal(t, want, role.Own(place.Account, name), name)
	}
	for name, want := range map[string]bool{
		"subnet-0123456789abcdef0": true, "subnet-01234567": true, "subnet-main": false, "vpc-0123456789abcdef0": false,
	} {
		require.Equal(t, want, subnet.Own(place.Account, name), name)
	}
}

// TestNamesWithin finds the alarms that a rule asks, as CloudWatch reads it.
func TestNamesWithin(t *testing.T) {
	t.Parallel()
	typ, err := Lookup("aws:cloudwatch/compositeAlarm:CompositeAlarm")
	require.NoError(t, err)
	for rule, want := range map[string][]string{
		`ALARM(a)`: {"a"}, `ALARM("a b") AND NOT OK('c')`: {"a b", "c"}, "INSUFFICIENT_DATA( x-1 )": {"x-1"},
		"ALARM(arn:aws:cloudwatch:us-east-1:1:alarm:a)": {"arn:aws:cloudwatch:us-east-1:1:alarm:a"},
		"TRUE": nil,
	} {
		var got []string
		for _, named := range typ.References(resource.PropertyMap{"alarmRule": text(rule)}) {
			got = append(got, named.Value)
		}
		require.Equal(t, want, got, rule)
	}
}

// TestUnknownNamesNothing: a preview knows few names.
func TestUnknownNamesNothing(t *testing.T) {
	t.Parallel()
	typ, err := Lookup(typeInstance)
	require.NoError(t, err)
	require.Empty(t, typ.References(resource.PropertyMap{
		"subnetId": unknown(), "vpcSecurityGroupIds": resource.NewArrayProperty([]resource.PropertyValue{unknown()}),
	}))
	named := typ.References(resource.PropertyMap{
		"subnetId":            resource.MakeSecret(text("subnet-1")),
		"vpcSecurityGroupIds": resource.NewArrayProperty([]resource.PropertyValue{text("sg-1"), text("sg-2")}),
	})
	require.Len(t, named, 3)
	require.Equal(t, "vpcSecurityGroupIds[1]", named[2].Property)
	require.Equal(t, "sg-2", named[2].Value)
}
