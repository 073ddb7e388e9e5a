package machine_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/internal/machine"
	"github.com/ladder-iac/ladder/internal/golden"
)

const domain = "app.example.com"

func userData(t *testing.T, domain string) string {
	t.Helper()
	p := params()
	p.Domain = domain
	text, err := machine.UserData(p)
	require.NoError(t, err)
	return text
}

var blob = regexp.MustCompile(`(?s)(base64 -d <<'END'[^\n]*\n)(.*?)(END\n)`)

// expand shows the packed files as text, in the place of the package.
func expand(t *testing.T, script string) string {
	t.Helper()
	match := blob.FindStringSubmatch(script)
	require.NotNil(t, match)
	packed, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(match[2], "\n", ""))
	require.NoError(t, err)
	unzipped, err := gzip.NewReader(bytes.NewReader(packed))
	require.NoError(t, err)
	var files strings.Builder
	for archive := tar.NewReader(unzipped); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		text, err := io.ReadAll(archive)
		require.NoError(t, err)
		fmt.Fprintf(&files, "=== %04o /%s\n%s", header.Mode, header.Name, text)
	}
	return strings.Replace(script, match[2], files.String(), 1)
}

func TestUserData(t *testing.T) {
	t.Parallel()
	golden.Equal(t, "user-data.golden", expand(t, userData(t, "")))
}

// The files are the same with a domain; the settings differ.
func TestUserDataWithDomain(t *testing.T) {
	t.Parallel()
	golden.Equal(t, "user-data-domain.golden", blob.ReplaceAllString(userData(t, domain), "$1...\n$3"))
	require.Contains(t, userData(t, domain), blob.FindStringSubmatch(userData(t, ""))[2])
}

func TestUserDataFitsEC2(t *testing.T) {
	t.Parallel()
	p := params()
	p.Project, p.Stack = strings.Repeat("p", 100), strings.Repeat("s", 100)
	p.Domain, p.LogGroup = strings.Repeat("a.", 120)+"example", strings.Repeat("l", 512)
	text, err := machine.UserData(p)
	require.NoError(t, err)
	require.Less(t, len(text), machine.Limit)

	p.ReleaseParameter = "/" + strings.Repeat("r", 1000)
	p.SecretARN += strings.Repeat("a", machine.Limit)
	_, err = machine.UserData(p)
	require.ErrorContains(t, err, "want less than 16384")
}

// The rendered script itself runs, and leaves every file where it belongs.
func TestUserDataUnpacks(t *testing.T) {
	t.Parallel()
	h := newHost(t, params())
	script := strings.NewReplacer("/etc/ladder", h.path("root/etc/ladder"), "-C /", "-C "+h.path("root")).
		Replace(userData(t, ""))
	h.write("user-data", script)
	h.sh("bash " + h.path("user-data"))

	require.Equal(t, "755", h.sudo("stat", "-c", "%a", h.path("root/usr/local/sbin/ladder-release")))
	require.Equal(t, "644", h.sudo("stat", "-c", "%a", h.path("root/etc/systemd/system/ladder-app.service")))
	want, err := os.ReadFile("files/ladder-restore")
	require.NoError(t, err)
	require.Equal(t, string(want), h.read("root/usr/local/sbin/ladder-restore"))
	require.Contains(t, h.read("root/etc/ladder/machine.env"), "BACKUP_BUCKET=server-backups-1a2b3c4\n")
	require.Contains(t, h.read("cloud/calls"), "systemctl start --no-block ladder-setup")
}

// A file that is not packed would be missed on the machine only.
func TestEveryFileIsPacked(t *testing.T) {
	t.Parallel()
	text := expand(t, userData(t, "")) + expand(t, appUserData(t)) + expand(t, directUserData(t, domain))
	entries, err := os.ReadDir("files")
	require.NoError(t, err)
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".tmpl") {
			content, err := os.ReadFile(filepath.Join("files", entry.Name()))
			require.NoError(t, err)
			require.Contains(t, text, "\n"+string(content), entry.Name())
		}
	}
}

func TestMistakesAreToldAtOnce(t *testing.T) {
	t.Parallel()
	_, err := machine.UserData(machine.Params{})
	for _, field := range []string{
		"Project", "Stack", "Phase", "Region", "ReleaseParameter", "BackupBucket", "SecretARN", "TokenKeySecretARN",
		"DataVolumeID", "LogGroup", "PostgresMajor",
	} {
		require.ErrorContains(t, err, "machine \"\": "+field+": got ")
	}
	require.NotContains(t, err.Error(), "Domain")
}

