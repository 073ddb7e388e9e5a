package service

import (
	"fmt"
	"strconv"
	"time"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/topology"
)

const (
	// Endpoints lose a stopping pod within a second or two, which everybody has to hear of: API server, mesh, gateway.
	shutdownDelay = 10 * time.Second
	// topologyInterval: a cell's 300 pods at most ask 15 times a second for a parameter that answers 40 times. Their
	// writer moves by its name anyway.
	topologyInterval = 20 * time.Second
	// The app's requests end within 5 s, uploads in 15.
	shutdownTimeout = 20 * time.Second
	// What the app closes after its last request: traces, pools, the hold on the outbox.
	shutdownReserve = 15 * time.Second
	// Proxies in front of the app that write the client's address down: the load balancer, and the gateway.
	trustedProxies = 2
)

// Files with secrets, as machines have them.
const (
	secretsDir    = "/run/ladder"
	passwordFile  = "password"
	cachePassword = "cache-password"
	tokenFile     = "token.pem"
	authorityFile = "rds-ca.pem"
)

// authorities sign the certificates of databases in all regions: a secondary region writes in the other one.
const authorities = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"

// secretFiles are arguments of `app secrets`: NAME=SOURCE.
func (a *Args) secretFiles(only ...string) pulumi.StringArray {
	var files pulumi.StringArray
	add := func(name string, source pulumi.StringInput, field string) {
		for _, wanted := range only {
			if wanted == name {
				files = append(files, pulumi.Sprintf("%s=%s%s", name, source, field))
			}
		}
	}
	if a.Topology != nil {
		add(passwordFile, a.Topology.Credential.ARN, "#password")
		add(authorityFile, pulumi.String(authorities), "")
		if a.Topology.Cache != nil {
			add(cachePassword, a.Topology.Cache.SecretARN, "#password")
		}
	}
	if a.TokenKey != nil {
		add(tokenFile, a.TokenKey.ARN, "")
	}
	return files
}

// environment is the app's configuration. It stands in the pod's template, so that a change renews the pods.
func (a *Args) environment() corev1.EnvVarArray {
	env := variables{}
	env.set("ROLE", pulumi.String(a.Role))
	env.set("LISTEN_ADDR", pulumi.Sprintf(":%d", Port))
	env.set("LADDER_PHASE", pulumi.String(strconv.Itoa(a.Phase)))
	env.set("LADDER_STACK", pulumi.String(a.stack))
	env.set("SHUTDOWN_DELAY", pulumi.String(shutdownDelay.String()))
	env.set("SHUTDOWN_TIMEOUT", pulumi.String(shutdownTimeout.String()))
	env.set("TRUSTED_PROXIES", pulumi.String(strconv.Itoa(trustedProxies)))
	env.set("PUBLIC_HTTPS", pulumi.String("true")) // the cell's balancer sends everything else there
	env.limits(memoryMiB, a.CPU)
	if origin := a.Namespace.Origin; origin != "" {
		env.set("CORS_ORIGIN", pulumi.String(origin))
	}
	for _, peer := range a.Peers {
		env.set(addresses[peer.Role], pulumi.String(peer.URL))
	}
	if a.Topology != nil {
		env = append(env, a.database()...)
		env.cache(a.Topology)
	}
	if a.TokenKey != nil {
		env.set("TOKEN_KEY_FILE", pulumi.String(secretsDir+"/"+tokenFile))
	}
	if a.Events != nil {
		env.set("EVENTS_URL", a.Events.URL)
	}
	return corev1.EnvVarArray(env)
}

// database is where the data is, and how to sign in there.
func (a *Args) database() variables {
	env := variables{}
	env.set("AWS_REGION", pulumi.String(a.Namespace.Region))
	env.set("DATABASE_URL", pulumi.Sprintf("postgres://%s@%s:%d/%s?sslmode=verify-full&sslrootcert=%s/%s",
		a.Topology.Credential.Username, a.Topology.Writer, topology.DatabasePort, a.Topology.Database,
		secretsDir, authorityFile))
	env.set("DATABASE_PASSWORD_FILE", pulumi.String(secretsDir+"/"+passwordFile))
	env.set("TOPOLOGY", pulumi.Sprintf("ssm:%s", a.Topology.ParameterName))
	env.set("TOPOLOGY_INTERVAL", pulumi.String(topologyInterval.String()))
	return env
}

// variables are in the order in which they were set: any other order would be another template.
type variables corev1.EnvVarArray

func (v *variables) set(name string, value pulumi.StringInput) {
	*v = append(*v, corev1.EnvVarArgs{Name: pulumi.String(name), Value: value.ToStringOutput().ToStringPtrOutput()})
}

// limits tell the runtime what the container has. Without a limit it would take the node's processors, and with each
// of them work on one more password at a time, 19 MiB each.
func (v *variables) limits(memoryMiB, milliCPU int) {
	v.set("GOMEMLIMIT", pulumi.String(fmt.Sprintf("%dMiB", memoryMiB*9/10)))
	v.set("GOMAXPROCS", pulumi.String(strconv.Itoa(max(2, (2*milliCPU+999)/1000))))
}

func (v *variables) cache(t *topology.Topology) {
	if t.Cache == nil {
		v.set("CACHE_URL", pulumi.String("memory:"))
		return
	}
	v.set("CACHE_URL", pulumi.Sprintf("rediss://%s", t.Cache.Endpoint))
	v.set("CACHE_PASSWORD_FILE", pulumi.String(secretsDir+"/"+cachePassword))
}
