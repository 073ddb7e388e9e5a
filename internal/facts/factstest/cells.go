package factstest

import "github.com/ladder-iac/ladder/internal/facts"

// The kinds of a cluster and of what joins regions.
var (
	job = kind{"kubernetes:batch/v1:Job", in{
		"apiVersion": "batch/v1", "kind": "Job", "spec": in{"backoffLimit": 3, "template": in{
			"spec": in{"restartPolicy": "Never", "containers": []any{in{"name": "app", "image": "app:1"}}},
		}},
	}}
	budget = kind{"kubernetes:policy/v1:PodDisruptionBudget", in{
		"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "spec": in{"maxUnavailable": 1},
	}}
	release = kind{"kubernetes:helm.sh/v3:Release", in{
		"chart": "istiod", "version": "1.28.0", "values": in{"profile": "ambient"},
	}}
	route = kind{"kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", in{
		"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": in{"name": "items"},
		"spec": in{"hostnames": []any{"example.com"}},
	}}
	queue      = kind{"aws:sqs/queue:Queue", in{"visibilityTimeoutSeconds": 30}}
	repository = kind{"aws:ecr/repository:Repository", in{
		"imageTagMutability": "IMMUTABLE", "encryptionConfigurations": []any{in{"encryptionType": "AES256"}},
	}}
)

func cellCases() []Case {
	image := func(image string) in {
		return in{"spec": in{"backoffLimit": 3, "template": in{
			"spec": in{"restartPolicy": "Never", "containers": []any{in{"name": "app", "image": image}}},
		}}}
	}
	return []Case{
		job.change("job image", facts.Replace, "spec.template.spec.containers[0].image", image("app:2")),
		job.change("job label", facts.Update, "metadata.labels.app", in{"metadata": in{"labels": in{"app": "web"}}}),
		budget.change("disruption budget", facts.Update, "spec.maxUnavailable", in{"spec": in{"maxUnavailable": 2}}),
		release.change("release version", facts.Update, "version", in{"version": "1.28.1"}),
		release.change("release value", facts.Update, "values.profile", in{"values": in{"profile": "default"}}),
		release.between("release name", facts.Replace, "name", in{"name": "one"}, in{"name": "two"}),
		route.change("route host", facts.Update, "spec.hostnames", in{"spec": in{"hostnames": []any{"example.org"}}}),
		route.between("route name", facts.Replace, "metadata.name",
			in{"metadata": in{"name": "users"}}, in{"metadata": in{"name": "people"}}),
		queue.change("queue timeout", facts.Update, "visibilityTimeoutSeconds", in{"visibilityTimeoutSeconds": 60}),
		queue.between("queue name", facts.Replace, "name", in{"name": "jobs"}, in{"name": "tasks"}),
		repository.change("repository encryption", facts.Replace, "encryptionConfigurations[0].encryptionType",
			in{"encryptionConfigurations": []any{in{"encryptionType": "KMS"}}}),
	}
}
