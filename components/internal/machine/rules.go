package machine

import (
	"regexp"

	"github.com/ladder-iac/ladder/components/internal/check"
)

// field is a value that goes into a shell script.
type field struct{ name, value string }

const (
	name  = `[A-Za-z0-9][A-Za-z0-9._-]{0,99}`
	arn   = `arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+`
	label = `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`
)

// rules say what may stand in a field. None lets a quote, a space, a dollar or a line break through.
var rules = map[string]struct{ pattern, want string }{
	"Project":          {name, "letters, digits, dots and dashes"},
	"Stack":            {name, "letters, digits, dots and dashes"},
	"Phase":            {`[1-9]`, "the number of the phase"},
	"Region":           {`[a-z]{2}(-[a-z]+)+-[0-9]`, "an AWS region such as us-east-1"},
	"ReleaseParameter": {`/[A-Za-z0-9._/-]{1,1000}`, "the path of an SSM parameter such as /ladder/prod/release"},
	"TopologyParameter": {
		`|/[A-Za-z0-9._/-]{1,1000}`, "the path of an SSM parameter such as /ladder/prod/topology, or nothing",
	},
	"BackupBucket":      {`[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]`, "the name of an S3 bucket"},
	"SecretARN":         {arn, "the ARN of a Secrets Manager secret, never the secret itself"},
	"TokenKeySecretARN": {arn, "the ARN of a Secrets Manager secret, never the secret itself"},
	"DataVolumeID":      {`vol-[0-9a-f]{8,17}`, "the id of an EBS volume such as vol-0123456789abcdef0"},
	"Domain": {
		`|(` + label + `\.)+[a-z]{2,63}`,
		"a domain name in lower case such as app.example.com, or nothing for plain HTTP",
	},
	"DatabaseHost": {`(` + label + `\.)*` + label, "the name of the database's host, without port"},
	"DatabaseName": {`[a-z_][a-z0-9_]{0,62}`, "lower-case letters, digits and _, a letter first"},
	"DatabaseUser": {`[a-z_][a-z0-9_]{0,62}`, "lower-case letters, digits and _, a letter first"},
	"LogGroup":     {`[A-Za-z0-9._/-]{1,512}`, "the name of a CloudWatch log group such as /ladder/prod/app"},
}

func checkFields(c *check.Args, fields []field) {
	for _, f := range fields {
		rule := rules[f.name]
		c.That(regexp.MustCompile(`^(?:`+rule.pattern+`)$`).MatchString(f.value), f.name, f.value, rule.want)
	}
}
