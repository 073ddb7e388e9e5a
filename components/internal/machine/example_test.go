package machine_test

import (
	"fmt"

	"github.com/ladder-iac/ladder/components/internal/machine"
)

func ExampleUserData() {
	script, err := machine.UserData(machine.Params{
		Project: "ladder", Stack: "prod", Phase: "1", Region: "us-east-1",
		ReleaseParameter: "/ladder/prod/release", BackupBucket: "server-backups-1a2b3c4",
		SecretARN:         "arn:aws:secretsmanager:us-east-1:123456789012:secret:database-1a2b3c4-AbCdEf",
		TokenKeySecretARN: "arn:aws:secretsmanager:us-east-1:123456789012:secret:token-key-1a2b3c4-GhIjKl",
		DataVolumeID:      "vol-0123456789abcdef0", LogGroup: "/ladder/prod/app", PostgresMajor: 17,
	})
	fmt.Println(script[:11], len(script) < machine.Limit, err)
	// Output: #!/bin/bash true <nil>
}
