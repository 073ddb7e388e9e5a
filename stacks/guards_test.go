package stacks_test

import (
	"regexp"
	"slices"

	"github.com/ladder-iac/ladder/internal/graph"
)

// guards are what no phase may break; each returns the names of the resources that do.
var guards = map[string]func(*graph.Graph) []string{
	"protected": func(g *graph.Graph) []string {
		return find(g, func(r graph.Resource) bool {
			rebuildable := r.Name == "release-bucket"
			return graph.Stateful(r.Type) && !rebuildable && !r.Options.Protect
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
			return given && (text == graph.Secret || assignedSecret.MatchString(text))
		})
	},
}

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
