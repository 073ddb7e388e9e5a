// Package ssm reads the topology from a parameter of AWS Systems Manager. It is the only part of the app that
// calls AWS by itself, and a package of its own because the SDK is heavy.
//
// Cost: a standard parameter and its standard throughput are free (us-east-1, 2026-09).
package ssm

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// Getter is what a Parameter needs of the SDK's client.
type Getter interface {
	GetParameter(ctx context.Context, in *ssm.GetParameterInput, options ...func(*ssm.Options)) (
		*ssm.GetParameterOutput, error)
}

// Parameter is a topology.Source.
type Parameter struct {
	getter Getter
	name   string
}

// Open returns a parameter with the Region and the credentials of the process's surroundings.
func Open(ctx context.Context, name string) (*Parameter, error) {
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("topology parameter: %w", err)
	}
	return New(ssm.NewFromConfig(settings), name), nil
}

// New returns a parameter that is read through getter.
func New(getter Getter, name string) *Parameter { return &Parameter{getter: getter, name: name} }

// Read implements topology.Source.
func (p *Parameter) Read(ctx context.Context) ([]byte, error) {
	out, err := p.getter.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(p.name)})
	if err != nil {
		return nil, fmt.Errorf("topology parameter: %w", err)
	}
	if out.Parameter == nil || out.Parameter.Value == nil {
		return nil, errors.New("topology parameter: got an answer without a value")
	}
	return []byte(*out.Parameter.Value), nil
}

// String implements topology.Source.
func (p *Parameter) String() string { return "ssm:" + p.name }
