package serve

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"github.com/ladder-iac/ladder/app/store/postgres"
)

// memoryURL picks the store that ends with the process.
const memoryURL = "memory:"

// Config is the environment of the process. It holds names of files with secrets, never a secret.
type Config struct {
	// Plain HTTP: host:port or :port; port 0 picks one, which the log tells.
	ListenAddr string `env:"LISTEN_ADDR" envDefault:":8080"`
	// memory: or a postgres URL without a password.
	DatabaseURL string `env:"DATABASE_URL" envDefault:"memory:"`
	// Default: no password.
	DatabasePasswordFile string `env:"DATABASE_PASSWORD_FILE"`
	// Where the document is that says which database server writes and which answer reads, file:/path or ssm:/name;
	// it is followed while the process runs. Default: the server of DATABASE_URL does both.
	Topology string `env:"TOPOLOGY"`
	// How often the document is read. Default 250ms of a file, 5s of a parameter, whose quota 200 processes use up.
	TopologyInterval time.Duration `env:"TOPOLOGY_INTERVAL"`
	// What the process serves: all, web, user, data or migrate.
	Role string `env:"ROLE" envDefault:"all"`
	// Address of the user service, http://host:port. Default: users are here.
	UserURL string `env:"USER_URL"`
	// Address of the service of items. Default: items are here.
	DataURL string `env:"DATA_URL"`
	// Name of this process among its like, for the headers of answers. Default: the name of the host.
	Node string `env:"NODE_NAME"`
	// PEM, PKCS#8, Ed25519. Required where users are, except with memory:, where a new key is made. It is followed
	// while the process runs.
	TokenKeyFile string `env:"TOKEN_KEY_FILE"`
	// Keys, private or public, whose tokens are good as well: the one before, and the next one before it signs.
	TokenPreviousKeyFiles []string `env:"TOKEN_PREVIOUS_KEY_FILES"`
	// Serve HTTPS for this name on port 443 as well, and redirect from port 80. Default: no.
	Domain string `env:"DOMAIN"`
	// Users come by HTTPS to a load balancer in front, and by nothing else. With DOMAIN they do anyway.
	PublicHTTPS bool `env:"PUBLIC_HTTPS"`
	// Where the certificates of a server that is alone with its name are kept. Default: in the database, which all
	// servers of the name share. Required with DOMAIN and memory:.
	TLSCacheDir string `env:"TLS_CACHE_DIR"`
	// Where what was read is kept: memory: in the process alone, redis:// or rediss://host:port in a cache that all
	// processes share as well. Default: nowhere.
	CacheURL string `env:"CACHE_URL"`
	// Read for each connection. Default: no password.
	CachePasswordFile string `env:"CACHE_PASSWORD_FILE"`
	// PEM of who signed the cache's certificate. Default: the system's authorities.
	CacheCAFile string `env:"CACHE_CA_FILE"`
	// Bound of what the process keeps.
	CacheBytes int64 `env:"CACHE_BYTES" envDefault:"33554432"`
	// Feature flags, file:/path or appconfig:application/environment/profile. Default: those compiled in.
	Flags string `env:"FLAGS"`
	// Names of flags that are off whatever FLAGS says, one a line.
	FlagsKillFile string `env:"FLAGS_KILL_FILE"`
	// Carries what happened to users: memory: in the process, nats://host:4222, or sns:?topic=ARN&queue=URL. Default
	// memory: where one process is everything; required otherwise, with a database.
	EventsURL string `env:"EVENTS_URL"`
	// Credentials for NATS. Default: none.
	EventsCredsFile string `env:"EVENTS_CREDS_FILE"`
	// Copies of the stream that NATS keeps.
	EventsReplicas int `env:"EVENTS_REPLICAS" envDefault:"1"`
	// Relays that publish at the same time, over all processes.
	OutboxPartitions int `env:"OUTBOX_PARTITIONS" envDefault:"1"`
	// DEBUG, INFO, WARN or ERROR: what is less is not logged. At INFO a request is a line.
	LogLevel slog.Level `env:"LOG_LEVEL" envDefault:"INFO"`
	// Share of the requests that are logged, 0 to 1, by their ids and so the same ones in all processes. Those that
	// failed always are.
	LogSample float64 `env:"LOG_SAMPLE" envDefault:"1"`
	// Prometheus metrics, host:port or :port. Default: none.
	MetricsAddr string `env:"METRICS_ADDR"`
	// Where traces go by OTLP over HTTP, http://host:4318. Default: nowhere.
	TraceEndpoint string `env:"OTEL_EXPORTER_OTLP_ENDPOINT"`
	// Share of the requests that are traced, 0 to 1; the same in all processes.
	TraceRatio float64 `env:"TRACE_RATIO" envDefault:"0.01"`
	// Requests that may be in work however slow they are, and at the most; in between it follows the time they take.
	ShedMin int `env:"SHED_MIN" envDefault:"32"`
	ShedMax int `env:"SHED_MAX" envDefault:"1000"`
	// Time of a request, above which fewer are let in.
	ShedTime time.Duration `env:"SHED_TIME" envDefault:"100ms"`
	// Requests a second of one user, and of one address before it has signed in; twice as many at once. 0: any number.
	UserRate    float64 `env:"RATE_LIMIT_USER" envDefault:"200"`
	AddressRate float64 `env:"RATE_LIMIT_ADDRESS" envDefault:"500"`
	// Proxies of ours in front, whose word about the client's address is taken.
	TrustedProxies int `env:"TRUSTED_PROXIES"`
	// Origin of a page elsewhere that may use the API, https://host. Default: the pages of this address only.
	CORSOrigin string `env:"CORS_ORIGIN"`
	// CloudWatch agent for metrics, host:port. Default: no metrics.
	EMFAddr string `env:"EMF_ADDR"`
	// Log group that the agent writes the metrics' documents to. Default /ladder/LADDER_STACK/app.
	EMFLogGroup string `env:"EMF_LOG_GROUP"`
	// Label of the stack. Required with EMF_ADDR.
	Stack string `env:"LADDER_STACK"`
	// Label of the phase.
	Phase string `env:"LADDER_PHASE"`
	// How long to serve while not ready, before the stop.
	ShutdownDelay time.Duration `env:"SHUTDOWN_DELAY" envDefault:"5s"`
	// How long requests in flight may take at the stop.
	ShutdownTimeout time.Duration `env:"SHUTDOWN_TIMEOUT" envDefault:"20s"`
}

