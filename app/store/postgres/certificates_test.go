package postgres_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"github.com/ladder-iac/ladder/app/apptest/pgtest"
	"github.com/ladder-iac/ladder/app/auth"
	"github.com/ladder-iac/ladder/app/store/postgres"
)

const domain = "app.example.com"

var _ autocert.Cache = (*postgres.Certificates)(nil)

func newTokenKey(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	key, err := auth.GenerateKey()
	require.NoError(t, err)
	return key
}

// newCertificates are those of a server of its own, with its own pool.
func newCertificates(t *testing.T, db pgtest.DB, key ed25519.PrivateKey) *postgres.Certificates {
	t.Helper()
	certificates, err := postgres.NewCertificates(open(t, db), key)
	require.NoError(t, err)
	return certificates
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	db, key := pg.New(t), newTokenKey(t)
	a, b := newCertificates(t, db, key), newCertificates(t, db, key)
	_, err := b.Get(t.Context(), "token+http-01")
	require.ErrorIs(t, err, autocert.ErrCacheMiss)

	require.NoError(t, a.Put(t.Context(), "token+http-01", []byte("token.thumbprint")))
	got, err := b.Get(t.Context(), "token+http-01")
	require.NoError(t, err)
	require.Equal(t, "token.thumbprint", string(got), "a challenge of one is answered by the other")

	require.NoError(t, b.Put(t.Context(), "token+http-01", []byte("another")))
	got, err = a.Get(t.Context(), "token+http-01")
	require.NoError(t, err)
	require.Equal(t, "another", string(got))

	require.NoError(t, b.Delete(t.Context(), "token+http-01"))
	require.NoError(t, b.Delete(t.Context(), "token+http-01"), "deleting what is not there is no error")
	_, err = a.Get(t.Context(), "token+http-01")
	require.ErrorIs(t, err, autocert.ErrCacheMiss)

	for _, name := range []string{"\x00", "a\xff"} {
		_, err = a.Get(t.Context(), name)
		require.ErrorIs(t, err, autocert.ErrCacheMiss, "%q", name)
	}
	require.NoError(t, a.Put(t.Context(), "empty", nil))
	got, err = b.Get(t.Context(), "empty")
	require.NoError(t, err)
	require.Empty(t, got)
}

// Two servers behind one name: the authority's question about a challenge of the first reaches the second, which
// later serves the certificate without asking for one.
func TestCertificateOfTwoServers(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"http-01", "tls-alpn-01"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			certificateOfTwoServers(t, kind)
		})
	}
}

func certificateOfTwoServers(t *testing.T, kind string) {
	t.Helper()
	db, key := pg.New(t), newTokenKey(t)
	authority := newAuthority(t, kind)
	manager := func(cache autocert.Cache) *autocert.Manager {
		return &autocert.Manager{
			Prompt: autocert.AcceptTOS, Cache: cache, HostPolicy: autocert.HostWhitelist(domain),
			Client: &acme.Client{DirectoryURL: authority.URL + "/directory", HTTPClient: authority.Client()},
		}
	}
	first, second := manager(newCertificates(t, db, key)), manager(newCertificates(t, db, key))
	first.HTTPHandler(nil) // challenges by HTTP are possible
	authority.ask = byHTTP(second.HTTPHandler(nil))
	if kind == "tls-alpn-01" {
		authority.ask = byTLS(second.TLSConfig())
	}
	hello := func() *tls.ClientHelloInfo {
		return &tls.ClientHelloInfo{
			ServerName: domain, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
		}
	}
	mine, err := first.GetCertificate(hello())
	require.NoError(t, err, "%v", authority.refuse)
	theirs, err := second.GetCertificate(hello())
	require.NoError(t, err)
	require.Equal(t, mine.Certificate, theirs.Certificate)
	require.Equal(t, mine.PrivateKey, theirs.PrivateKey)
	require.Equal(t, 1, authority.orders, "one certificate for both")

	conn := connect(t, db)
	require.Eventually(t, func() bool { return count(t, conn, "SELECT count(*) FROM certificates") == 2 }, patience,
		10*time.Millisecond, "the account and the certificate; tokens are deleted")
	rows, err := conn.Query(t.Context(), "SELECT content FROM certificates")
	require.NoError(t, err)
	for rows.Next() {
		var content []byte
		require.NoError(t, rows.Scan(&content))
		for _, clear := range []string{"-----BEGIN", "PRIVATE", "CERTIFICATE", domain} {
			require.NotContains(t, string(content), clear)
		}
		require.False(t, bytes.Contains(content, mine.Certificate[0]))
	}
	require.NoError(t, rows.Err())

	// Without what they share the question is answered by nobody.
	stranger := manager(newCertificates(t, db, newTokenKey(t)))
	stranger.HTTPHandler(nil)
	_, err = stranger.GetCertificate(hello())
	require.Error(t, err)
	require.Error(t, authority.refuse)
}

