package cost_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/internal/traffic"
	"github.com/ladder-iac/ladder/policies/cost"
	"github.com/ladder-iac/ladder/policies/price"
)

// seen are the URNs that a bill says something about.
func seen(b *cost.Bill) map[string]bool {
	urns := map[string]bool{}
	for _, line := range b.Lines {
		urns[line.URN] = true
	}
	for _, note := range append(append([]cost.Note{}, b.Free...), b.Unpriced...) {
		urns[note.URN] = true
	}
	return urns
}

func TestNothingIsLeftOut(t *testing.T) {
	t.Parallel()
	for number := 1; number <= 3; number++ {
		resources := recorded(t, number)
		b := bill(t, number, resources, traffic.Default(number))
		urns := seen(b)
		for _, r := range resources {
			component := strings.HasPrefix(r.Type, "ladder:") || strings.HasPrefix(r.Type, "pulumi:")
			require.NotEqual(t, component, urns[r.URN], r.URN)
		}
		for _, line := range b.Lines {
			require.NotEmpty(t, line.Arithmetic, line.Item)
			require.NotEmpty(t, line.Prices, line.Item)
			require.NotEmpty(t, line.Component)
			require.Contains(t, []cost.Kind{cost.Fixed, cost.Usage}, line.Kind)
		}
		for _, note := range b.Free {
			require.NotEmpty(t, note.Reason)
		}
	}
}

// What the phases are now: the recordings here are of a day, those of stacks are kept up to date.
func TestPhasesAsTheyAre(t *testing.T) {
	t.Parallel()
	for number := 1; number <= 3; number++ {
		path := filepath.Join("../../stacks/testdata", "phase"+string(rune('0'+number))+".json")
		if _, err := os.Stat(path); err != nil {
			continue // not recorded yet
		}
		resources, p, load := read(t, path), phase.Table[number-1], traffic.Default(number)
		b := bill(t, number, resources, load)
		require.Empty(t, b.Unknown, path)
		for _, note := range b.Unpriced {
			require.Contains(t, note.Reason, "no price of", "a type without a rule in %s", path)
		}
		require.GreaterOrEqual(t, b.Total.Expected, float64(p.BudgetMinUSD), path)
		require.LessOrEqual(t, b.Total.Expected, float64(p.BudgetMaxUSD), path)
		require.GreaterOrEqual(t, cost.Capacity(resources, load, p).QPS, float64(p.PeakQPS), path)
	}
}

func TestComponentsAndArithmetic(t *testing.T) {
	t.Parallel()
	b := bill(t, 3, recorded(t, 3), traffic.Default(3))
	var names []string
	total := 0.0
	for _, sum := range b.ByComponent() {
		names = append(names, sum.Name)
		total += sum.Expected
		require.InDelta(t, sum.Expected, sum.Fixed.Expected+sum.Usage.Expected, 1e-9)
	}
	require.Equal(t, []string{"aurora", "web", "cache", "net"}, names[:4])
	require.InDelta(t, b.Total.Expected, total, 1e-6)

	arithmetic := map[string]string{}
	for _, line := range b.Lines {
		arithmetic[line.Item] = line.Arithmetic
	}
	require.Equal(t, "4 x 0.145 x 730 (3 to 8)", arithmetic["EC2 c7g.xlarge"])
	require.Equal(t, "100 free + 9225 x 0.09", arithmetic["data to the internet"])
	require.Equal(t, "3 x 0.1264 x 730", arithmetic["cache.m7g.large"])
	require.Equal(t, "1627 x 0.2", arithmetic["I/O of the storage"])
}

func TestUnknownTypesAndPricesAreUnpriced(t *testing.T) {
	t.Parallel()
	b := bill(t, 1, alone(
		res("aws:redshift/cluster:Cluster", "warehouse", nil),
		res(instanceKind, "exotic", map[string]any{"instanceType": "z9x.large"}),
		res(rdsKind, "mysql", map[string]any{"instanceClass": "db.t4g.micro", "engine": "mysql"}),
		res(volumeKind, "disk", map[string]any{"size": 10.0, "type": "st1"}),
	), traffic.Default(1))
	reasons := map[string]string{}
	for _, note := range b.Unpriced {
		reasons[note.Component] += note.Reason
		require.NotEmpty(t, note.Type)
	}
	require.Contains(t, reasons["warehouse"], "no rule for this type")
	require.Contains(t, reasons["exotic"], `no price of ec2 "BoxUsage:z9x.large"`)
	require.Contains(t, reasons["mysql"], `this is "mysql"`)
	require.Contains(t, reasons["disk"], "EBS:VolumeUsage.st1")
}