// ReadConfig reads the environment. All values that cannot be read are reported at once; the others are set.
func ReadConfig(getenv func(string) string) (Config, error) {
	var config Config
	fields, err := env.GetFieldParams(&config)
	if err != nil {
		return config, fmt.Errorf("environment: %w", err)
	}
	known := map[string]string{}
	for _, field := range fields {
		if value := getenv(field.Key); value != "" {
			known[field.Key] = value
		}
	}
	err = env.ParseWithOptions(&config, env.Options{Environment: known})
	var all env.AggregateError
	if !errors.As(err, &all) {
		return config, err
	}
	var bad []error
	for _, one := range all.Errors {
		bad = append(bad, named(one, known))
	}
	return config, errors.Join(bad...)
}

// named says a parse error in the user's terms: the variable instead of the field.
func named(err error, known map[string]string) error {
	var parse env.ParseError
	if !errors.As(err, &parse) {
		return err
	}
	field, _ := reflect.TypeFor[Config]().FieldByName(parse.Name)
	name := field.Tag.Get("env")
	want := "a duration such as 5s or 1m30s"
	switch field.Type {
	case reflect.TypeFor[int](), reflect.TypeFor[int64]():
		want = "a whole number"
	case reflect.TypeFor[float64]():
		want = "a number"
	case reflect.TypeFor[bool]():
		want = "true or false"
	case reflect.TypeFor[slog.Level]():
		want = "DEBUG, INFO, WARN or ERROR"
	}
	return fmt.Errorf("%s: got %q, want %s", name, known[name], want)
}

