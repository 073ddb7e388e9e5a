package service

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/iampolicy"
)

// permissions are what the pods call in AWS, and nothing else: none for a service without data.
func (a *Args) permissions() []iampolicy.Statement {
	if a.Topology == nil {
		return nil
	}
	var secrets []pulumi.StringInput
	for _, arn := range a.Topology.Secrets {
		secrets = append(secrets, arn)
	}
	if a.TokenKey != nil {
		secrets = append(secrets, a.TokenKey.ARN)
	}
	all := []iampolicy.Statement{
		{Actions: []string{"ssm:GetParameter"}, Resources: []pulumi.StringInput{a.Topology.ParameterARN}},
		{Actions: []string{"secretsmanager:GetSecretValue"}, Resources: secrets},
		{Actions: []string{"kms:Decrypt"}, Resources: []pulumi.StringInput{a.Key.ARN}},
	}
	if a.Events != nil && roles[a.Role].publishes {
		all = append(all, a.Events.Publisher()...)
	}
	if a.Events != nil && roles[a.Role].consumes {
		all = append(all, a.Events.Consumer()...)
	}
	return all
}
