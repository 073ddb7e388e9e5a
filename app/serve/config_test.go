package serve_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/serve"
)

func TestDefaults(t *testing.T) {
	t.Parallel()
	config, err := serve.ReadConfig(func(string) string { return "" })
	require.NoError(t, err)
	require.NoError(t, config.Validate())
	require.Equal(t, serve.Config{
		ListenAddr: ":8080", DatabaseURL: "memory:", Role: "all",
		CacheBytes: 32 << 20, EventsReplicas: 1, OutboxPartitions: 1, TraceRatio: 0.01, LogSample: 1,
		ShedMin: 32, ShedMax: 1000, ShedTime: 100 * time.Millisecond, UserRate: 200, AddressRate: 500,
		ShutdownDelay: 5 * time.Second, ShutdownTimeout: 20 * time.Second,
	}, config)
}

func TestEveryVariableIsRead(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{}
	numbers := []string{
		"CACHE_BYTES", "EVENTS_REPLICAS", "OUTBOX_PARTITIONS", "LOG_SAMPLE", "TRACE_RATIO", "SHED_MIN", "SHED_MAX",
		"RATE_LIMIT_USER", "RATE_LIMIT_ADDRESS", "TRUSTED_PROXIES",
	}
	durations := []string{"SHUTDOWN_DELAY", "SHUTDOWN_TIMEOUT", "SHED_TIME", "TOPOLOGY_INTERVAL"}
	config, err := serve.ReadConfig(func(name string) string {
		asked[name] = true
		if slices.Contains(durations, name) {
			return "1m30s"
		}
		if slices.Contains(numbers, name) {
			return "7"
		}
		switch name {
		case "LOG_LEVEL":
			return "WARN"
		case "PUBLIC_HTTPS":
			return "true"
		}
		return "value of " + name
	})
	require.NoError(t, err)
	require.Len(t, asked, 42)
	for name := range asked {
		want := name + "=value of " + name
		switch {
		case slices.Contains(durations, name):
			want = name + "=1m30s"
		case slices.Contains(numbers, name):
			want = name + "=7"
		case name == "LOG_LEVEL":
			want = name + "=WARN"
		case name == "PUBLIC_HTTPS":
			want = name + "=true"
		case name == "DATABASE_URL":
			want = name + "=:(hidden)"
		}
		require.Contains(t, config.String(), want)
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	t.Parallel()
	env := environment{
		"LISTEN_ADDR": "8080", "DATABASE_URL": "postgres://app:s3cret@db/ladder", "DATABASE_PASSWORD_FILE": "/nowhere",
		"ROLE": "web", "DATA_URL": "data:80", "DOMAIN": "Example_.com", "EMF_ADDR": "agent", "SHUTDOWN_DELAY": "soon", "SHUTDOWN_TIMEOUT": "-1s",
	}
	code, stdout, stderr := run(t, env)
	require.Equal(t, 2, code)
	require.Empty(t, stdout)
	for _, want := range []string{
		`LISTEN_ADDR: got "8080", want host:port`,
		"DATABASE_URL: got a URL with a password, want",
		"DATABASE_PASSWORD_FILE: database password: open /nowhere",
		"TOKEN_KEY_FILE: got nothing, want a file made by: openssl genpkey -algorithm ed25519",
		"USER_URL: got nothing, want the address of the service: the role web calls it",
		"DATA_URL: got no address of a service, want a form such as http://",
		`DOMAIN: got "Example_.com", want a host name`,
		`EMF_ADDR: got "agent", want host:port`,
		"LADDER_STACK: got nothing, want the stack's name",
		`SHUTDOWN_DELAY: got "soon", want a duration`,
		"SHUTDOWN_TIMEOUT: got -1s, want more than 0",
	} {
		require.Contains(t, stderr, want)
	}
	require.NotContains(t, stderr, "s3cret")
	require.Len(t, lines(stderr), 11, stderr)
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	valid := environment{"DATABASE_URL": "postgres:///ladder?host=/run/postgresql", "TOKEN_KEY_FILE": newKeyFile(t)}
	domain := valid.with("DOMAIN", "app.example.com", "TLS_CACHE_DIR", "/var/lib/app")
	for name, c := range map[string]struct {
		env  environment
		want string // empty: fine
	}{
		"database":       {valid, ""},
		"password file":  {valid.with("DATABASE_PASSWORD_FILE", writeFile(t, "s3cret\n")), ""},
		"empty password": {valid.with("DATABASE_PASSWORD_FILE", writeFile(t, "\n")), "is empty, want the password"},
		"topology":       {valid.with("TOPOLOGY", "file:/run/app/topology.json"), ""},
		"parameter":      {valid.with("TOPOLOGY", "ssm:/ladder/prod/topology"), ""},
		"no topology":    {valid.with("TOPOLOGY", "/run/topology"), "TOPOLOGY: got \"/run/topology\", want file:/path"},
		"too often": {
			valid.with("TOPOLOGY", "file:/x", "TOPOLOGY_INTERVAL", "1ms"), "TOPOLOGY_INTERVAL: got 1ms, want 250ms or more",
		},
		"memory apart": {environment{"TOPOLOGY": "file:/x"}, "TOPOLOGY: got \"file:/x\" with DATABASE_URL memory:"},
		"no key":       {valid.with("TOKEN_KEY_FILE", ""), "TOKEN_KEY_FILE: got nothing"},
		"no such key":  {valid.with("TOKEN_KEY_FILE", "/nowhere"), "TOKEN_KEY_FILE: token key: open /nowhere"},
		"not a key":    {valid.with("TOKEN_KEY_FILE", writeFile(t, "s3cret")), "no PEM block PRIVATE KEY"},
		"next key":     {valid.with("TOKEN_PREVIOUS_KEY_FILES", newKeyFile(t)+","+newKeyFile(t)), ""},
		"no next key":  {valid.with("TOKEN_PREVIOUS_KEY_FILES", "/nowhere"), "TOKEN_PREVIOUS_KEY_FILES: token key: open"},
		"previous key alone": {
			environment{"TOKEN_PREVIOUS_KEY_FILES": newKeyFile(t)}, "without TOKEN_KEY_FILE, want both",
		},
		"no such role":        {valid.with("ROLE", "god"), `ROLE: got "god", want one of all, data, migrate, user, web`},
		"web":                 {environment{"ROLE": "web", "USER_URL": "http://u", "DATA_URL": "http://d"}, ""},
		"web alone":           {environment{"ROLE": "web"}, "DATA_URL: got nothing"},
		"user":                {valid.with("ROLE", "user", "EVENTS_URL", "nats://bus:4222"), ""},
		"user, no bus":        {valid.with("ROLE", "user"), `EVENTS_URL: got "", want a broker`},
		"user, own bus":       {valid.with("ROLE", "user", "EVENTS_URL", "memory:"), `EVENTS_URL: got "memory:", want a broker`},
		"bus of another kind": {valid.with("EVENTS_URL", "kafka://bus"), `EVENTS_URL: got scheme "kafka"`},
		"no relay":            {valid.with("OUTBOX_PARTITIONS", "0"), "OUTBOX_PARTITIONS: got 0, want 1 to 64"},
		"no copy":             {valid.with("EVENTS_REPLICAS", "-1"), "EVENTS_REPLICAS: got -1, want 1 or more"},
		"cache":               {valid.with("CACHE_URL", "rediss://cache:6379"), ""},
		"cache elsewhere":     {valid.with("CACHE_URL", "memcached://c"), "CACHE_URL: "},
		"cache with password": {valid.with("CACHE_URL", "redis://u:s3cret@c"), "CACHE_URL: "},
		"cache of nothing":    {valid.with("CACHE_URL", "memory:", "CACHE_BYTES", "1"), "CACHE_BYTES: got 1, want 1048576 or more"},
		"cache's password":    {valid.with("CACHE_PASSWORD_FILE", "/nowhere"), "CACHE_PASSWORD_FILE: "},
		"flags elsewhere":     {valid.with("FLAGS", "http://flags"), "FLAGS: "},
		"user calls itself":   {valid.with("ROLE", "user", "USER_URL", "http://u"), "would call itself"},
		"data":                {valid.with("ROLE", "data", "USER_URL", "http://u", "TOKEN_KEY_FILE", "", "EVENTS_URL", "sns:?queue=https://q"), ""},
		"data calls itself":   {valid.with("ROLE", "data", "USER_URL", "http://u", "DATA_URL", "http://d"), "would call itself"},
		"data without keys":   {valid.with("ROLE", "data"), "USER_URL: got nothing"},
		"address with path":   {valid.with("DATA_URL", "http://d/api"), "DATA_URL: got no address of a service"},
		"other database":      {valid.with("DATABASE_URL", "sqlite:x"), "DATABASE_URL: got no postgres URL"},
		"password parameter":  {valid.with("DATABASE_URL", "postgres:///x?password=s3cret"), "URL with a password"},
		"port":                {valid.with("LISTEN_ADDR", ":99999"), "want host:port or :port"},
		"port 80":             {valid.with("LISTEN_ADDR", ":80"), ""},
		"domain":              {domain, ""},
		"shared domain":       {domain.with("TLS_CACHE_DIR", ""), ""},
		"domain in memory":    {domain.with("DATABASE_URL", "memory:"), ""},
		"domain kept nowhere": {
			domain.with("DATABASE_URL", "memory:", "TLS_CACHE_DIR", ""),
			"TLS_CACHE_DIR: got nothing, want a directory that survives restarts",
		},
		"domain without a key": {
			domain.with("ROLE", "data", "USER_URL", "http://u", "TOKEN_KEY_FILE", "", "TLS_CACHE_DIR", ""),
			"TLS_CACHE_DIR: got nothing, want a directory that survives restarts",
		},
		"domain on port 80":         {domain.with("LISTEN_ADDR", ":80"), "DOMAIN serves ports 80 and 443 itself"},
		"domain on port 443":        {domain.with("LISTEN_ADDR", "10.0.0.1:443"), "DOMAIN serves ports 80 and 443 itself"},
		"domain with scheme":        {domain.with("DOMAIN", "https://app.example.com"), "DOMAIN: got"},
		"domain of one part":        {domain.with("DOMAIN", "localhost"), "DOMAIN: got"},
		"address as domain":         {domain.with("DOMAIN", "10.0.0.1"), "DOMAIN: got"},
		"metrics":                   {valid.with("EMF_ADDR", "127.0.0.1:25888", "LADDER_STACK", "phase1"), ""},
		"more traces than requests": {valid.with("TRACE_RATIO", "2"), "TRACE_RATIO: got 2, want 0 to 1"},
		"more lines than requests":  {valid.with("LOG_SAMPLE", "2"), "LOG_SAMPLE: got 2, want 0 to 1"},
		"traces with a user":        {valid.with("OTEL_EXPORTER_OTLP_ENDPOINT", "https://ann:s3cret@host"), "OTEL_EXPORTER_OTLP_ENDPOINT: got no URL, or one with a user"},
		"events with a token":       {valid.with("EVENTS_URL", "nats://s3cret@host"), "EVENTS_URL: got a NATS URL without a host or with a user"},
		"a second token":            {valid.with("EVENTS_URL", "nats://a:4222,nats://s3cret@b:4222"), "EVENTS_URL: got a NATS URL without a host or with a user"},
		"events without a queue":    {valid.with("EVENTS_URL", "sns:?topic=arn"), `EVENTS_URL: got topic "arn" and queue ""`},
		"endless rate":              {valid.with("RATE_LIMIT_USER", "Inf"), "RATE_LIMIT_USER: got +Inf, want 0 to 1e+06"},
		"traces to nowhere":         {valid.with("OTEL_EXPORTER_OTLP_ENDPOINT", "collector"), "OTEL_EXPORTER_OTLP_ENDPOINT: got"},
		"metrics of nothing":        {valid.with("METRICS_ADDR", "here"), `METRICS_ADDR: got "here", want host:port`},
		"nobody is let in":          {valid.with("SHED_MIN", "9", "SHED_MAX", "8"), "SHED_MIN: got 9, want 1 to SHED_MAX, which is 8"},
		"no time":                   {valid.with("SHED_TIME", "-1s"), "SHED_TIME: got -1s"},
		"a rate below":              {valid.with("RATE_LIMIT_USER", "-1"), "RATE_LIMIT_USER: got -1"},
		"an address's":              {valid.with("RATE_LIMIT_ADDRESS", "-1"), "RATE_LIMIT_ADDRESS: got -1"},
		"proxies below":             {valid.with("TRUSTED_PROXIES", "-1"), "TRUSTED_PROXIES: got -1"},
		"another origin":            {valid.with("CORS_ORIGIN", "https://www.shop.example.com"), ""},
		"an origin with a path":     {valid.with("CORS_ORIGIN", "https://www.shop.example.com/"), "CORS_ORIGIN: got \"https://www.shop.example.com/\""},
		"any origin":                {valid.with("CORS_ORIGIN", "*"), `CORS_ORIGIN: got "*", want https://host`},
		"negative delay":            {valid.with("SHUTDOWN_DELAY", "-1s"), "SHUTDOWN_DELAY: got -1s"},
	} {
		config, err := serve.ReadConfig(func(key string) string { return c.env[key] })
		require.NoError(t, err, name)
		err = config.Validate()
		if c.want == "" {
			require.NoError(t, err, name)
		} else {
			require.ErrorContains(t, err, c.want, name)
			require.NotContains(t, err.Error(), "s3cret", name)
		}
		require.NotContains(t, config.String(), "s3cret", name)
	}
}

// migrate needs the database and nothing else.
func TestMigrateIgnoresWhatServeNeeds(t *testing.T) {
	t.Parallel()
	env := newEnvironment(t, pg.Empty(t)).with("TOKEN_KEY_FILE", "", "DOMAIN", "-", "EMF_ADDR", "-")
	migrate(t, env)
}