func TestNothingBreaksOutOfTheShell(t *testing.T) {
	t.Parallel()
	fields := map[string]func(*machine.Params, string){
		"Project":           func(p *machine.Params, v string) { p.Project = v },
		"Stack":             func(p *machine.Params, v string) { p.Stack = v },
		"Phase":             func(p *machine.Params, v string) { p.Phase = v },
		"Region":            func(p *machine.Params, v string) { p.Region = v },
		"ReleaseParameter":  func(p *machine.Params, v string) { p.ReleaseParameter = v },
		"BackupBucket":      func(p *machine.Params, v string) { p.BackupBucket = v },
		"SecretARN":         func(p *machine.Params, v string) { p.SecretARN = v },
		"TokenKeySecretARN": func(p *machine.Params, v string) { p.TokenKeySecretARN = v },
		"DataVolumeID":      func(p *machine.Params, v string) { p.DataVolumeID = v },
		"Domain":            func(p *machine.Params, v string) { p.Domain = v },
		"LogGroup":          func(p *machine.Params, v string) { p.LogGroup = v },
	}
	good := map[string]string{
		"Project": "a", "Stack": "a", "Phase": "1", "Region": "us-east-1", "ReleaseParameter": "/a", "BackupBucket": "abc",
		"SecretARN": params().SecretARN, "TokenKeySecretARN": params().TokenKeySecretARN,
		"DataVolumeID": params().DataVolumeID, "Domain": domain, "LogGroup": "a",
	}
	for field, set := range fields {
		p := params()
		set(&p, good[field])
		_, err := machine.UserData(p)
		require.NoError(t, err, field)
		for _, bad := range []string{"\n", " ", "$(reboot)", "`reboot`", ";", "&", "|", "'", `"`, `\`, "#", "*", "é", "\x00", "\nEND\n"} {
			p := params()
			set(&p, good[field]+bad)
			_, err := machine.UserData(p)
			require.ErrorContains(t, err, field+": got ", "%q", bad)
			set(&p, bad+good[field])
			_, err = machine.UserData(p)
			require.ErrorContains(t, err, field+": got ", "%q", bad)
		}
	}
}

func TestShellcheck(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("shellcheck")
	require.NoError(t, err, "shellcheck is missing; run: apt-get install shellcheck")
	check := func(args ...string) (string, error) {
		out, err := exec.CommandContext(t.Context(), tool, args...).CombinedOutput()
		return string(out), err
	}
	dir := t.TempDir()
	save := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	paths := []string{
		save("plain", userData(t, "")), save("domain", userData(t, domain)), save("app", appUserData(t)),
		save("direct", directUserData(t, domain)),
	}
	for _, pattern := range []string{"files/ladder-*", "testdata/fakes/*"} {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, path := range found {
			if filepath.Ext(path) == "" {
				paths = append(paths, path)
			}
		}
	}
	require.Len(t, paths, 4+12+3)
	out, err := check(paths...)
	require.NoError(t, err, out)

	env, err := machine.Env(params())
	require.NoError(t, err)
	appEnv, err := machine.AppEnv(appParams())
	require.NoError(t, err)
	directEnv, err := machine.AppEnv(directParams(domain))
	require.NoError(t, err)
	for name, text := range map[string]string{"env": env, "app-env": appEnv, "direct-env": directEnv} {
		out, err = check("--shell=bash", "--exclude=SC2034", save(name, text)) // used by those who read it
		require.NoError(t, err, out)
	}
	_, err = check(save("broken", "#!/bin/bash\nrm -rf $1/*\n"))
	require.Error(t, err, "shellcheck finds nothing at all")
}

// secrets returns what looks like one: a literal given to a password, a key, a word as random as a password.
func secrets(text string) []string {
	found := literal.FindAllString(text, -1)
	for _, word := range word.FindAllString(text, -1) {
		if strings.ContainsAny(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") && strings.ContainsAny(word, "0123456789") {
			found = append(found, word)
		}
	}
	return found
}

var (
	literal = regexp.MustCompile(`(?i)(password|passwd|token|secret|api_?key)["']?\s*[=:]\s*["']?[a-z0-9+/]{6,}["'\s]` +
		`|password\s+'[a-z0-9]|AKIA[0-9A-Z]{12,}|BEGIN [A-Z ]*PRIVATE KEY`)
	word = regexp.MustCompile(`[A-Za-z0-9]{20,}`)
)

func TestNoSecretInUserData(t *testing.T) {
	t.Parallel()
	text := expand(t, userData(t, domain))
	require.Empty(t, secrets(text))
	require.Empty(t, secrets(expand(t, appUserData(t))))
	require.Empty(t, secrets(expand(t, directUserData(t, domain))))
	for name, mutated := range map[string]string{
		"a random password": strings.Replace(text, "\nDATA=", "\nDB=kX81vQm2LsPz07RtYw3BnHdA\nDATA=", 1),
		"a short password":  strings.Replace(text, "\nDATA=", "\nexport PGPASSWORD=hunter2\nDATA=", 1),
		"in the SQL":        strings.Replace(text, "REVOKE ALL", "ALTER ROLE ladder PASSWORD 'hunter2';\nREVOKE ALL", 1),
		"an access key":     strings.Replace(text, "\nDATA=", "\nAWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nDATA=", 1),
		"a signing key":     strings.Replace(text, "\nDATA=", "\nK='-----BEGIN PRIVATE KEY-----\nMC4C'\nDATA=", 1),
	} {
		require.NotEqual(t, text, mutated, name)
		require.NotEmpty(t, secrets(mutated), name)
	}
}
