package stacks_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/ladder-iac/ladder/internal/graph"
)

// rebuildable names what is stateful by its type and yet holds nothing that cannot be made again.
var rebuildable = map[string]bool{
	"release-bucket": true, // binaries that `make app` makes again
	"canary-bucket":  true,
	"cache-secret":   true, // a token that is made again
	"cache-value":    true,
	"cache-token":    true,

	"cache-secondary-secret": true,
	"cache-secondary-value":  true,
	"cache-secondary-token":  true,
	"cdn-bucket":             true, // pages that the stack puts there
}

// guards are what no phase may break; each returns the names of the resources that do.
var guards = map[string]func(*graph.Graph) []string{
	"protected": func(g *graph.Graph) []string {
		return find(g, func(r graph.Resource) bool {
			return graph.Stateful(r.Type) && !rebuildable[r.Name] && !r.Options.Protect
		})
	},
	"encrypted": func(g *graph.Graph) []string {
		return find(g, func(r graph.Resource) bool {
			switch r.Type {
			case "aws:ebs/volume:Volume":
				return r.Inputs["encrypted"] != true || r.Inputs["kmsKeyId"] == nil
			case "aws:ec2/instance:Instance":
				root, _ := r.Inputs["rootBlockDevice"].(map[string]any)
				return root["encrypted"] != true
			case "aws:rds/instance:Instance":
				copied := r.Inputs["replicateSourceDb"] != nil // a replica is encrypted as its source
				return !copied && (r.Inputs["storageEncrypted"] != true || r.Inputs["kmsKeyId"] == nil)
			case "aws:rds/cluster:Cluster":
				return r.Inputs["storageEncrypted"] != true || r.Inputs["kmsKeyId"] == nil
			case "aws:elasticache/replicationGroup:ReplicationGroup":
				return r.Inputs["atRestEncryptionEnabled"] != true || r.Inputs["transitEncryptionEnabled"] != true
			case "aws:s3/bucketV2:BucketV2":
				return len(find(g, func(other graph.Resource) bool { return other.Name == r.Name+"-encryption" })) == 0
			case "aws:secretsmanager/secret:Secret":
				return r.Inputs["kmsKeyId"] == nil
			case "aws:sns/topic:Topic":
				return r.Inputs["kmsMasterKeyId"] == nil
			}
			return false
		})
	},
	"private": func(g *graph.Graph) []string {
		return find(g, func(r graph.Resource) bool { return r.Inputs["publiclyAccessible"] == true })
	},
	"metadata": func(g *graph.Graph) []string {
		return find(g, func(r graph.Resource) bool {
			machine := r.Type == "aws:ec2/instance:Instance" || r.Type == "aws:ec2/launchTemplate:LaunchTemplate"
			options, _ := r.Inputs["metadataOptions"].(map[string]any)
			return machine && options["httpTokens"] != "required"
		})
	},
	"privilege": func(g *graph.Graph) []string {
		return find(g, func(r graph.Resource) bool {
			return r.Type == "aws:iam/rolePolicy:RolePolicy" && !named(r.Inputs["policy"])
		})
	},
	"ports": func(g *graph.Graph) []string {
		return find(g, func(r graph.Resource) bool {
			if r.Type != "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule" || r.Inputs["cidrIpv4"] != "0.0.0.0/0" {
				return r.Type == "aws:ec2/securityGroup:SecurityGroup" && r.Inputs["ingress"] != nil
			}
			public := []any{80.0, 443.0}
			return r.Inputs["fromPort"] != r.Inputs["toPort"] || !slices.Contains(public, r.Inputs["fromPort"])
		})
	},
	"user data": func(g *graph.Graph) []string {
		return find(g, func(r graph.Resource) bool {
			script, given := r.Inputs["userData"]
			text, _ := script.(string)
			text = secretARN.ReplaceAllString(text, "")
			return given && (text == graph.Secret || assignedSecret.MatchString(text))
		})
	},
}

// nameless are actions that AWS lets nobody bind to a resource  [Service Authorization Reference, 2026-09].
var nameless = []string{
	"cloudwatch:PutMetricData", "ssm:UpdateInstanceInformation",
	"ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
	"ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
}

// named says whether a policy names its actions, and the resources where AWS allows it.
func named(policy any) bool {
	text, _ := policy.(string)
	var document struct {
		Statement []struct{ Action, Resource []string }
	}
	if json.Unmarshal([]byte(text), &document) != nil || len(document.Statement) == 0 {
		return false
	}
	for _, s := range document.Statement {
		for _, action := range s.Action {
			if strings.Contains(action, "*") || slices.Contains(s.Resource, "*") && !slices.Contains(nameless, action) {
				return false
			}
		}
	}
	return true
}

// secretARN names a secret and is none.
var secretARN = regexp.MustCompile(`arn:aws:secretsmanager:\S+`)

// assignedSecret is a password, token or key that a script sets to a literal value.
var assignedSecret = regexp.MustCompile(`(?i)(password|passwd|secret|token|private_key)\s*[=:]\s*['"]?[a-z0-9+/]{4,}|AKIA[0-9A-Z]{16}|BEGIN [A-Z ]*PRIVATE KEY`)

func find(g *graph.Graph, broken func(graph.Resource) bool) []string {
	var names []string
	for _, r := range g.Resources {
		if broken(r) {
			names = append(names, r.Name)
		}
	}
	return names
}
