package service

import (
	"maps"
	"slices"
)

// Role is what a service does: ROLE of the app.
type Role string

// The roles.
const (
	User Role = "user" // users, their tokens and the keys that verify them
	Data Role = "data" // items
	Web  Role = "web"  // pages, and the API in front of the other two
)

// role is what the app's own table of roles asks for  [app/serve/roles.go].
type role struct {
	calls     []Role
	stores    bool // it has data, so that it needs a topology and a schema
	signs     bool // it signs tokens; the others verify them by its public keys
	publishes bool
	consumes  bool
}

var roles = map[Role]role{
	User: {stores: true, signs: true, publishes: true},
	Data: {stores: true, consumes: true, calls: []Role{User}},
	Web:  {calls: []Role{User, Data}},
}

// addresses are the app's variables with the addresses of services.
var addresses = map[Role]string{User: "USER_URL", Data: "DATA_URL"}

// callers are the roles that call a role, sorted.
func (r Role) callers() []Role {
	var callers []Role
	for _, other := range slices.Sorted(maps.Keys(roles)) {
		if slices.Contains(roles[other].calls, r) {
			callers = append(callers, other)
		}
	}
	return callers
}

// Name is that of a role's objects in the cluster: the same in every region, so that it is no part of an address.
func (r Role) Name() string { return string(r) + "-service" }

func roleNames() []string {
	var names []string
	for _, r := range slices.Sorted(maps.Keys(roles)) {
		names = append(names, string(r))
	}
	return names
}