// Validate reports everything that keeps serve from working.
func (c Config) Validate() error {
	bad := []error{c.validateDatabase(), c.validateServices(), c.validateCaching(), c.validateEvents(), c.validateOps()}
	add := func(format string, args ...any) { bad = append(bad, fmt.Errorf(format, args...)) }

	port, err := portOf(c.ListenAddr)
	switch {
	case err != nil:
		add("LISTEN_ADDR: %w, want host:port or :port", err)
	case c.Domain != "" && (port == httpPort || port == httpsPort):
		add("LISTEN_ADDR: got %q, but DOMAIN serves ports %d and %d itself; use another, such as :8080",
			c.ListenAddr, httpPort, httpsPort)
	}
	if c.Domain != "" && !domainForm.MatchString(c.Domain) {
		add("DOMAIN: got %q, want a host name in lower case, such as app.example.com", c.Domain)
	}
	if c.Domain != "" && c.TLSCacheDir == "" && c.DatabaseURL == memoryURL {
		add("TLS_CACHE_DIR: got nothing, want a directory that survives restarts: DOMAIN is set, certificates are " +
			"limited to a few a week, and DATABASE_URL names no database that could keep them")
	}
	if c.Domain != "" && c.TLSCacheDir == "" && c.DatabaseURL != memoryURL && c.TokenKeyFile == "" && c.UserURL != "" {
		add("TLS_CACHE_DIR: got nothing, want a directory that survives restarts: DOMAIN is set, and without " +
			"TOKEN_KEY_FILE the database cannot keep certificates encrypted")
	}
	if c.EMFAddr != "" {
		if port, err := portOf(c.EMFAddr); err != nil || port == 0 {
			add("EMF_ADDR: got %q, want host:port of the CloudWatch agent, such as 127.0.0.1:25888", c.EMFAddr)
		}
		if c.Stack == "" {
			add("LADDER_STACK: got nothing, want the stack's name: EMF_ADDR is set, and metrics are kept by stack")
		}
	}
	if c.ShutdownDelay < 0 {
		add("SHUTDOWN_DELAY: got %s, want 0 or more", c.ShutdownDelay)
	}
	if c.ShutdownTimeout <= 0 {
		add("SHUTDOWN_TIMEOUT: got %s, want more than 0", c.ShutdownTimeout)
	}
	return errors.Join(bad...)
}

// validateDatabase reports what keeps serve and migrate from reaching the database.
func (c Config) validateDatabase() error {
	if c.DatabaseURL == memoryURL {
		return c.validateTopology()
	}
	var bad []error
	if err := postgres.CheckURL(c.DatabaseURL); err != nil {
		bad = append(bad, fmt.Errorf("DATABASE_URL: %w, or %s", err, memoryURL))
	}
	if c.DatabasePasswordFile != "" {
		if _, err := postgres.ReadPassword(c.DatabasePasswordFile); err != nil {
			bad = append(bad, fmt.Errorf("DATABASE_PASSWORD_FILE: %w", err))
		}
	}
	return errors.Join(append(bad, c.validateTopology())...)
}

// String returns the configuration for the log. A password that somebody put into the URL all the same is not in it.
func (c Config) String() string {
	shown := c
	if parsed, err := url.Parse(c.DatabaseURL); err != nil {
		shown.DatabaseURL = "(hidden: no URL)"
	} else if postgres.CheckURL(c.DatabaseURL) != nil && c.DatabaseURL != memoryURL {
		shown.DatabaseURL = parsed.Scheme + ":(hidden)"
	}
	shown.CacheURL = withoutPassword(c.CacheURL)
	shown.EventsURL, shown.TraceEndpoint = withoutUser(c.EventsURL), withoutUser(c.TraceEndpoint)
	var parts []string
	value := reflect.ValueOf(shown)
	for i := range value.NumField() {
		one := value.Field(i).Interface()
		if several, ok := one.([]string); ok {
			one = strings.Join(several, ",")
		}
		parts = append(parts, fmt.Sprintf("%s=%v", value.Type().Field(i).Tag.Get("env"), one))
	}
	return strings.Join(parts, " ")
}

// withoutUser hides what has a user, who may be a token.
func withoutUser(address string) string {
	if strings.Contains(address, "@") {
		return "(hidden: has a user)"
	}
	return withoutPassword(address)
}

func withoutPassword(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return "(hidden: no URL)"
	}
	if _, has := parsed.User.Password(); !has {
		return address
	}
	return parsed.Redacted()
}

// domainForm is a name of two or more labels. [RFC 1123].
var domainForm = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

func portOf(addr string) (int, error) {
	_, text, err := net.SplitHostPort(addr)
	if err != nil {
		return 0, fmt.Errorf("got %q", addr)
	}
	port, err := strconv.Atoi(text)
	if err != nil || port < 0 || port > 65535 {
		return 0, fmt.Errorf("got %q with a port that is no number from 0 to 65535", addr)
	}
	return port, nil
}
