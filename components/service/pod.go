package service

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	appContainer     = "app"
	secretsContainer = "secrets"
	secretsVolume    = "secrets"

	binary = "/app" // in the image

	nobody = 65532 // user and group of the image

	// memoryMiB of the app: 32 of what it has read, 19 for each password in work, requests of 128 KiB.
	memoryMiB = 512
	// sidecarMiB of `app secrets`: the binary's own start and the AWS SDK.
	sidecarMiB = 64
	sidecarCPU = 10 // thousandths of a core: it works once in ten minutes
)

// template is the pod of a track.
func (a *Args) template(t track) corev1.PodTemplateSpecArgs {
	spec := a.podSpec()
	spec.Containers = corev1.ContainerArray{a.app(t)}
	spec.TopologySpreadConstraints = spread(t)
	spec.TerminationGracePeriodSeconds = pulumi.Int(
		int((shutdownDelay + shutdownTimeout + shutdownReserve).Seconds()))
	if files := a.secretFiles(passwordFile, cachePassword, tokenFile, authorityFile); len(files) > 0 {
		spec.InitContainers = corev1.ContainerArray{a.sidecar(t, files)}
		spec.Volumes = volumes()
	}
	return corev1.PodTemplateSpecArgs{
		Metadata: metav1.ObjectMetaArgs{Labels: pulumi.ToStringMap(t.podLabels())},
		Spec:     spec,
	}
}

