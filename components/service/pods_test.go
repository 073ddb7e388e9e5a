package service_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/ladder-iac/ladder/components/service"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// templates are the pods of everything that makes any.
func templates(t *testing.T, g *graph.Graph) map[string]corev1.PodTemplateSpec {
	t.Helper()
	all := map[string]corev1.PodTemplateSpec{}
	for _, name := range graphtest.Names(g, "kubernetes:apps/v1:Deployment") {
		all[name] = object[appsv1.Deployment](t, g, name).Spec.Template
	}
	for _, name := range graphtest.Names(g, "kubernetes:batch/v1:Job") {
		all[name] = object[batchv1.Job](t, g, name).Spec.Template
	}
	require.Len(t, all, 10, "stable and canary of three services, with two schemas")
	return all
}

func containers(spec corev1.PodSpec) []corev1.Container {
	return append(append([]corev1.Container{}, spec.InitContainers...), spec.Containers...)
}

// What a policy for pods would ask for. [Kubernetes, Pod Security Standards, restricted; Amazon EKS Best Practices].
func TestPodsAreRestricted(t *testing.T) {
	t.Parallel()
	for name, template := range templates(t, graphtest.Record(t, program(withCanary(5)))) {
		spec := template.Spec
		require.False(t, *spec.AutomountServiceAccountToken, name)
		require.True(t, *spec.SecurityContext.RunAsNonRoot, name)
		require.EqualValues(t, 65532, *spec.SecurityContext.RunAsUser, name)
		require.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, spec.SecurityContext.SeccompProfile.Type, name)
		require.False(t, spec.HostNetwork || spec.HostPID || spec.HostIPC, name)
		for _, c := range containers(spec) {
			at := name + "." + c.Name
			require.Regexp(t, `^[^:]+@sha256:[0-9a-f]{64}$`, c.Image, "%s: no tag, a digest", at)
			require.True(t, *c.SecurityContext.ReadOnlyRootFilesystem, at)
			require.False(t, *c.SecurityContext.AllowPrivilegeEscalation, at)
			require.Nil(t, c.SecurityContext.Privileged, at)
			require.Equal(t, []corev1.Capability{"ALL"}, c.SecurityContext.Capabilities.Drop, at)
			require.Positive(t, c.Resources.Requests.Cpu().MilliValue(), at)
			require.True(t, c.Resources.Limits.Cpu().IsZero(), "%s: a throttled app answers late", at)
			require.Positive(t, c.Resources.Requests.Memory().Value(), at)
			require.Zero(t, c.Resources.Limits.Memory().Cmp(*c.Resources.Requests.Memory()), "%s: memory is not promised twice", at)
			for _, v := range c.Env {
				require.NotRegexp(t, `(?i)(password|secret|key)$`, v.Name, "%s: files hold secrets, variables their names", at)
			}
		}
		for _, volume := range spec.Volumes {
			require.Equal(t, corev1.StorageMediumMemory, volume.EmptyDir.Medium, "%s: secrets are on no disk", name)
			require.NotNil(t, volume.EmptyDir.SizeLimit, name)
		}
	}
}

func TestPodsBearTheLossOfANodeAndAZone(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(withCanary(5)))
	for _, name := range graphtest.Names(g, "kubernetes:apps/v1:Deployment") {
		deployment := object[appsv1.Deployment](t, g, name)
		spread := deployment.Spec.Template.Spec.TopologySpreadConstraints
		require.Len(t, spread, 2, name)
		require.Equal(t, "topology.kubernetes.io/zone", spread[0].TopologyKey)
		require.Equal(t, corev1.DoNotSchedule, spread[0].WhenUnsatisfiable)
		require.Equal(t, corev1.NodeInclusionPolicyHonor, *spread[0].NodeTaintsPolicy, "a lost zone does not count")
		for _, one := range spread {
			require.Equal(t, deployment.Spec.Selector.MatchLabels, one.LabelSelector.MatchLabels, name)
			require.Equal(t, []string{"pod-template-hash"}, one.MatchLabelKeys, "a release is even by itself")
		}
		require.Zero(t, deployment.Spec.Strategy.RollingUpdate.MaxUnavailable.IntValue(), name)
		require.Equal(t, "25%", deployment.Spec.Strategy.RollingUpdate.MaxSurge.StrVal)
		require.Subset(t, deployment.Spec.Template.Labels, deployment.Spec.Selector.MatchLabels, name)
	}
}

