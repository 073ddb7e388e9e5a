package machine

import (
	"fmt"
	"slices"

	"github.com/ladder-iac/ladder/components/internal/check"
)

// AppPort is where the app of an app server behind a load balancer listens.
const AppPort = 8080

// MaxReleaseDelaySeconds is a day: a machine that waits for longer would be forgotten.
const MaxReleaseDelaySeconds = 86400

// AppParams are what differs between two groups of app servers. A field without a default is required.
type AppParams struct {
	Project           string // shown in the script's first line
	Stack             string // dimension of the metrics
	Phase             string // "1" to "9", shown by the app
	Region            string // AWS region, e.g. "us-east-1"
	ReleaseParameter  string // SSM parameter with JSON {version, bucket, key, sha256}; see Direct for when it is read
	DatabaseHost      string // name of the host that writes; its certificate is checked against it
	DatabasePort      int    // 1 to 65535
	DatabaseName      string // e.g. "ladder"
	DatabaseUser      string // the one that the secret is for
	SecretARN         string // Secrets Manager secret with JSON {username, password}, read every 10 minutes
	TokenKeySecretARN string // Secrets Manager secret with a PEM: PKCS#8, Ed25519; the same for all machines
	TopologyParameter string // SSM parameter with the app's topology; default none: all is at the host that writes
	LogGroup          string // CloudWatch log group of the app and its metrics

	// Direct: users reach the machine itself, on port 80, or 80 and 443 with Domain. As no new machine takes its place,
	// it follows the release parameter, every 30 s, with a roll-back. Default: it is behind a load balancer, listens on
	// AppPort, and reads the parameter at a boot.
	Direct bool
	// Domain serves HTTPS under this name, the same for all machines: they share certificates through the database.
	// Only with Direct; default none.
	Domain string
	// HTTPS: the load balancer has a certificate, and users come by nothing else. Only without Direct, which knows by
	// itself; default no.
	HTTPS bool
	// ReleaseDelaySeconds after a change of the parameter the machine takes it up; 0 to 86400; default 0. Only with
	// Direct. A turn takes up to 420 s: 30 s to see the change, 180 s until nobody is sent here and the app has stopped,
	// 60 s for the new one to be ready, and 150 s until health checks and resolvers believe it.
	ReleaseDelaySeconds int
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
		{"Domain", p.Domain},
	})
	c.That(p.DatabasePort >= 1 && p.DatabasePort <= 65535, "DatabasePort", p.DatabasePort, "1 to 65535")
	c.That(p.ReleaseDelaySeconds >= 0 && p.ReleaseDelaySeconds <= MaxReleaseDelaySeconds, "ReleaseDelaySeconds",
		p.ReleaseDelaySeconds, fmt.Sprintf("0 to %d", MaxReleaseDelaySeconds))
	c.That(!p.Direct || !p.HTTPS, "HTTPS", p.HTTPS, "false with Direct: Domain says it")
	if !p.Direct {
		c.That(p.Domain == "", "Domain", p.Domain, "nothing without Direct: the load balancer has the certificate")
		c.That(p.ReleaseDelaySeconds == 0, "ReleaseDelaySeconds", p.ReleaseDelaySeconds,
			"0 without Direct: a machine behind a load balancer is replaced for a release")
	}
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
	places := slices.Concat(common, appServer)
	if p.Direct {
		places = append(places, follower...)
	}
	return script(p.Project, p.Stack, "one of a group of app servers", env, places)
}