func TestUnknownValuesHaveAnUpperBound(t *testing.T) {
	t.Parallel()
	b := bill(t, 1, alone(
		res(instanceKind, "server", map[string]any{
			"instanceType": graph.Unknown, "associatePublicIpAddress": graph.Unknown,
			"rootBlockDevice": map[string]any{"volumeSize": graph.Unknown, "volumeType": "gp3"},
		}),
		res(groupKind, "group", map[string]any{"minSize": 1.0, "maxSize": graph.Unknown}),
		res(cacheKind, "cache", map[string]any{"nodeType": "cache.m7g.large", "numNodeGroups": graph.Unknown}),
	), traffic.Default(1))
	require.InDelta(t, 1.88512*730, items(b, "EC2 r8g.8xlarge"), 0.01, "the dearest that the book has")
	require.InDelta(t, 65536*0.08, items(b, "gp3 root disk"), 0.01)
	require.InDelta(t, 3.65, items(b, "public IPv4"), 0.01)
	var notes []string
	for _, note := range b.Unknown {
		notes = append(notes, note.Component+": "+note.Reason)
	}
	require.Contains(t, notes, "server: instanceType is not known yet; taken as r8g.8xlarge")
	require.Contains(t, notes, "server: rootBlockDevice.volumeSize is not known yet; taken as 65536")
	require.Contains(t, notes, "group: maxSize is not known yet; taken as 1")
	require.Len(t, b.Unpriced, 2, "a group without its template, a cache without a bound")
}

func TestRegionsAddUp(t *testing.T) {
	t.Parallel()
	server := func(name, provider string) graph.Resource {
		r := res(instanceKind, name, map[string]any{"instanceType": "c7g.large"})
		r.Options.Provider = provider
		return r
	}
	b := bill(t, 2, []graph.Resource{
		provider("east", "us-east-1"), provider("west", "us-west-2"), server("a", "east"), server("b", "west"),
	}, traffic.Default(2))
	require.InDelta(t, 2*0.0725*730, items(b, "EC2"), 0.01)
	for _, line := range b.Lines {
		if line.Item == "EC2 c7g.large" {
			require.Equal(t, map[string]string{"a": "us-east-1", "b": "us-west-2"}[line.Component], line.Prices[0].Region)
		}
	}
}

func TestRegionsWithoutPrices(t *testing.T) {
	t.Parallel()
	server := res(instanceKind, "server", map[string]any{"instanceType": "c7g.large"})
	_, err := cost.Estimate(
		[]graph.Resource{provider(providerURN, "mx-central-1"), server},
		traffic.Default(1), phase.Table[0], book(t), today,
	)
	require.ErrorIs(t, err, price.ErrNoPrice)
	require.ErrorContains(t, err, `region "mx-central-1" of "server"`)
	require.ErrorContains(t, err, "ladder prices refresh --region mx-central-1")

	_, err = cost.Estimate([]graph.Resource{server}, traffic.Default(1), phase.Table[0], book(t), today)
	require.ErrorContains(t, err, `"server" has no region: its provider`)

	_, err = cost.Estimate(nil, traffic.Default(1), phase.Table[0], nil, today)
	require.ErrorContains(t, err, "no price book")
}

func TestWhatIf(t *testing.T) {
	t.Parallel()
	resources, load := recorded(t, 3), traffic.Default(3)
	list := bill(t, 3, resources, load)
	half, err := book(t).Discount("ec2", 0.5)
	require.NoError(t, err)
	less, err := cost.Estimate(resources, load, phase.Table[2], half, today)
	require.NoError(t, err)
	require.InDelta(t, items(list, "EC2 ")/2, items(less, "EC2 "), 0.01)
	require.InDelta(t, list.Total.Expected-items(list, "EC2 ")/2, less.Total.Expected, 0.01)
}

