package secrets_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/secrets"
)

func TestParse(t *testing.T) {
	t.Parallel()
	const pem = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
	c, check, err := secrets.Parse([]string{
		"-dir", "/run/secrets", "-every", "5m", "password=" + database + "#password", "token.pem=" + signing, "ca.pem=" + pem,
	})
	require.NoError(t, err)
	require.False(t, check)
	require.Equal(t, secrets.Config{Dir: "/run/secrets", Every: 5 * time.Minute, Files: []secrets.File{
		{Name: "password", Source: database, Field: "password"},
		{Name: "token.pem", Source: signing},
		{Name: "ca.pem", Source: pem},
	}}, c)

	c, check, err = secrets.Parse([]string{"--check", "--dir=/run/secrets"})
	require.NoError(t, err)
	require.True(t, check)
	require.Equal(t, 10*time.Minute, c.Every)
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	good := "password=" + database
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no folder":         {[]string{good}, "-dir: got nothing, want a folder"},
		"no files":          {[]string{"-dir", "/x"}, "got no files, want NAME=SOURCE"},
		"files to check":    {[]string{"-dir", "/x", "-check", good}, "with -check, want no files"},
		"too often":         {[]string{"-dir", "/x", "-every", "1ms", good}, "-every: got 1ms, want 0 or at least 1s"},
		"never":             {[]string{"-dir", "/x", "-every", "-1s", good}, "-every: got -1s, want 0 or at least 1s"},
		"no duration":       {[]string{"-dir", "/x", "-every", "soon", good}, `invalid value "soon"`},
		"unknown flag":      {[]string{"-folder", "/x", good}, "-folder"},
		"twice":             {[]string{"-dir", "/x", good, good}, "password: got it twice, want each file once"},
		"no source":         {[]string{"-dir", "/x", "password"}, `password: got "", want the ARN of a secret`},
		"path":              {[]string{"-dir", "/x", "../password=" + database}, "want NAME=SOURCE with a name of letters"},
		"the ready file":    {[]string{"-dir", "/x", ".ready=" + database}, "want NAME=SOURCE with a name of letters"},
		"a half-made file":  {[]string{"-dir", "/x", "password.new=" + database}, "not ending in .new"},
		"another service":   {[]string{"-dir", "/x", "a=arn:aws:ssm:us-east-1:123456789012:parameter/x"}, "want the ARN of a secret"},
		"empty field":       {[]string{"-dir", "/x", good + "#"}, "with #FIELD or without"},
		"plain text":        {[]string{"-dir", "/x", "ca.pem=http://example.com/ca.pem"}, "https://HOST/PATH"},
		"password in a URL": {[]string{"-dir", "/x", "ca.pem=https://me:secret@example.com/ca.pem"}, "got an address with a user"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := secrets.Parse(c.args)
			require.ErrorContains(t, err, c.want)
			require.ErrorAs(t, err, new(secrets.UsageError))
			require.ErrorContains(t, err, "usage: app secrets")
			require.NotContains(t, err.Error(), "me:secret")
		})
	}
	_, _, err := secrets.Parse([]string{"-every", "1ms", "x"})
	for _, want := range []string{"-dir", "-every", "x: got"} {
		require.ErrorContains(t, err, want, "all mistakes at once")
	}
}
