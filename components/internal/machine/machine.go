// Package machine writes the scripts with which an EC2 instance of Amazon Linux 2023 turns itself into a server.
// UserData makes phase 1's: app and PostgreSQL on one machine, with archive, base backups, releases that roll back,
// and metrics. AppUserData makes one of a group of app servers, with its data elsewhere, behind a load balancer or
// reached directly.
//
// The work is done by plain shell scripts under files/, which read everything that varies from one file,
// /etc/ladder/machine.env. They keep what they find: a new machine that gets an existing data volume takes over
// the database on it. No secret is in the script; the machine fetches them with its role.
//
// Creates nothing and costs nothing. Pure Go: neither Pulumi nor AWS.
package machine

import (
	"fmt"
	"slices"

	"github.com/ladder-iac/ladder/components/internal/check"
)

// Limit is how many bytes of user data EC2 takes, before base64 [Amazon EC2 User Guide, 2026-09].
const Limit = 16384

// Params are what differs between two machines. Everything ends up in a shell script, so that every field has a
// pattern; a field without a default is required.
type Params struct {
	Project           string // shown in the script's first line
	Stack             string // dimension of the metrics
	Phase             string // "1" to "9", shown by the app
	Region            string // AWS region, e.g. "us-east-1"
	ReleaseParameter  string // SSM parameter with JSON {version, bucket, key, sha256}, e.g. "/ladder/prod/release"
	BackupBucket      string // S3 bucket for base/ and wal/
	SecretARN         string // Secrets Manager secret with JSON {username, password}; username must be "ladder"
	TokenKeySecretARN string // Secrets Manager secret with a PEM: PKCS#8, Ed25519; read on every boot
	DataVolumeID      string // EBS volume, e.g. "vol-0123456789abcdef0"
	Domain            string // serves HTTPS under this name; default none: HTTP on port 80
	LogGroup          string // CloudWatch log group of the app and its metrics
	PostgresMajor     int    // 15 to 17, the packages of Amazon Linux 2023
}

func (p Params) validate() error {
	c := check.Of("machine", p.Stack)
	checkFields(c, []field{
		{"Project", p.Project},
		{"Stack", p.Stack},
		{"Phase", p.Phase},
		{"Region", p.Region},
		{"ReleaseParameter", p.ReleaseParameter},
		{"BackupBucket", p.BackupBucket},
		{"SecretARN", p.SecretARN},
		{"TokenKeySecretARN", p.TokenKeySecretARN},
		{"DataVolumeID", p.DataVolumeID},
		{"Domain", p.Domain},
		{"LogGroup", p.LogGroup},
	})
	c.That(p.PostgresMajor >= 15 && p.PostgresMajor <= 17, "PostgresMajor", p.PostgresMajor,
		"15, 16 or 17, the versions of Amazon Linux 2023")
	return c.Err()
}

// UserData returns the script for EC2's user data, the same for equal params. The error lists every mistake in
// the params; a script beyond Limit is an error, too.
func UserData(p Params) (string, error) {
	if err := p.validate(); err != nil {
		return "", err
	}
	env, err := render("machine.env.tmpl", p)
	if err != nil {
		return "", err
	}
	return script(p.Project, p.Stack, "one server with app and PostgreSQL", env, slices.Concat(common, follower, server))
}

// script puts settings and files together.
func script(project, stack, what, env string, places []place) (string, error) {
	packed, err := pack(places)
	if err != nil {
		return "", err
	}
	text, err := render("user-data.sh.tmpl", map[string]string{
		"Project": project, "Stack": stack, "What": what, "Env": env, "Files": packed,
	})
	if err != nil {
		return "", err
	}
	if len(text) >= Limit {
		return "", fmt.Errorf("machine %q: user data: got %d bytes, want less than %d; "+
			"shorten components/internal/machine/files", stack, len(text), Limit)
	}
	return text, nil
}
