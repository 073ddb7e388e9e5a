package globaldb

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/aurora"
)

// Metrics of a secondary in AWS/RDS, in milliseconds. AWS has the first in the secondary's region only, so that a
// switchover moves it, and advises to read the second before one  [Aurora User Guide, Performing switchovers, 2026-11].
const (
	ReplicationLag = "AuroraGlobalDBReplicationLag"
	RPOLag         = "AuroraGlobalDBRPOLag" // commits that a failover would lose
)

// LagDimensions are those under which CloudWatch has a secondary's lag in its region.
func LagDimensions(secondary *aurora.Aurora) pulumi.StringMap {
	return pulumi.StringMap{
		"DBClusterIdentifier": secondary.ClusterID, "SourceRegion": pulumi.String(secondary.Global.Region),
	}
}
