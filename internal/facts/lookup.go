package facts

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/agext/levenshtein"

	"github.com/ladder-iac/ladder/internal/facts/factfile"
)

//go:embed aws.json random.json kubernetes.json
var files embed.FS

// Type is what is known about one resource type.
type Type struct {
	token       string
	facts       *factfile.Type
	objects     map[string]factfile.Fields
	rules       map[string]rule // by pattern
	filledIn    map[string]bool // inputs that the cloud fills in when they are left out
	autonamed   []string        // physical names made up when they are left out
	isComputed  map[string]bool
	secretNames []string
	extension   Extension // empty for a type of the provider's own
}

// types are read once; a broken file is a mistake of the build that every test would show.
var types = sync.OnceValue(func() map[string]*Type {
	all := map[string]*Type{}
	for _, name := range []string{"aws.json", "random.json", "kubernetes.json"} {
		text, err := files.ReadFile(name)
		if err != nil {
			panic(err)
		}
		file, err := factfile.Decode(text)
		if err != nil {
			panic(fmt.Sprintf("%s: %v", name, err))
		}
		for token, facts := range file.Types {
			all[token] = newType(token, facts, file.Objects)
		}
		if name == "kubernetes.json" {
			addExtensions(all, file.Objects)
		}
	}
	return all
})

func newType(token string, facts *factfile.Type, objects map[string]factfile.Fields) *Type {
	t := &Type{
		token: token, facts: facts, objects: objects, rules: rulesOf(facts),
		filledIn: map[string]bool{}, isComputed: map[string]bool{}, secretNames: facts.Secrets,
	}
	for _, name := range facts.OptionalComputed {
		t.filledIn[name] = true
	}
	for name := range facts.Computed {
		t.isComputed[name] = true
	}
	for _, name := range facts.DeleteBeforeReplaceNames {
		if _, isInput := facts.Inputs[name]; isInput && !slices.Contains(facts.Required, name) {
			t.autonamed = append(t.autonamed, name)
		}
	}
	return t
}

// Lookup gives the facts about a resource type. An unknown token is an error that names the nearest known
// ones and the command that adds a type.
func Lookup(token string) (*Type, error) {
	if t := types()[token]; t != nil {
		return t, nil
	}
	return nil, unknownType(token)
}

// unknownType is a token without facts. What is near is looked for when the error is read: who only asks whether a type
// is known, of each resource of a graph, does not pay for it.
type unknownType string

// Error implements error.
func (u unknownType) Error() string {
	token := string(u)
	way := "add it with: go run ./internal/facts/gen " + token
	switch group, _, _ := strings.Cut(strings.TrimPrefix(token, "kubernetes:"), "/"); {
	case strings.HasPrefix(token, "aws:"):
		way = "add it with: go run ./internal/facts/gen -from replace-on-change.json " + token
	case strings.Contains(group, ".") && !strings.HasSuffix(group, ".k8s.io") || group == "gateway.networking.k8s.io":
		way = "if it is a kind of an extension, add it to internal/facts/extensions.go"
	}
	return fmt.Sprintf("resource type %q: got a type without facts, want one that is known, such as %s; %s",
		token, strings.Join(nearest(token, Tokens(), 3), ", "), way)
}

// Tokens lists the known resource types, sorted.
func Tokens() []string {
	return slices.Sorted(maps.Keys(types()))
}

// Token is the type's token, e.g. "aws:ec2/vpc:Vpc".
func (t *Type) Token() string { return t.token }

// HasInput says whether the type takes an input of that name.
func (t *Type) HasInput(name string) bool {
	_, has := t.facts.Inputs[name]
	return has
}

// Stateful is true for types that hold data that cannot be made again. Logs and caches are not among
// them: losing them loses no user's data.
func (t *Type) Stateful() bool { return stateful[t.token] }

var stateful = map[string]bool{
	"aws:cognito/userPool:UserPool":            true,
	"aws:docdb/cluster:Cluster":                true,
	"aws:dynamodb/globalTable:GlobalTable":     true,
	"aws:dynamodb/table:Table":                 true,
	"aws:ebs/snapshot:Snapshot":                true,
	"aws:ebs/volume:Volume":                    true,
	"aws:ecr/repository:Repository":            true,
	"aws:efs/fileSystem:FileSystem":            true,
	"aws:kinesis/stream:Stream":                true,
	"aws:kms/key:Key":                          true,
	"aws:kms/replicaKey:ReplicaKey":            true,
	"aws:msk/cluster:Cluster":                  true,
	"aws:neptune/cluster:Cluster":              true,
	"aws:opensearch/domain:Domain":             true,
	"aws:rds/cluster:Cluster":                  true,
	"aws:rds/clusterSnapshot:ClusterSnapshot":  true,
	"aws:rds/globalCluster:GlobalCluster":      true,
	"aws:rds/instance:Instance":                true,
	"aws:rds/snapshot:Snapshot":                true,
	"aws:redshift/cluster:Cluster":             true,
	"aws:route53/zone:Zone":                    true,
	"aws:s3/bucket:Bucket":                     true,
	"aws:s3/bucketV2:BucketV2":                 true,
	"aws:secretsmanager/secret:Secret":         true,
	"aws:sqs/queue:Queue":                      true,
	"kubernetes:core/v1:PersistentVolume":      true,
	"kubernetes:core/v1:PersistentVolumeClaim": true,
	"kubernetes:apps/v1:StatefulSet":           true,
}

// nearest gives the n words most like word, best first.
func nearest(word string, words []string, n int) []string {
	near := slices.Clone(words)
	slices.SortStableFunc(near, func(a, b string) int {
		return distance(word, a) - distance(word, b)
	})
	return near[:min(n, len(near))]
}

// distance counts the letters to change. A word inside the other is near: size and volumeSize.
func distance(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	if len(a) > 2 && strings.Contains(b, a) {
		return 1
	}
	return levenshtein.Distance(a, b, nil)
}
