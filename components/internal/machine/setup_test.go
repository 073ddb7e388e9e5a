package machine_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const device = "disks/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0"

func TestStorageFormatsOnlyAnEmptyVolume(t *testing.T) {
	t.Parallel()
	h := newHost(t, params())
	h.write(device, strings.Repeat("\x00", 8192))
	h.write("fstab", "UUID=old /data-old xfs defaults 0 2\n")

	h.run("ladder-storage")
	require.Equal(t, 1, strings.Count(h.read("cloud/calls"), "mkfs.xfs"))
	require.True(t, h.exists("cloud/mounted"))
	fstab := "UUID=old /data-old xfs defaults 0 2\n" +
		"UUID=11111111-2222-3333-4444-555555555555 " + h.path("data") + " xfs defaults,noatime,nofail 0 2\n"
	require.Equal(t, fstab, h.read("fstab"))

	h.run("ladder-storage")
	require.Equal(t, 1, strings.Count(h.read("cloud/calls"), "mkfs.xfs"), "a volume with a file system is never formatted")
	require.Equal(t, 1, strings.Count(h.read("cloud/calls"), "mount "+h.path("data")))
	require.Equal(t, fstab, h.read("fstab"))
}

func TestStorageLeavesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	h := newHost(t, params())
	h.write(device, strings.Repeat("\x00", 8192))
	h.write("cloud/blkid-fails", "8") // two signatures at once

	require.Contains(t, h.fail("ladder-storage"), "neither empty nor clear")
	require.NotContains(t, h.read("cloud/calls"), "mkfs.xfs")
	require.False(t, h.exists("cloud/mounted"))
}

// blkid answers "nothing there" for a disk that cannot be read; a directory cannot be read, either.
func TestStorageLeavesAVolumeThatCannotBeRead(t *testing.T) {
	t.Parallel()
	h := newHost(t, params())
	h.sudo("mkdir", h.path(device))

	h.fail("ladder-storage")
	require.NotContains(t, h.read("cloud/calls"), "mkfs.xfs")
}

func TestSetup(t *testing.T) {
	t.Parallel()
	h := newHost(t, params())
	h.write(device, strings.Repeat("\x00", 8192))
	h.write("fstab", "")
	h.sudo("ln", "-sf", "/bin/true", h.path("bin/ladder-database")) // has tests of its own
	key := newKey(t)
	h.write("cloud/token-key", key)
	h.run("ladder-setup")

	calls := h.read("cloud/calls")
	for _, want := range []string{
		"systemctl mask --now sshd",
		"dnf install -y -q postgresql17 postgresql17-server amazon-cloudwatch-agent",
		"systemctl enable ladder-app",
		"systemctl enable --now ladder-backup.timer ladder-watch.timer ladder-release.timer",
		"amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:" + h.path("etc/cloudwatch.json"),
	} {
		require.Contains(t, calls, want)
	}
	require.Equal(t, "LISTEN_ADDR=:80\n"+
		"DATABASE_URL=postgres:///ladder?host="+h.path("sockets")+"\n"+
		"TOKEN_KEY_FILE="+h.path("data/app/token.pem")+"\n"+
		"EMF_ADDR=127.0.0.1:25888\nEMF_LOG_GROUP=/ladder/phase1/app\nLADDER_STACK=phase1\nLADDER_PHASE=1\nLOG_SAMPLE=0.1\n",
		h.read("etc/app.env"))

	require.Equal(t, "700", h.sudo("stat", "-c", "%a", h.path("data/app")))
	requireKey(t, h, key)

	var agent struct {
		Metrics struct {
			Namespace string `json:"namespace"`
			Collected map[string]struct {
				Measurement []string          `json:"measurement"`
				Dimensions  map[string]string `json:"append_dimensions"`
			} `json:"metrics_collected"`
		} `json:"metrics"`
	}
	require.NoError(t, json.Unmarshal([]byte(h.read("etc/cloudwatch.json")), &agent))
	require.Equal(t, "Ladder", agent.Metrics.Namespace)
	require.Len(t, agent.Metrics.Collected, 2, "each metric costs 0.30 USD a month")
	for name, metric := range agent.Metrics.Collected {
		require.Len(t, metric.Measurement, 1, name)
		require.Equal(t, map[string]string{"Stack": "phase1"}, metric.Dimensions, name)
	}

	h.run("ladder-setup")
	requireKey(t, h, key)
	require.Equal(t, 1, strings.Count(h.read("cloud/calls"), "dnf install"))
}

// The key is the stack's: another one in the secret replaces it, and what is no key does not.
func TestTokenKey(t *testing.T) {
	t.Parallel()
	h := newHost(t, params())
	h.write(device, strings.Repeat("\x00", 8192))
	h.write("fstab", "")
	h.sudo("ln", "-sf", "/bin/true", h.path("bin/ladder-database"))
	h.write("cloud/offline", "")
	h.fail("ladder-setup")
	require.False(t, h.exists("data/app/token.pem"), "an empty file is no key")
	h.sudo("rm", h.path("cloud/offline"))

	first, second := newKey(t), newKey(t)
	h.sudo("bash", "-c", "echo a key that another machine made >"+h.path("data/app/token.pem"))
	h.write("cloud/token-key", first)
	h.run("ladder-setup")
	requireKey(t, h, first)
	for name, value := range map[string]string{"nothing": "", "null": "None\n", "half": first[:len(first)/2]} {
		h.write("cloud/token-key", value)
		h.fail("ladder-setup")
		require.Equal(t, first, h.read("data/app/token.pem"), name)
	}
	h.write("cloud/offline", "")
	h.fail("ladder-setup")
	requireKey(t, h, first)
	h.sudo("rm", h.path("cloud/offline"))

	h.write("cloud/token-key", second)
	out := h.sudo("bash", "-x", h.path("bin/ladder-setup"))
	requireKey(t, h, second)
	body := strings.Split(second, "\n")[1]
	require.NotContains(t, out+h.read("cloud/calls")+h.read("etc/app.env"), body)
}

// newKey is what the secret holds.
func newKey(t *testing.T) string {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func requireKey(t *testing.T, h *host, key string) {
	t.Helper()
	require.Equal(t, key, h.read("data/app/token.pem"))
	require.Equal(t, "400", h.sudo("stat", "-c", "%a", h.path("data/app/token.pem")))
}

func TestSetupWithDomain(t *testing.T) {
	t.Parallel()
	p := params()
	p.Domain = domain
	h := newHost(t, p)
	h.write(device, strings.Repeat("\x00", 8192))
	h.write("fstab", "")
	h.sudo("ln", "-sf", "/bin/true", h.path("bin/ladder-database"))
	h.write("cloud/token-key", newKey(t))
	h.run("ladder-setup")

	require.Contains(t, h.read("etc/app.env"), "LISTEN_ADDR=127.0.0.1:8080\n")
	require.Contains(t, h.read("etc/app.env"), "DOMAIN=app.example.com\nTLS_CACHE_DIR="+h.path("data/app/tls")+"\n")
	require.Equal(t, "700", h.sudo("stat", "-c", "%a", h.path("data/app/tls")))
}
