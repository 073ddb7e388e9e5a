package postgres

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ladder-iac/ladder/app/topology"
)

// Settings of a pool. The defaults of pgx leave a dead connection in use for up to an hour. [app.md A2].
const (
	maxConns        = 10 // phase 1: 100 QPS need 2; pool_max_conns in the URL overrides
	minIdleConns    = 2  // no connect in the latency of the next request
	connectTimeout  = 3 * time.Second
	pingTimeout     = time.Second
	healthPeriod    = 10 * time.Second
	maxConnLifetime = 15 * time.Minute
	lifetimeJitter  = 3 * time.Minute
	maxConnIdleTime = 5 * time.Minute
)

// timeouts bound what a statement may do to others. They are not for migrations. ms.
var timeouts = map[string]string{
	"statement_timeout":                   "5000", // a request works no longer
	"lock_timeout":                        "3000",
	"idle_in_transaction_session_timeout": "10000",
}

// CheckURL reports what is wrong with a database URL. Its errors never hold a password.
func CheckURL(raw string) error {
	const wanted = "want a form such as postgres:///ladder?host=/run/postgresql"
	parsed, err := url.Parse(raw)
	// pgx reads whatever starts otherwise ("postgres:", "POSTGRES://") as keywords and values, password= among them.
	if err != nil || !strings.HasPrefix(raw, "postgres://") && !strings.HasPrefix(raw, "postgresql://") {
		return fmt.Errorf("got no postgres URL, %s", wanted)
	}
	settings, err := url.ParseQuery(parsed.RawQuery)
	if err != nil || parsed.Fragment != "" { // what nobody reads may hold a password that nobody finds
		return fmt.Errorf("got a postgres URL with an unreadable end (after ? or #), %s", wanted)
	}
	if _, has := parsed.User.Password(); has || settings.Has("password") || settings.Has("sslpassword") {
		return fmt.Errorf("got a URL with a password, %s and the password in a file", wanted)
	}
	if _, err := pgxpool.ParseConfig(raw); err != nil {
		return fmt.Errorf("%w; %s", err, wanted)
	}
	return nil
}

// ReadPassword returns the content of a password file without the last line break.
func ReadPassword(path string) (string, error) {
	content, err := os.ReadFile(path) //nolint:gosec // G304: the operator names the file
	if err != nil {
		return "", fmt.Errorf("database password: %w", err)
	}
	password := strings.TrimRight(string(content), "\r\n")
	if password == "" {
		return "", fmt.Errorf("database password: %s is empty, want the password on one line", path)
	}
	return password, nil
}

func poolConfig(config Config) (*pgxpool.Config, error) {
	if err := CheckURL(config.URL); err != nil {
		return nil, fmt.Errorf("database URL: %w", err)
	}
	settings, err := pgxpool.ParseConfig(config.URL)
	if err != nil {
		return nil, fmt.Errorf("database URL: %w", err)
	}
	if !strings.Contains(config.URL, "pool_max_conns=") {
		settings.MaxConns = maxConns
	}
	settings.MinIdleConns = min(minIdleConns, settings.MaxConns)
	settings.PingTimeout = pingTimeout
	settings.HealthCheckPeriod = healthPeriod
	settings.MaxConnLifetime = maxConnLifetime
	settings.MaxConnLifetimeJitter = lifetimeJitter
	settings.MaxConnIdleTime = maxConnIdleTime
	settings.ConnConfig.ConnectTimeout = connectTimeout
	settings.ConnConfig.Tracer = config.Tracer
	settings.ConnConfig.RuntimeParams["application_name"] = "ladder"
	if config.PasswordFile != "" {
		settings.BeforeConnect = func(_ context.Context, conn *pgx.ConnConfig) error {
			password, err := ReadPassword(config.PasswordFile)
			conn.Password = password
			return err
		}
	}
	return settings, nil
}

// at returns the URL of the same user and settings on another server. Everything that depends on the name of the
// server, such as its certificate, is derived from the URL again.
func at(raw string, host topology.Host, database string) (string, error) {
	parsed, err := url.Parse(raw)
	if err != nil {
		return "", fmt.Errorf("database URL: %w", err)
	}
	query := parsed.Query()
	for _, key := range []string{"host", "port", "dbname", "database", "target_session_attrs"} {
		query.Del(key)
	}
	parsed.Host = net.JoinHostPort(host.Host, strconv.Itoa(host.Port))
	if strings.HasPrefix(host.Host, "/") {
		parsed.Host = ""
		query.Set("host", host.Host)
		query.Set("port", strconv.Itoa(host.Port))
	}
	parsed.Path, parsed.RawQuery = "/"+database, query.Encode()
	return parsed.String(), nil
}
