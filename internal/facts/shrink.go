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

// Shrinks finds what AWS would refuse in an update: storage that is to become smaller, unless another input replaces
// the resource.
func (t *Type) Shrinks(old, inputs resource.PropertyMap) []Problem {
	rule, known := grows[t.token]
	if !known || len(old) == 0 || t.Diff(old, nil, inputs).Kind == Replace {
		return nil
	}
	was, hadErr := strconv.ParseFloat(Text(old, rule.property), 64)
	is, hasErr := strconv.ParseFloat(Text(inputs, rule.property), 64)
	if hadErr != nil || hasErr != nil || is >= was { // one of them is not given, or not known yet
		return nil
	}
	return []Problem{{
		Property: rule.property, Got: fmt.Sprint(is), Want: fmt.Sprintf("%v %s", was, rule.want),
	}}
}
