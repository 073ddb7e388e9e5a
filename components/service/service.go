// Package service runs one of the app's services in a cluster.
//
// Creates: a service account, and for a service with data the role that its pods take on by EKS Pod Identity; a job
// that migrates the schema, before the pods of an image come; a Deployment, its Service, a HorizontalPodAutoscaler and
// a PodDisruptionBudget; a NetworkPolicy and the mesh's policy, which let in who calls the service and out to what it
// calls. A canary is a second Deployment with a Service of its own, which the gateway gives its share of the users.
//
// Pods are spread over zones, and a release never has fewer of them than before: each new one is ready before an old
// one goes. One that goes says so, and serves for 10 seconds more until nobody is sent to it. Passwords are files in
// memory, which a sidecar of the same image keeps current (app secrets), so that a rotation needs no restart.
//
// The stores' security groups know the cluster's group, which all pods have: name it in their Clients.
//
// Stateless. Cost at the default: 2 to 4 pods of a quarter of a processor and 0.6 GiB, which are nothing by themselves;
// of nodes c7g.xlarge (118.55 USD a month with the fee of Auto Mode) they fill a quarter (us-east-1, 2026-09).
//
// Left out of what Helm's charts and service modules offer:
//   - Vertical autoscaling and KEDA: the load is requests, and they are processor time.
//   - Ingress, ConfigMaps, volumes, init scripts: the gateway routes, configuration stands in the template, so that a
//     change renews the pods, and nothing is kept.
//   - A limit of processor time: see pod.go.
//   - Affinity and tolerations: the cluster has one kind of node.
package service

import (
	"fmt"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/identity"
	"github.com/ladder-iac/ladder/components/mesh"
)

// Port is where pods and Services listen.
const Port = 8080

// The tracks of a service.
const (
	stable = "stable"
	canary = "canary"
)

// Service is one of the app's services in a cluster.
type Service struct {
	pulumi.ResourceState

	Role      Role
	Name      string    // in the cluster
	Namespace string    // in the cluster
	URL       string    // for who is in the mesh
	Backends  []Backend // where the gateway sends the users; the stable release is the first

	// Ready is what sends users here depends on: the pods of all releases are there.
	Ready []pulumi.Resource
}

// Backend is a Kubernetes Service that gets a part of the users.
type Backend struct {
	Name   string
	Weight int // percent
}

// New makes a service. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*Service, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	args.stack = ctx.Stack()
	s := &Service{Role: args.Role, Name: args.Role.Name(), Namespace: args.Namespace.Name}
	s.URL = fmt.Sprintf("http://%s.%s.svc.cluster.local:%d", s.Name, s.Namespace, Port)
	if err := ctx.RegisterComponentResource("ladder:service:Service", name, s, opts...); err != nil {
		return nil, fmt.Errorf("service %q: %w", name, err)
	}
	before, err := s.access(ctx, name, args)
	if err != nil {
		return nil, err
	}
	for _, t := range args.tracks() {
		if err := s.track(ctx, name, args, t, before); err != nil {
			return nil, err
		}
	}
	s.Backends = args.backends()
	return s, ctx.RegisterResourceOutputs(s, pulumi.Map{"url": pulumi.String(s.URL)})
}

// in is where the objects of the cluster are.
func (s *Service) in(args Args) []pulumi.ResourceOption {
	return []pulumi.ResourceOption{
		pulumi.Parent(s), pulumi.Provider(args.Namespace.Cluster.Provider),
		pulumi.DependsOn([]pulumi.Resource{args.Namespace}),
	}
}

// access makes who the pods are, what they may, and who may call them. Pods come after all of it: they get their role
// only if it is there when they start.
func (s *Service) access(ctx *pulumi.Context, name string, args Args) ([]pulumi.Resource, error) {
	account, err := corev1.NewServiceAccount(ctx, name+"-account", &corev1.ServiceAccountArgs{
		Metadata: args.metadata(s.Name), AutomountServiceAccountToken: pulumi.Bool(false),
	}, s.in(args)...)
	if err != nil {
		return nil, err
	}
	closed, err := s.firewall(ctx, name, args)
	if err != nil {
		return nil, err
	}
	before := []pulumi.Resource{account, closed}
	if permissions := args.permissions(); len(permissions) > 0 {
		association, err := identity.Pod(ctx, name, identity.ServiceAccount{
			Cluster: args.Namespace.Cluster.Name, Namespace: s.Namespace, Name: s.Name,
		}, permissions, s)
		if err != nil {
			return nil, err
		}
		before = append(before, association)
	}
	callers := []string{mesh.Principal(gatewayNamespace, gatewayAccount)}
	for _, caller := range args.Role.callers() {
		callers = append(callers, mesh.Principal(s.Namespace, caller.Name()))
	}
	return before, mesh.Allow(ctx, name+"-callers", mesh.AllowArgs{
		Namespace: s.Namespace, Labels: map[string]string{nameLabel: s.Name}, From: callers,
	}, s.in(args)...)
}

// track makes a release: its schema, its pods, and what is around them.
func (s *Service) track(
	ctx *pulumi.Context, name string, args Args, t track, before []pulumi.Resource,
) error {
	if roles[args.Role].stores {
		migrated, err := s.migrate(ctx, name, args, t, before)
		if err != nil {
			return err
		}
		before = append(slices.Clip(before), migrated)
	}
	if err := s.release(ctx, name, args, t, before); err != nil {
		return err
	}
	if t.replicas > 0 {
		return nil
	}
	return s.scale(ctx, name, args, t)
}

// tracks are the releases that run. A canary has as many pods as its share of the users needs at the peak: it must not
// look worse than the stable release because it was still growing.
func (a *Args) tracks() []track {
	all := []track{{role: a.Role, name: stable, image: a.Image.reference(), version: a.Image.version()}}
	if a.Canary != nil {
		all = append(all, track{
			role: a.Role, name: canary, image: a.Canary.Image.reference(), version: a.Canary.Image.version(),
			replicas: max(minReplicas, (a.Replicas.Max*a.Canary.Weight+99)/100),
		})
	}
	return all
}

func (a *Args) backends() []Backend {
	if a.Canary == nil {
		return []Backend{{Name: a.Role.Name(), Weight: 100}}
	}
	return []Backend{
		{Name: a.Role.Name(), Weight: 100 - a.Canary.Weight},
		{Name: track{role: a.Role, name: canary}.object(), Weight: a.Canary.Weight},
	}
}
