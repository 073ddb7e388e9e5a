// Package iampolicy writes IAM policy documents.
package iampolicy

import (
	"encoding/json"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Statement allows actions, or denies them.
type Statement struct {
	Deny       bool
	Actions    []string
	Resources  []pulumi.StringInput         // ARNs; empty in a trust policy
	Services   []string                     // service principals; empty in an identity policy
	Accounts   []string                     // account principals as ARNs; "*" is everyone
	Conditions map[string]map[string]string // operator -> key -> value
	Source     pulumi.StringInput           // ARN of the one resource that a service may act for; nil for any
}

// Document returns the policy as JSON, stable for equal statements.
func Document(statements ...Statement) pulumi.StringOutput {
	var arns []any
	for _, s := range statements {
		for _, arn := range s.Resources {
			arns = append(arns, arn)
		}
		if s.Source != nil {
			arns = append(arns, s.Source)
		}
	}
	return pulumi.All(arns...).ApplyT(func(arns []any) (string, error) {
		list := make([]map[string]any, 0, len(statements))
		for _, s := range statements {
			var own []any
			own, arns = arns[:len(s.Resources)], arns[len(s.Resources):]
			fields := s.fields(own)
			if s.Source != nil {
				fields["Condition"] = s.onlyFor(arns[0])
				arns = arns[1:]
			}
			list = append(list, fields)
		}
		text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": list})
		return string(text), err
	}).(pulumi.StringOutput)
}

// Trust returns the trust policy of a role that an AWS service takes on, e.g. "ec2.amazonaws.com".
func Trust(service string) pulumi.StringOutput {
	return Document(Statement{Actions: []string{"sts:AssumeRole"}, Services: []string{service}})
}

func (s Statement) fields(arns []any) map[string]any {
	fields := map[string]any{"Effect": "Allow", "Action": s.Actions}
	if s.Deny {
		fields["Effect"] = "Deny"
	}
	if len(arns) > 0 {
		fields["Resource"] = arns
	}
	if len(s.Services) > 0 {
		fields["Principal"] = map[string]any{"Service": s.Services}
	}
	if len(s.Accounts) > 0 {
		fields["Principal"] = map[string]any{"AWS": s.Accounts}
	}
	if len(s.Conditions) > 0 {
		fields["Condition"] = s.Conditions
	}
	return fields
}

// onlyFor adds the source to the conditions.
func (s Statement) onlyFor(source any) map[string]any {
	all := map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": source}}
	for operator, keys := range s.Conditions {
		all[operator] = keys
	}
	return all
}
