package facts

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// onlyOnce are the fields that are given once, although the provider would update them: by type, with the way out.
var onlyOnce = map[string]struct {
	paths []string
	way   string
}{
	"kubernetes:eks.amazonaws.com/v1:TargetGroupBinding": {
		[]string{"spec.targetGroupARN", "spec.targetType"}, "give the object another name",
	},
	"kubernetes:scheduling.k8s.io/v1:PriorityClass": {
		[]string{"value", "preemptionPolicy"}, "give the object another name",
	},
	Definition: {[]string{"spec.group", "spec.scope"}, "give the kind another name"},
}

// grows names the inputs that AWS only ever raises, with the reason and the way out.
var grows = map[string]struct{ property, want string }{
	"aws:ebs/volume:Volume": {
		"size", "or more: EBS never takes storage back; copy the data to a smaller volume [ModifyVolume]",
	},
	"aws:rds/instance:Instance": {
		"allocatedStorage", "or more: RDS never takes storage back; copy the data to a smaller database [ModifyDBInstance]",
	},
}

// Refuses finds what would be refused in an update, unless another input replaces the resource. What is not given, or
// not known yet, is not refused.
func (t *Type) Refuses(old, inputs resource.PropertyMap) []Problem {
	if len(old) == 0 || t.Diff(old, nil, inputs).Kind == Replace {
		return nil
	}
	var problems []Problem
	for _, path := range onlyOnce[t.token].paths {
		was, is := Text(old, path), Text(inputs, path)
		if was != "" && is != "" && was != is {
			problems = append(problems, Problem{
				Property: path, Got: "another value",
				Want: fmt.Sprintf("what it was: the field is immutable; %s", onlyOnce[t.token].way),
			})
		}
	}
	switch t.token {
	case typeEKS:
		return append(problems, leap(Text(old, "version"), Text(inputs, "version"))...)
	case typeCluster:
		return append(problems, joins(Text(old, "globalClusterIdentifier"), Text(inputs, "globalClusterIdentifier"))...)
	}
	return append(problems, t.shrinks(old, inputs)...)
}

// shrinks finds storage that is to become smaller.
func (t *Type) shrinks(old, inputs resource.PropertyMap) []Problem {
	rule, known := grows[t.token]
	was, hadErr := strconv.ParseFloat(Text(old, rule.property), 64)
	is, hasErr := strconv.ParseFloat(Text(inputs, rule.property), 64)
	if !known || hadErr != nil || hasErr != nil || is >= was {
		return nil
	}
	return []Problem{{
		Property: rule.property, Got: fmt.Sprint(is), Want: fmt.Sprintf("%v %s", was, rule.want),
	}}
}

// leap finds a step of a cluster's version that EKS does not take: it goes up by one minor version, never down.
func leap(was, is string) []Problem {
	minor := func(version string) (int, bool) {
		_, minor, _ := strings.Cut(version, ".")
		n, err := strconv.Atoi(minor)
		return n, err == nil
	}
	from, known := minor(was)
	to, also := minor(is)
	if !known || !also || to == from || to == from+1 {
		return nil
	}
	return []Problem{{
		Property: "version", Got: is + " after " + was,
		Want: fmt.Sprintf("1.%d: EKS goes up one minor version at a time, and never down [UpdateClusterVersion]", from+1),
	}}
}

// joins finds a cluster that is to join a global one later than at its creation [resourceClusterUpdate].
func joins(was, is string) []Problem {
	if is == "" || is == was {
		return nil
	}
	return []Problem{{
		Property: "globalClusterIdentifier", Got: "another one than before",
		Want: "what it was: a cluster that exists joins no global cluster; make the global one from it, " +
			"with sourceDbClusterIdentifier",
	}}
}
