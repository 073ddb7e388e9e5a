package valkey

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/redis/rueidis"
)

// Settings of the client. Its defaults hold a MiB for each connection.
const (
	bufferBytes  = 32 << 10
	ringScale    = 9           // 2^9 commands in flight on the connection: above cache.DefaultLimits().Calls
	dialTimeout  = time.Second // with TLS and sign-in
	writeTimeout = time.Second // also of the ping that finds a connection without a peer
	keepAlive    = time.Second // between those pings
	retryPause   = 200 * time.Millisecond
	demotedPause = time.Second // between new clients for a server that takes no writes
)

// Config says where the cache is.
type Config struct {
	URL          string // redis://[user@]host[:port], or rediss:// for TLS; without a password
	PasswordFile string // read for each connection, so that it may be rotated; default none
	CAFile       string // PEM of who signed the server's certificate; default the system's
}

// CheckURL reports what is wrong with a cache URL. Its errors never hold a password.
func CheckURL(raw string) error {
	_, _, err := parse(raw)
	return err
}

func parse(raw string) (parsed *url.URL, address string, err error) {
	const wanted = "want a form such as rediss://user@host:6379"
	parsed, err = url.Parse(raw)
	if err != nil || parsed.Scheme != "redis" && parsed.Scheme != "rediss" || parsed.Hostname() == "" {
		return nil, "", fmt.Errorf("got no redis URL, %s", wanted)
	}
	if _, has := parsed.User.Password(); has {
		return nil, "", fmt.Errorf("got a URL with a password, %s and the password in a file", wanted)
	}
	if strings.Trim(parsed.Path, "/") != "" || parsed.RawQuery != "" || parsed.Fragment != "" {
		return nil, "", fmt.Errorf("got more than user, host and port, %s", wanted)
	}
	port := parsed.Port()
	if port == "" {
		port = "6379"
	}
	return parsed, net.JoinHostPort(parsed.Hostname(), port), nil
}

func options(config Config) (rueidis.ClientOption, error) {
	parsed, address, err := parse(config.URL)
	if err != nil {
		return rueidis.ClientOption{}, fmt.Errorf("cache URL: %w", err)
	}
	option := rueidis.ClientOption{
		InitAddress: []string{address}, Dialer: net.Dialer{Timeout: dialTimeout, KeepAlive: keepAlive},
		DisableCache: true, DisableRetry: true, // the caller's 50 ms are for one try
		RingScaleEachConn: ringScale, ReadBufferEachConn: bufferBytes, WriteBufferEachConn: bufferBytes,
		PipelineMultiplex: -1, BlockingPoolSize: 1, ConnWriteTimeout: writeTimeout, ClientName: "ladder",
	}
	if parsed.Scheme == "rediss" {
		option.TLSConfig, err = tlsConfig(parsed.Hostname(), config.CAFile)
		if err != nil {
			return option, err
		}
	}
	if config.PasswordFile != "" {
		if _, err := ReadPassword(config.PasswordFile); err != nil {
			return option, err
		}
		option.AuthCredentialsFn = func(rueidis.AuthCredentialsContext) (rueidis.AuthCredentials, error) {
			password, err := ReadPassword(config.PasswordFile)
			return rueidis.AuthCredentials{Username: parsed.User.Username(), Password: password}, err
		}
	}
	return option, nil
}

func tlsConfig(host, caFile string) (*tls.Config, error) {
	settings := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	if caFile == "" {
		return settings, nil
	}
	content, err := os.ReadFile(caFile) //nolint:gosec // G304: the operator names the file
	if err != nil {
		return nil, fmt.Errorf("cache CA: %w", err)
	}
	settings.RootCAs = x509.NewCertPool()
	if !settings.RootCAs.AppendCertsFromPEM(content) {
		return nil, fmt.Errorf("cache CA: %s holds no certificate, want PEM", caFile)
	}
	return settings, nil
}

// ReadPassword returns the content of a password file without the last line break.
func ReadPassword(path string) (string, error) {
	content, err := os.ReadFile(path) //nolint:gosec // G304: the operator names the file
	if err != nil {
		return "", fmt.Errorf("cache password: %w", err)
	}
	password := strings.TrimRight(string(content), "\r\n")
	if password == "" {
		return "", fmt.Errorf("cache password: %s is empty, want the password on one line", path)
	}
	return password, nil
}
