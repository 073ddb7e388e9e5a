package monitor

import (
	"fmt"

	"github.com/ladder-iac/ladder/components/aurora"
	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/web"
)

// fullPercent of a group's largest number of servers, on an hour's average, is the whole hour at the largest.
const fullPercent = 95

// MonolithLimits triggers phase 4: parts of the app need to scale apart. Class is the database's, as for Aurora.
func MonolithLimits(servers *web.Web, db *aurora.Aurora) Trigger {
	return Trigger{
		kind: "MonolithLimits", next: 4,
		check: func(c *check.Args, field string) {
			c.Given(servers != nil, field, "MonolithLimits of a web component")
			c.Given(db != nil, field, "MonolithLimits of an aurora component")
		},
		signs: func(s scope) []sign {
			group, writer, most := machines(servers), role(db.ClusterID, "WRITER"), maxConnections(db.Class)
			return []sign{
				{
					name: "machines", title: "Servers, percent of the most, by the hour",
					seen:   fmt.Sprintf("the group had more than %d %% of its largest number of servers", fullPercent),
					limits: "Every server runs the whole app, and one busy part grows all; until then, raise ladder:maxAppServers",
					gives:  "services that scale apart, in a cluster, over regions",
					metric: metric{
						expression: "100 * serving / largest",
						parts: map[string]metric{
							"serving": group("GroupInServiceInstances", "Average"), "largest": group("GroupMaxSize", "Maximum"),
						},
					},
					comparison: above, threshold: fullPercent,
				},
				{
					name: "writer", title: "Writer's processor, percent, by the hour",
					seen:   fmt.Sprintf("the database's writer was more than %d %% busy", busyPercent),
					limits: "There is one writer, and readers do not help it; until then, a larger ladder:databaseClass",
					gives:  "a database for each service, and writes in more than one region",
					metric: writer("CPUUtilization", "Average"), comparison: above, threshold: busyPercent,
				},
				{
					name: "connections", title: "Writer's connections, by the hour",
					seen: fmt.Sprintf("the writer had more than %d connections, %d %% of the most",
						most*crowdedPercent/100, crowdedPercent),
					limits: "Each server brings a pool of its own, and all pools end at one writer",
					gives:  "services that share few connections to a database of their own",
					metric: writer("DatabaseConnections", "Average"), comparison: above,
					threshold: float64(most * crowdedPercent / 100),
				},
				s.peak(balancer(servers)("RequestCount", "Sum"),
					"One region answers all users, and those far away wait longest",
					"edges near the users that answer most reads, and several regions behind them"),
			}
		},
	}
}