func TestCertificatesUnderAnotherKey(t *testing.T) {
	t.Parallel()
	db := pg.New(t)
	before, after := newCertificates(t, db, newTokenKey(t)), newCertificates(t, db, newTokenKey(t))
	require.NoError(t, before.Put(t.Context(), domain, []byte("old")))
	_, err := after.Get(t.Context(), domain)
	require.ErrorIs(t, err, autocert.ErrCacheMiss)

	require.NoError(t, after.Put(t.Context(), domain, []byte("new")))
	got, err := after.Get(t.Context(), domain)
	require.NoError(t, err)
	require.Equal(t, "new", string(got))

	// Who may write to the database can neither exchange certificates nor make the app trip.
	conn := connect(t, db)
	_, err = conn.Exec(t.Context(), "INSERT INTO certificates SELECT 'other.example.com', content FROM certificates")
	require.NoError(t, err)
	for _, change := range []string{
		"SELECT", "UPDATE certificates SET content = set_byte(content, 20, get_byte(content, 20) # 1)",
		"UPDATE certificates SET content = substring(content for 5)", "UPDATE certificates SET content = ''",
	} {
		_, err = conn.Exec(t.Context(), change)
		require.NoError(t, err)
		_, err = after.Get(t.Context(), "other.example.com")
		require.ErrorIs(t, err, autocert.ErrCacheMiss, change)
	}
}

func TestCertificatesPutAtOnce(t *testing.T) {
	t.Parallel()
	db, key := pg.New(t), newTokenKey(t)
	servers := []*postgres.Certificates{newCertificates(t, db, key), newCertificates(t, db, key)}
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			content := strings.Repeat(fmt.Sprintf("%02d", i), 2000)
			// On a busy machine 40 of them may take longer than one of them has.
			assert.Eventually(t, func() bool {
				return servers[i%2].Put(t.Context(), domain, []byte(content)) == nil
			}, patience, 10*time.Millisecond)
			var got []byte
			var err error
			assert.Eventually(t, func() bool {
				got, err = servers[1-i%2].Get(t.Context(), domain)
				return err == nil
			}, patience, 10*time.Millisecond)
			if len(got) != 4000 || strings.Repeat(string(got[:2]), 2000) != string(got) {
				t.Errorf("got %d bytes of one, %v", len(got), err)
			}
		})
	}
	all.Wait()
	require.Equal(t, 1, count(t, connect(t, db), "SELECT count(*) FROM certificates"))
}

// An outage is told soon, says nothing about the inside, and is no miss: new certificates are limited.
func TestCertificatesWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	db := server.Database(t, "app")
	_, err := postgres.Migrate(t.Context(), configOf(t, db), patience)
	require.NoError(t, err)
	certificates := newCertificates(t, db, newTokenKey(t))
	require.NoError(t, certificates.Put(t.Context(), domain, []byte("kept")))

	const outage = "the database does not answer; try again later"
	conn := connect(t, db) // it answers, and does nothing
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "LOCK TABLE certificates")
	require.NoError(t, err)
	begin := time.Now()
	_, err = certificates.Get(t.Context(), domain)
	require.EqualError(t, err, outage)
	require.EqualError(t, certificates.Put(t.Context(), domain, []byte("kept")), outage) // it may be done in the end
	require.Less(t, time.Since(begin), 20*time.Second)
	require.NoError(t, tx.Rollback(t.Context()))

	server.Stop(t)
	_, err = certificates.Get(t.Context(), domain)
	require.EqualError(t, err, outage)
	require.EqualError(t, certificates.Put(t.Context(), domain, []byte("lost")), outage)
	require.EqualError(t, certificates.Delete(t.Context(), domain), outage)
	w := httptest.NewRecorder()
	(&autocert.Manager{Cache: certificates}).HTTPHandler(nil).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(),
		"GET", "http://"+domain+"/.well-known/acme-challenge/token", nil))
	require.Equal(t, http.StatusNotFound, w.Code)
	require.Equal(t, outage+"\n", w.Body.String())

	server.Restart(t)
	got, err := certificates.Get(t.Context(), domain)
	require.NoError(t, err)
	require.Equal(t, "kept", string(got))
}
