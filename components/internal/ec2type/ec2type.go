// Package ec2type reads the names of EC2 instance types.
package ec2type

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/ladder-iac/ladder/components/release"
)

// Type is the name of an instance type, taken apart: c7g.large is of series "c", with the attribute "g"
// [Amazon EC2 instance type naming conventions].
type Type struct{ Series, Attributes, Size string }

var pattern = regexp.MustCompile(`^([a-z]+)[0-9]+([a-z0-9-]*)\.(nano|micro|small|medium|large|[0-9]*xlarge)$`)

// Parse takes a name apart; false for what is no type, and for metal.
func Parse(text string) (Type, bool) {
	match := pattern.FindStringSubmatch(text)
	if match == nil {
		return Type{}, false
	}
	return Type{match[1], match[2], match[3]}, true
}

// Architecture is what the processor runs: a g after the generation is AWS Graviton.
func (t Type) Architecture() release.Architecture {
	if strings.Contains(t.Attributes, "g") || t.Series == "a" {
		return release.ARM64
	}
	return release.X8664
}

// Burstable types spend CPU credits.
func (t Type) Burstable() bool { return t.Series == "t" }

// VCPUs of the size: an xlarge has 4, and others stand to it as their names say. Of the burstable ones, the small
// have 2  [Amazon EC2 Instance Types Guide].
func (t Type) VCPUs() int {
	switch t.Size {
	case "nano", "micro", "small", "large":
		return 2
	case "medium":
		if t.Burstable() {
			return 2
		}
		return 1
	}
	times, err := strconv.Atoi(strings.TrimSuffix(t.Size, "xlarge"))
	if err != nil {
		times = 1
	}
	return 4 * times
}
