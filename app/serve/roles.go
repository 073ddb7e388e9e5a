package serve

import "github.com/ladder-iac/ladder/app/web"

// roleMigrate is the role of a process that migrates and ends, as the command migrate does.
const roleMigrate = "migrate"

// role is what a process serves. What it serves and has no address for, it has itself.
type role struct {
	mounts []web.Mount
	calls  []string // variables of addresses that it cannot work without
	itself string   // variable of its own address: with it, it would call itself
	// Where users are, what happens to them is published; where items are, it is consumed.
	publishes, consumes bool
}

// roles are all there are. One process is all of them in phases 1 to 3; in phase 4 each is its own.
var roles = map[string]role{
	"all": {
		mounts: []web.Mount{web.Pages, web.Keys, web.Users, web.Items}, publishes: true, consumes: true,
	},
	"web":       {mounts: []web.Mount{web.Pages, web.Users, web.Items}, calls: []string{userURL, dataURL}},
	"user":      {mounts: []web.Mount{web.Keys, web.Users}, itself: userURL, publishes: true},
	"data":      {mounts: []web.Mount{web.Items}, calls: []string{userURL}, itself: dataURL, consumes: true},
	roleMigrate: {},
}
