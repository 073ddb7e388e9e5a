package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

// configCopy writes the stack's file with the overrides into a new temporary folder, together with the
// project's name, and returns the folder. The CLI reads that copy (--config-file) and may write a salt into
// it, while it still runs in the project root: Pulumi.yaml and relative paths are the user's own.
func (s *stack) configCopy(state *apitype.DeploymentV3) (dir string, err error) {
	proj, err := workspace.LoadProject(filepath.Join(s.Project.Root, "Pulumi.yaml"))
	if err != nil {
		return "", fmt.Errorf("project file Pulumi.yaml: %w", err)
	}
	file, err := workspace.LoadProjectStack(nil, proj, s.Project.StackFile(s.Stack))
	if err != nil {
		return "", fmt.Errorf("stack file Pulumi.%s.yaml: %w", s.Stack, err)
	}
	if err := override(file, s.Overrides); err != nil {
		return "", err
	}
	salt := saltOf(state)
	switch encrypted := file.Config.HasSecureValue(); {
	case s.Simulate != nil && !encrypted: // the simulation has secrets of its own, and never asks a real KMS
		file.EncryptionSalt, file.SecretsProvider, file.EncryptedKey = salt, "", ""
	case !encrypted && file.SecretsProvider == "" && file.EncryptionSalt == "":
		file.EncryptionSalt = salt // else the CLI would make a new one and lose it with the copy
	}
	if dir, err = os.MkdirTemp("", "ladder-"); err != nil {
		return "", err
	}
	stub := fmt.Sprintf("name: %s\nruntime: go\n", proj.Name)
	if err := errors.Join(
		file.Save(filepath.Join(dir, s.fileName())),
		os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), []byte(stub), 0o600),
	); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}

func (s *stack) fileName() string { return filepath.Base(s.Project.StackFile(s.Stack)) }

// override sets values in file. All bad keys are reported at once.
func override(file *workspace.ProjectStack, values map[string]string) error {
	if file.Config == nil {
		file.Config = config.Map{}
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(values)) {
		key, err := config.ParseKey(name)
		if err != nil {
			errs = append(errs, fmt.Errorf("override %q: want a full key such as ladder:phase", name))
			continue
		}
		file.Config[key] = configValue(values[name])
	}
	return errors.Join(errs...)
}

// configValue makes JSON objects and lists structured values, everything else a string.
func configValue(text string) config.Value {
	var value any
	if json.Unmarshal([]byte(text), &value) == nil {
		switch value.(type) {
		case map[string]any, []any:
			return config.NewObjectValue(text)
		}
	}
	return config.NewValue(text)
}

// saltOf returns the salt that the state's secrets were encrypted with, "" when they use no passphrase.
func saltOf(state *apitype.DeploymentV3) string {
	if state == nil || state.SecretsProviders == nil || state.SecretsProviders.Type != "passphrase" {
		return ""
	}
	var provider struct {
		Salt string `json:"salt"`
	}
	if json.Unmarshal(state.SecretsProviders.State, &provider) != nil {
		return "" // the CLI will say what is wrong with it
	}
	return provider.Salt
}
