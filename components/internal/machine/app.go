package machine

import (
	"slices"

	"github.com/ladder-iac/ladder/components/internal/check"
)

// AppPort is where the app of an app server listens; a load balancer stands before it.
const AppPort = 8080

// AppParams are what differs between two groups of app servers. A field without a default is required.
type AppParams struct {
	Project           string // shown in the script's first line
	Stack             string // dimension of the metrics
	Phase             string // "1" to "9", shown by the app
	Region            string // AWS region, e.g. "us-east-1"
	ReleaseParameter  string // SSM parameter with JSON {version, bucket, key, sha256}, read once, at the first boot
	DatabaseHost      string // name of the host that writes; its certificate is checked against it
	DatabasePort      int    // 1 to 65535
	DatabaseName      string // e.g. "ladder"
	DatabaseUser      string // the one that the secret is for
	SecretARN         string // Secrets Manager secret with JSON {username, password}, read every 10 minutes
	TokenKeySecretARN string // Secrets Manager secret with a PEM: PKCS#8, Ed25519; the same for all machines
	TopologyParameter string // SSM parameter with the app's topology; default none: all is at the host that writes
	LogGroup          string // CloudWatch log group of the app and its metrics
}

func (p AppParams) validate() error {
	c := check.Of("machine", p.Stack)
	checkFields(c, []field{
		{"Project", p.Project},
		{"Stack", p.Stack},
		{"Phase", p.Phase},
		{"Region", p.Region},
		{"ReleaseParameter", p.ReleaseParameter},
		{"DatabaseHost", p.DatabaseHost},
		{"DatabaseName", p.DatabaseName},
		{"DatabaseUser", p.DatabaseUser},
		{"SecretARN", p.SecretARN},
		{"TokenKeySecretARN", p.TokenKeySecretARN},
		{"TopologyParameter", p.TopologyParameter},
		{"LogGroup", p.LogGroup},
	})
	c.That(p.DatabasePort >= 1 && p.DatabasePort <= 65535, "DatabasePort", p.DatabasePort, "1 to 65535")
	return c.Err()
}

// AppUserData returns the script of an app server, as UserData does for a server with its database.
func AppUserData(p AppParams) (string, error) {
	if err := p.validate(); err != nil {
		return "", err
	}
	env, err := render("app-machine.env.tmpl", p)
	if err != nil {
		return "", err
	}
	return script(p.Project, p.Stack, "one of a group of app servers", env, slices.Concat(common, appServer))
}
