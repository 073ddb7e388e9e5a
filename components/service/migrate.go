package service

import (
	batchv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/batch/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	migrateSeconds = 900 // a migration holds no lock for long, and yet may fill an index
	migrateTries   = 3
)

// migrate brings the schema to an image's version, before its pods come: Pulumi waits for the end of the job. The job
// is named after the image, so that each image has its own; what it did is still to be read while the image runs.
func (s *Service) migrate(
	ctx *pulumi.Context, name string, args Args, t track, before []pulumi.Resource,
) (pulumi.Resource, error) {
	spec := args.podSpec()
	spec.RestartPolicy = pulumi.String("Never")
	files := args.secretFiles(passwordFile, authorityFile)
	spec.InitContainers = corev1.ContainerArray{args.fetcher(t.image, "0", files)}
	spec.Containers = corev1.ContainerArray{args.migration(t)}
	spec.Volumes = volumes()
	object := args.metadata(t.object() + "-migrate-" + t.version)
	// A job that failed, or has not ended, is run again by the next update; without it that only looks at the failure.
	object.Annotations = pulumi.StringMap{"pulumi.com/replaceUnready": pulumi.String("true")}
	labels := track{role: args.Role, name: "migrate", version: t.version}.podLabels()
	return batchv1.NewJob(ctx, t.child(name, "migrate"), &batchv1.JobArgs{
		Metadata: object,
		Spec: batchv1.JobSpecArgs{
			BackoffLimit: pulumi.Int(migrateTries), ActiveDeadlineSeconds: pulumi.Int(migrateSeconds),
			Template: corev1.PodTemplateSpecArgs{
				Metadata: metav1.ObjectMetaArgs{Labels: pulumi.ToStringMap(labels)},
				Spec:     spec,
			},
		},
	}, append(s.in(args), pulumi.DependsOn(before),
		pulumi.Timeouts(&pulumi.CustomTimeouts{Create: "20m", Update: "20m"}))...)
}

// migration needs what leads to the database, and nothing else.
func (a *Args) migration(t track) corev1.ContainerArgs {
	app := container(appContainer, t.image, pulumi.ToStringArray([]string{"migrate", "-wait", "5m"}))
	env := a.database()
	env.limits(memoryMiB, a.CPU)
	app.Env = corev1.EnvVarArray(env)
	app.Resources = resources(a.CPU, memoryMiB)
	app.VolumeMounts = mount(true)
	return app
}