// Old prices are less certain; the amounts are the same.
func TestAgeWidensTheInterval(t *testing.T) {
	t.Parallel()
	resources, load := recorded(t, 1), traffic.Default(1)
	now := bill(t, 1, resources, load)
	later, err := cost.Estimate(resources, load, phase.Table[0], book(t), today.Add(3*365*24*time.Hour))
	require.NoError(t, err)
	require.Equal(t, now.Total, later.Total)
	require.Less(t, later.Interval.Low, now.Interval.Low)
	require.Greater(t, later.Interval.High, now.Interval.High)
}

func TestAddressesThatAWSGives(t *testing.T) {
	t.Parallel()
	subnet := res("aws:ec2/subnet:Subnet", "subnet", map[string]any{"mapPublicIpOnLaunch": true})
	server := func(name string, inputs map[string]any, dependsOn ...string) graph.Resource {
		return res(instanceKind, name, put(inputs, "c7g.large", "instanceType"), dependsOn...)
	}
	link := res("aws:ec2/eipAssociation:EipAssociation", "link", nil, urn(instanceKind, "elastic"))
	template := res("aws:ec2/launchTemplate:LaunchTemplate", "template", map[string]any{
		"instanceType":      "c7g.large",
		"networkInterfaces": []any{map[string]any{"associatePublicIpAddress": "true"}},
	})
	b := bill(t, 2, alone(
		subnet, link, template,
		server("asked", map[string]any{"associatePublicIpAddress": true}),
		server("refused", map[string]any{"associatePublicIpAddress": false}, subnet.URN),
		server("subnet", nil, subnet.URN),
		server("elastic", nil, subnet.URN),
		res(groupKind, "group", map[string]any{"minSize": 3.0, "maxSize": 3.0}, template.URN),
	), traffic.Default(2))
	require.InDelta(t, (1+1+3)*3.65, items(b, "public IPv4"), 0.001)
}

func TestOptimizedIO(t *testing.T) {
	t.Parallel()
	load := traffic.Default(3)
	optimized := set(t, recorded(t, 3), clusterKind, "aurora", "aurora-iopt1", "storageType")
	b := bill(t, 3, optimized, load)
	require.InDelta(t, 3*0.553*1.3*730, items(b, "Aurora db."), 0.01)
	require.InDelta(t, 300*0.225, items(b, "storage"), 0.01)
	require.Zero(t, items(b, "I/O of the storage"))
}

func TestReadersThatAutoscalingAdds(t *testing.T) {
	t.Parallel()
	heavy := traffic.Default(3)
	heavy.CacheHit, heavy.LoadFactor = 0, 0.9
	b := bill(t, 3, recorded(t, 3), heavy)
	for _, line := range b.Lines {
		if strings.HasPrefix(line.Item, "readers added") {
			require.InDelta(t, 1*0.553*730, line.Expected, 0.01, "5.4 vCPUs at 65 %% are 3 readers of 4")
			require.Zero(t, line.Min)
			require.InDelta(t, 2*0.553*730, line.Max, 0.01)
		}
	}
}

func TestClusters(t *testing.T) {
	t.Parallel()
	cluster := func(version string) graph.Resource {
		return res("aws:eks/cluster:Cluster", "eks", map[string]any{
			"version": version, "computeConfig": map[string]any{"enabled": true},
			"vpcConfig": map[string]any{"subnetIds": []any{"a", "b", "c"}},
		})
	}
	load := traffic.Default(4)
	b := bill(t, 4, alone(
		cluster("1.35"),
		res("kubernetes:apps/v1:Deployment", "app", map[string]any{"spec": map[string]any{"replicas": 3.0}}),
		res("kubernetes:core/v1:PersistentVolumeClaim", "metrics", map[string]any{"spec": map[string]any{
			"resources": map[string]any{"requests": map[string]any{"storage": "1000Gi"}},
		}}),
	), load)
	require.InDelta(t, 73, items(b, "control plane"), 0.01)
	// Half of cost.md's 9,923 for two regions: 187.5 vCPUs in the mean.
	require.InEpsilon(t, 9923.44/2, items(b, "nodes of Auto Mode"), 0.001)
	require.InEpsilon(t, 0.12*9923.44/2, items(b, "Auto Mode's own share"), 0.001)
	require.InDelta(t, 80, items(b, "gp3 volume"), 0.01)
	require.Empty(t, b.Unpriced)
	require.Len(t, b.Free, 1, "the deployment runs on the nodes")

	old := bill(t, 4, alone(cluster("1.32")), load)
	require.InDelta(t, 365, items(old, "extended support"), 0.01)
}
