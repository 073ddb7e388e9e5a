package serve

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ladder-iac/ladder/app/auth"
	"github.com/ladder-iac/ladder/app/remote"
)

// Variables of the addresses of services.
const (
	userURL = "USER_URL"
	dataURL = "DATA_URL"
)

// validateServices reports what keeps the role from its services and from its keys.
func (c Config) validateServices() error {
	known, ok := roles[c.Role]
	if !ok {
		return fmt.Errorf("ROLE: got %q, want one of %s", c.Role,
			strings.Join(slices.Sorted(maps.Keys(roles)), ", "))
	}
	var bad []error
	add := func(format string, args ...any) { bad = append(bad, fmt.Errorf(format, args...)) }
	addresses := map[string]string{userURL: c.UserURL, dataURL: c.DataURL}
	for _, name := range slices.Sorted(maps.Keys(addresses)) {
		if addresses[name] == "" {
			continue
		}
		if err := remote.CheckURL(addresses[name]); err != nil {
			add("%s: %w", name, err)
		}
		if name == known.itself {
			add("%s: the role %s would call itself; leave it out", name, c.Role)
		}
	}
	for _, name := range known.calls {
		if addresses[name] == "" {
			add("%s: got nothing, want the address of the service: the role %s calls it", name, c.Role)
		}
	}
	return errors.Join(append(bad, c.validateKeys())...)
}

// validateKeys reports what keeps tokens from being signed. Where users are remote, their service signs them.
func (c Config) validateKeys() error {
	var bad []error
	if c.TokenKeyFile != "" {
		if _, err := auth.ReadKey(c.TokenKeyFile); err != nil {
			bad = append(bad, fmt.Errorf("TOKEN_KEY_FILE: %w", err))
		}
	} else if c.DatabaseURL != memoryURL && c.UserURL == "" {
		bad = append(bad, errors.New("TOKEN_KEY_FILE: got nothing, want a file made by: "+
			"openssl genpkey -algorithm ed25519; tokens must outlive the process"))
	}
	for _, path := range c.TokenPreviousKeyFiles {
		if _, err := auth.ReadPublicKey(path); err != nil {
			bad = append(bad, fmt.Errorf("TOKEN_PREVIOUS_KEY_FILES: %w", err))
		}
	}
	if len(c.TokenPreviousKeyFiles) > 0 && c.TokenKeyFile == "" {
		bad = append(bad, errors.New("TOKEN_PREVIOUS_KEY_FILES: got files without TOKEN_KEY_FILE, want both"))
	}
	return errors.Join(bad...)
}
