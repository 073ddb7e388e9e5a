package engine

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The parts of a simulation's folder. State and passphrase belong together: without the passphrase the
// secrets in the state are lost.
const (
	stateFolder    = "state"
	homeFolder     = "home"
	passphraseFile = "passphrase"
)

// skipCheckpoints makes the CLI write the state once, at an operation's end. Writing it at each step takes
// longer the more there is: of 80 s that phase 4 takes to come up, 73. An operation that is killed then leaves
// nothing of itself in the state.
// https://github.com/pulumi/pulumi/issues/10668
const skipCheckpoints = "PULUMI_SKIP_CHECKPOINTS="

// SimulatedEnv prepares the folder and returns the environment of a simulated run: the user's own, without
// anything that would lead the CLI to the user's backend or to real providers. PULUMI_SKIP_CHECKPOINTS stays.
func SimulatedEnv(dir string, user, providers []string) ([]string, error) {
	for _, folder := range []string{stateFolder, homeFolder} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			return nil, err
		}
	}
	var env []string
	for _, entry := range user {
		if !strings.HasPrefix(entry, "PULUMI_") || strings.HasPrefix(entry, skipCheckpoints) {
			env = append(env, entry)
		}
	}
	passphrase, err := passphraseEnv(dir, user)
	if err != nil {
		return nil, err
	}
	env = append(env, passphrase,
		"PULUMI_BACKEND_URL=file://"+filepath.ToSlash(filepath.Join(dir, stateFolder)),
		"PULUMI_HOME="+filepath.Join(dir, homeFolder),
		"PULUMI_SKIP_UPDATE_CHECK=true",
		"PULUMI_SUPPRESS_NEO_LINK=true",
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
		"PULUMI_IGNORE_AMBIENT_PLUGINS=true", // a real provider on PATH must never stand in
	)
	return append(env, providers...), nil
}

// passphraseEnv returns the user's passphrase setting, else one that is made once for this folder.
func passphraseEnv(dir string, user []string) (string, error) {
	if value, ok := lookupEnv(user, "PULUMI_CONFIG_PASSPHRASE"); ok {
		return "PULUMI_CONFIG_PASSPHRASE=" + value, nil
	}
	if path, ok := lookupEnv(user, "PULUMI_CONFIG_PASSPHRASE_FILE"); ok {
		path, err := filepath.Abs(path) // the CLI runs in the project root
		return "PULUMI_CONFIG_PASSPHRASE_FILE=" + path, err
	}
	path := filepath.Join(dir, passphraseFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := writeOnce(path, rand.Text()); err != nil {
			return "", err
		}
	}
	return "PULUMI_CONFIG_PASSPHRASE_FILE=" + path, nil
}

// writeOnce writes a private file, whole or not at all. The first of several writers wins.
func writeOnce(path, text string) error {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)) // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }() // the link stays
	_, err = file.WriteString(text + "\n")
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := os.Link(file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
