package serve

import "github.com/ladder-iac/ladder/app/web"

// role is what this process serves. One role serves everything as long as everything runs in one place.
const role = "all"

// roles is what a process of each role serves.
var roles = map[string][]web.Mount{
	"all": {web.Pages, web.Users, web.Items},
}