func variablesOf(c corev1.Container) map[string]string {
	all := map[string]string{}
	for _, v := range c.Env {
		all[v.Name] = v.Value
	}
	return all
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(unchanged))
	app := func(name string) map[string]string {
		return variablesOf(object[appsv1.Deployment](t, g, name+"-deployment").Spec.Template.Spec.Containers[0])
	}
	common := map[string]string{
		"LISTEN_ADDR": ":8080", "LADDER_PHASE": "4", "LADDER_STACK": "test", "SHUTDOWN_DELAY": "10s",
		"SHUTDOWN_TIMEOUT": "20s", "TRUSTED_PROXIES": "2", "PUBLIC_HTTPS": "true", "GOMEMLIMIT": "460MiB", "GOMAXPROCS": "2",
	}
	stores := map[string]string{
		"AWS_REGION":             "us-east-1",
		"DATABASE_URL":           "postgres://ladder@db.example:5432/ladder?sslmode=verify-full&sslrootcert=/run/ladder/rds-ca.pem",
		"DATABASE_PASSWORD_FILE": "/run/ladder/password",
		"TOPOLOGY":               "ssm:/ladder/test/topology",
		"TOPOLOGY_INTERVAL":      "20s",
		"CACHE_URL":              "rediss://cache.example:6379",
		"CACHE_PASSWORD_FILE":    "/run/ladder/cache-password",
	}
	users, items, pages := app("user-service"), app("data-service"), app("web-service")
	for name, value := range common {
		require.Equal(t, value, users[name], name)
		require.Equal(t, value, items[name], name)
		require.Equal(t, value, pages[name], name)
	}
	for name, value := range stores {
		require.Equal(t, value, users[name], name)
		require.Equal(t, value, items[name], name)
		require.NotContains(t, pages, name)
	}
	const usersAt, itemsAt = "http://user-service.app.svc.cluster.local:8080", "http://data-service.app.svc.cluster.local:8080"
	require.Equal(t, []string{"user", "data", "web"}, []string{users["ROLE"], items["ROLE"], pages["ROLE"]})
	require.Equal(t, "/run/ladder/token.pem", users["TOKEN_KEY_FILE"])
	require.NotContains(t, users, "USER_URL", "it would call itself")
	require.Equal(t, usersAt, items["USER_URL"], "its keys verify tokens")
	require.NotContains(t, items, "TOKEN_KEY_FILE", "only the users' service signs")
	require.Equal(t, []string{usersAt, itemsAt}, []string{pages["USER_URL"], pages["DATA_URL"]})
	for _, env := range []map[string]string{users, items} {
		require.True(t, strings.HasPrefix(env["EVENTS_URL"], "sns:?"), env["EVENTS_URL"])
	}
	require.NotContains(t, pages, "EVENTS_URL")
}

func TestSidecar(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(unchanged))
	pod := object[appsv1.Deployment](t, g, "user-service-deployment").Spec.Template.Spec
	sidecar := pod.InitContainers[0]
	require.Equal(t, corev1.ContainerRestartPolicyAlways, *sidecar.RestartPolicy, "it stays beside the app")
	require.Equal(t, []string{
		"secrets", "-dir", "/run/ladder", "-every", "10m",
		"password=" + secretARN + "db#password",
		"rds-ca.pem=https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem",
		"cache-password=" + secretARN + "cache#password",
		"token.pem=" + secretARN + "token",
	}, sidecar.Args)
	require.Equal(t, []string{"/app", "secrets", "-check", "-dir", "/run/ladder"}, sidecar.StartupProbe.Exec.Command)
	require.False(t, sidecar.VolumeMounts[0].ReadOnly)
	require.True(t, pod.Containers[0].VolumeMounts[0].ReadOnly, "the app only reads them")

	pages := object[appsv1.Deployment](t, g, "web-service-deployment").Spec.Template.Spec
	require.Empty(t, pages.InitContainers, "it has no secrets")
	require.Empty(t, pages.Volumes)
}

func TestProbesAndStop(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(unchanged))
	pod := object[appsv1.Deployment](t, g, "data-service-deployment").Spec.Template.Spec
	app := pod.Containers[0]
	require.Equal(t, "/healthz", app.StartupProbe.HTTPGet.Path)
	require.Equal(t, "/healthz", app.LivenessProbe.HTTPGet.Path, "a database that is away is no reason to restart")
	require.Equal(t, "/readyz", app.ReadinessProbe.HTTPGet.Path)
	for _, probe := range []*corev1.Probe{app.StartupProbe, app.LivenessProbe, app.ReadinessProbe} {
		require.Equal(t, app.Ports[0].Name, probe.HTTPGet.Port.StrVal)
	}
	require.Greater(t, *pod.TerminationGracePeriodSeconds, int64(10+20), "longer than SHUTDOWN_DELAY and SHUTDOWN_TIMEOUT")
	require.Nil(t, app.Lifecycle, "the app itself serves on while it is not ready")
}

func TestMigration(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(withCanary(5)))
	job := object[batchv1.Job](t, g, "user-service-migrate")
	require.Equal(t, "user-service-migrate-"+strings.Repeat("a", 12), job.Name, "another image is another job")
	canary := object[batchv1.Job](t, g, "user-service-canary-migrate")
	require.Equal(t, "user-service-canary-migrate-"+strings.Repeat("b", 12), canary.Name,
		"a canary that becomes the stable release does not meet its own job")
	pod := job.Spec.Template
	require.Equal(t, []string{"migrate", "-wait", "5m"}, pod.Spec.Containers[0].Args)
	require.Equal(t, []string{
		"secrets", "-dir", "/run/ladder", "-every", "0", "password=" + secretARN + "db#password",
		"rds-ca.pem=https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem",
	}, pod.Spec.InitContainers[0].Args, "nothing but what it signs in with")
	require.Nil(t, pod.Spec.InitContainers[0].RestartPolicy)
	require.Equal(t, corev1.RestartPolicyNever, pod.Spec.RestartPolicy)
	require.Equal(t, "ssm:/ladder/test/topology", variablesOf(pod.Spec.Containers[0])["TOPOLOGY"], "of all servers the writer")
	require.NotNil(t, job.Spec.ActiveDeadlineSeconds)
	require.Equal(t, "migrate", pod.Labels["track"], "no Service sends users to it")
}

// A change of configuration is another template, so that it renews the pods; the same one is the same template.
func TestConfigurationRenewsPods(t *testing.T) {
	t.Parallel()
	pods := func(edit func(*service.Args)) string {
		g := graphtest.Record(t, program(edit))
		deployment := object[appsv1.Deployment](t, g, "user-service-deployment")
		return deployment.Spec.Template.String()
	}
	require.Equal(t, pods(unchanged), pods(unchanged))
	require.NotEqual(t, pods(unchanged), pods(func(a *service.Args) { a.Phase = 5 }))
}