// podSpec is what all pods have. [Kubernetes, Pod Security Standards, restricted].
func (a *Args) podSpec() corev1.PodSpecArgs {
	return corev1.PodSpecArgs{
		ServiceAccountName: pulumi.String(a.Role.Name()),
		// The app does not ask the cluster's API. EKS Pod Identity mounts a token of its own.
		AutomountServiceAccountToken: pulumi.Bool(false),
		EnableServiceLinks:           pulumi.Bool(false),
		SecurityContext: corev1.PodSecurityContextArgs{
			RunAsNonRoot: pulumi.Bool(true), RunAsUser: pulumi.Int(nobody), RunAsGroup: pulumi.Int(nobody),
			SeccompProfile: corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		// Names of AWS have more than two dots and are asked for as they are; with the default of 5 each would be looked
		// for in the cluster first, four times.
		DnsConfig: corev1.PodDNSConfigArgs{Options: corev1.PodDNSConfigOptionArray{
			corev1.PodDNSConfigOptionArgs{Name: pulumi.String("ndots"), Value: pulumi.String("2")},
		}},
	}
}

func volumes() corev1.VolumeArray {
	return corev1.VolumeArray{corev1.VolumeArgs{
		Name: pulumi.String(secretsVolume),
		EmptyDir: corev1.EmptyDirVolumeSourceArgs{
			Medium: pulumi.String("Memory"), SizeLimit: pulumi.String("4Mi"),
		},
	}}
}

// mount is where files with secrets are, for everybody but who writes them to read only.
func mount(readOnly bool) corev1.VolumeMountArray {
	return corev1.VolumeMountArray{corev1.VolumeMountArgs{
		Name: pulumi.String(secretsVolume), MountPath: pulumi.String(secretsDir), ReadOnly: pulumi.Bool(readOnly),
	}}
}

// container is what all containers have.
func container(name string, image pulumi.StringInput, args pulumi.StringArray) corev1.ContainerArgs {
	return corev1.ContainerArgs{
		Name: pulumi.String(name), Image: image.ToStringOutput().ToStringPtrOutput(),
		ImagePullPolicy: pulumi.String("IfNotPresent"), // a digest is always the same
		Command:         pulumi.StringArray{pulumi.String(binary)}, Args: args,
		SecurityContext: corev1.SecurityContextArgs{
			AllowPrivilegeEscalation: pulumi.Bool(false),
			ReadOnlyRootFilesystem:   pulumi.Bool(true),
			Capabilities:             corev1.CapabilitiesArgs{Drop: pulumi.ToStringArray([]string{"ALL"})},
		},
	}
}

// app is the container that users reach. It has no limit of processor time: a throttled app answers late while the
// processor is idle, and what others asked for they get all the same.
func (a *Args) app(t track) corev1.ContainerArgs {
	app := container(appContainer, t.image, pulumi.ToStringArray([]string{"serve"}))
	app.Env = a.environment()
	app.Ports = corev1.ContainerPortArray{corev1.ContainerPortArgs{
		Name: pulumi.String("http"), ContainerPort: pulumi.Int(Port), Protocol: pulumi.String("TCP"),
	}}
	app.Resources = resources(a.CPU, memoryMiB)
	if len(a.secretFiles(passwordFile, tokenFile)) > 0 {
		app.VolumeMounts = mount(true)
	}
	// A minute for the first connection to a database that is just switching over.
	app.StartupProbe = probe("/healthz", 1, 60)
	app.LivenessProbe = probe("/healthz", 10, 3)
	app.ReadinessProbe = probe("/readyz", 5, 2)
	return app
}

func probe(path string, periodSeconds, failures int) corev1.ProbeArgs {
	return corev1.ProbeArgs{
		HttpGet:       corev1.HTTPGetActionArgs{Path: pulumi.String(path), Port: pulumi.String("http")},
		PeriodSeconds: pulumi.Int(periodSeconds), TimeoutSeconds: pulumi.Int(3), FailureThreshold: pulumi.Int(failures),
	}
}

// sidecar keeps the files with secrets current. It is an init container that stays: the app starts when all files are
// there, and it stops after the app.
func (a *Args) sidecar(t track, files pulumi.StringArray) corev1.ContainerArgs {
	sidecar := a.fetcher(t.image, "10m", files)
	sidecar.RestartPolicy = pulumi.String("Always")
	sidecar.StartupProbe = corev1.ProbeArgs{
		Exec: corev1.ExecActionArgs{
			Command: pulumi.ToStringArray([]string{binary, "secrets", "-check", "-dir", secretsDir}),
		},
		PeriodSeconds: pulumi.Int(1), TimeoutSeconds: pulumi.Int(5),
		FailureThreshold: pulumi.Int(300), // it goes on asking by itself, and an outage of AWS is no reason to start anew
	}
	return sidecar
}

// fetcher fetches files with secrets, and again so often; "0" once.
func (a *Args) fetcher(image pulumi.StringInput, every string, files pulumi.StringArray) corev1.ContainerArgs {
	args := pulumi.ToStringArray([]string{"secrets", "-dir", secretsDir, "-every", every})
	fetcher := container(secretsContainer, image, append(args, files...))
	env := variables{}
	env.set("AWS_REGION", pulumi.String(a.Namespace.Region))
	env.limits(sidecarMiB, sidecarCPU)
	fetcher.Env = corev1.EnvVarArray(env)
	fetcher.Resources = resources(sidecarCPU, sidecarMiB)
	fetcher.VolumeMounts = mount(false)
	return fetcher
}

func resources(milliCPU, memoryMiB int) corev1.ResourceRequirementsArgs {
	memory := fmt.Sprintf("%dMi", memoryMiB)
	return corev1.ResourceRequirementsArgs{
		Requests: pulumi.ToStringMap(map[string]string{"cpu": fmt.Sprintf("%dm", milliCPU), "memory": memory}),
		Limits:   pulumi.ToStringMap(map[string]string{"memory": memory}), // not to be promised twice
	}
}

// spread puts the pods of a track and a revision over zones evenly, and over nodes if it can be. A zone that is lost
// does not count: its nodes are tainted, and what is left takes the pods.
func spread(t track) corev1.TopologySpreadConstraintArray {
	over := func(key, otherwise string) corev1.TopologySpreadConstraintArgs {
		return corev1.TopologySpreadConstraintArgs{
			TopologyKey: pulumi.String(key), MaxSkew: pulumi.Int(1), WhenUnsatisfiable: pulumi.String(otherwise),
			LabelSelector:    metav1.LabelSelectorArgs{MatchLabels: pulumi.ToStringMap(t.selector())},
			MatchLabelKeys:   pulumi.ToStringArray([]string{"pod-template-hash"}),
			NodeTaintsPolicy: pulumi.String("Honor"),
		}
	}
	return corev1.TopologySpreadConstraintArray{
		over("topology.kubernetes.io/zone", "DoNotSchedule"),
		over("kubernetes.io/hostname", "ScheduleAnyway"),
	}
}
