package image

import (
	"fmt"
	"regexp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/key"
)

const maxReplicas = 25 // destinations of a rule  [Amazon ECR User Guide, Private image replication]

// Args describe an image.
type Args struct {
	Layout   string    // path of the OCI image layout that `make app` writes; required
	Key      *key.Key  // encrypts the repository; required; another one replaces it
	Replicas []Replica // regions that hold a copy; default none
}

// Replica is a copy in another region.
type Replica struct {
	Region   string        // AWS region; required
	Key      *key.Key      // of that region; required; another one replaces the copy's repository
	Provider *aws.Provider // of that region; required
}

var (
	namePattern = regexp.MustCompile(`^[a-z](-?[a-z0-9])*$`)
	// repositoryPattern is AWS's  [CreateRepository, Amazon ECR API Reference].
	repositoryPattern = regexp.MustCompile(`^[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*$`)
	regionPattern     = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-\d$`)
)

// resolve checks everything before anything is registered, and returns the digest.
func (a *Args) resolve(name, repository string) (Args, string, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	c := check.Of("image", name)
	good := namePattern.MatchString(name)
	c.That(good, "name", name, "lower-case letters, digits and single hyphens, a letter first")
	c.That(!good || repositoryPattern.MatchString(repository) && len(repository) <= 256, "name", repository,
		"at most 256 lower-case letters, digits and single separators with project and stack in front: "+
			"a repository has the name of its stack")
	c.Given(args.Key != nil, "Key", "a key component that encrypts the repository")
	args.checkReplicas(c)
	digest := ""
	if args.Layout == "" {
		c.Given(false, "Layout", "the path of the OCI image layout that `make app` writes, such as dist/image")
	} else if found, err := Inspect(args.Layout); err != nil {
		c.That(false, "Layout", args.Layout, err.Error())
	} else {
		digest = found
	}
	return args, digest, c.Err()
}

func (a *Args) checkReplicas(c *check.Args) {
	c.That(len(a.Replicas) <= maxReplicas, "Replicas", len(a.Replicas), fmt.Sprintf("at most %d", maxReplicas))
	regions := map[string]bool{}
	for i, replica := range a.Replicas {
		field := fmt.Sprintf("Replicas[%d].", i)
		c.That(regionPattern.MatchString(replica.Region), field+"Region", replica.Region,
			"an AWS region such as us-west-2")
		c.That(!regions[replica.Region], field+"Region", replica.Region, "each region once")
		regions[replica.Region] = true
		c.Given(replica.Key != nil, field+"Key", "a key component of the region: a key encrypts in its own only")
		c.Given(replica.Provider != nil, field+"Provider", "the region's AWS provider")
	}
}
