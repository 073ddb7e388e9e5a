// Package machine writes the script with which an EC2 instance of Amazon Linux 2023 turns itself into phase 1's
// server: app and PostgreSQL on one machine, with archive, base backups, releases that roll back, and metrics.
//
// The work is done by plain shell scripts under files/, which read everything that varies from one file,
// /etc/ladder/machine.env. They keep what they find: a new machine that gets an existing data volume takes over
// the database on it. No secret is in the script; the machine fetches the password with its role.
//
// Creates nothing and costs nothing. Pure Go: neither Pulumi nor AWS.
package machine

import (
	"fmt"
	"regexp"

	"github.com/ladder-iac/ladder/components/internal/check"
)

// Limit is how many bytes of user data EC2 takes, before base64 [Amazon EC2 User Guide, 2026-09].
const Limit = 16384

// Params are what differs between two machines. Everything ends up in a shell script, so that every field has a
// pattern; a field without a default is required.
type Params struct {
	Project          string // shown in the script's first line
	Stack            string // dimension of the metrics
	Phase            string // "1" to "9", shown by the app
	Region           string // AWS region, e.g. "us-east-1"
	ReleaseParameter string // SSM parameter with JSON {version, bucket, key, sha256}, e.g. "/ladder/prod/release"
	BackupBucket     string // S3 bucket for base/ and wal/
	SecretARN        string // Secrets Manager secret with JSON {username, password}; username must be "ladder"
	DataVolumeID     string // EBS volume, e.g. "vol-0123456789abcdef0"
	Domain           string // serves HTTPS under this name; default none: HTTP on port 80
	LogGroup         string // CloudWatch log group of the app and its metrics
	PostgresMajor    int    // 15 to 17, the packages of Amazon Linux 2023
}

const name = `[A-Za-z0-9][A-Za-z0-9._-]{0,99}`

// rules say what may stand in a field. None lets a quote, a space, a dollar or a line break through.
var rules = []struct {
	field, pattern, want string
	value                func(Params) string
}{
	{"Project", name, "letters, digits, dots and dashes", func(p Params) string { return p.Project }},
	{"Stack", name, "letters, digits, dots and dashes", func(p Params) string { return p.Stack }},
	{"Phase", `[1-9]`, "the number of the phase", func(p Params) string { return p.Phase }},
	{"Region", `[a-z]{2}(-[a-z]+)+-[0-9]`, "an AWS region such as us-east-1", func(p Params) string { return p.Region }},
	{
		"ReleaseParameter", `/[A-Za-z0-9._/-]{1,1000}`, "the path of an SSM parameter such as /ladder/prod/release",
		func(p Params) string { return p.ReleaseParameter },
	},
	{
		"BackupBucket", `[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]`, "the name of an S3 bucket",
		func(p Params) string { return p.BackupBucket },
	},
	{
		"SecretARN", `arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+`,
		"the ARN of a Secrets Manager secret, never the secret itself", func(p Params) string { return p.SecretARN },
	},
	{
		"DataVolumeID", `vol-[0-9a-f]{8,17}`, "the id of an EBS volume such as vol-0123456789abcdef0",
		func(p Params) string { return p.DataVolumeID },
	},
	{
		"Domain", `|([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}`,
		"a domain name in lower case such as app.example.com, or nothing for plain HTTP",
		func(p Params) string { return p.Domain },
	},
	{
		"LogGroup", `[A-Za-z0-9._/-]{1,512}`, "the name of a CloudWatch log group such as /ladder/prod/app",
		func(p Params) string { return p.LogGroup },
	},
}

func (p Params) validate() error {
	c := check.Of("machine", p.Stack)
	for _, rule := range rules {
		value := rule.value(p)
		c.That(regexp.MustCompile(`^(?:`+rule.pattern+`)$`).MatchString(value), rule.field, value, rule.want)
	}
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
	packed, err := pack()
	if err != nil {
		return "", err
	}
	script, err := render("user-data.sh.tmpl", map[string]any{"Params": p, "Env": env, "Files": packed})
	if err != nil {
		return "", err
	}
	if len(script) >= Limit {
		return "", fmt.Errorf("machine %q: user data: got %d bytes, want less than %d; shorten components/vm/machine/files",
			p.Stack, len(script), Limit)
	}
	return script, nil
}
