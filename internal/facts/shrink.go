package facts

import (
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// grows names the inputs that AWS only ever raises, with the reason and the way out.
var grows = map[string]struct{ property, want string }{
	"aws:ebs/volume:Volume": {
		"size", "or more: EBS never takes storage back; copy the data to a smaller volume [ModifyVolume]",
	},
	"aws:rds/instance:Instance": {
		"allocatedStorage", "or more: RDS never takes storage back; copy the data to a smaller database [ModifyDBInstance]",
	},
}

// frozen names the fields of objects that the API server takes once, although the provider would update them.
var frozen = map[string][]string{
	"kubernetes:eks.amazonaws.com/v1:TargetGroupBinding":          {"spec.targetGroupARN", "spec.targetType"},
	"kubernetes:scheduling.k8s.io/v1:PriorityClass":               {"value", "preemptionPolicy"},
	"kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition": {"spec.group", "spec.scope"},
}

// Refuses finds what would be refused in an update, unless another input replaces the resource: storage that is to
// become smaller, and fields that are given once.
func (t *Type) Refuses(old, inputs resource.PropertyMap) []Problem {
	rule, only := grows[t.token]
	fields := frozen[t.token]
	if !only && fields == nil || len(old) == 0 || t.Diff(old, nil, inputs).Kind == Replace {
		return nil
	}
	var problems []Problem
	for _, field := range fields {
		was, is := Text(old, field), Text(inputs, field)
		if was != "" && is != "" && was != is {
			problems = append(problems, Problem{
				Property: field, Got: fmt.Sprintf("%q", is), Want: fmt.Sprintf("%q: the field is immutable; give the object another name", was),
			})
		}
	}
	was, hadErr := strconv.ParseFloat(Text(old, rule.property), 64)
	is, hasErr := strconv.ParseFloat(Text(inputs, rule.property), 64)
	if hadErr != nil || hasErr != nil || is >= was { // one of them is not given, or not known yet
		return problems
	}
	return append(problems, Problem{
		Property: rule.property, Got: fmt.Sprint(is), Want: fmt.Sprintf("%v %s", was, rule.want),
	})
}
