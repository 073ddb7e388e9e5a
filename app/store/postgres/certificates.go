package postgres

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"golang.org/x/crypto/acme/autocert"

	"github.com/ladder-iac/ladder/app"
)

const (
	// certificateTime is how long one call may take: a handshake, or the certificate authority, waits for it.
	certificateTime = 3 * time.Second

	// certificatePurpose keeps this key apart from any other that is derived from the same secret.
	certificatePurpose = "ladder certificates 1"
)

// Certificates implements autocert.Cache for several servers of one name: each finds the certificates and answers the
// challenges of all. What it keeps is encrypted, so that whoever reads the database or a copy of it has no key.
type Certificates struct {
	db   *DB
	seal cipher.AEAD
}

// NewCertificates returns the certificates of a database. Their encryption key is derived from the key that signs
// tokens, which all servers have. After a change of it there are none, and new ones are asked for.
func NewCertificates(db *DB, tokenKey ed25519.PrivateKey) (*Certificates, error) {
	key, err := hkdf.Key(sha256.New, tokenKey.Seed(), nil, certificatePurpose, 32)
	if err != nil {
		return nil, fmt.Errorf("certificates: derive key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("certificates: %w", err)
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("certificates: %w", err)
	}
	return &Certificates{db: db, seal: seal}, nil
}

// Get implements autocert.Cache. While the database does not answer it is no miss: that would ask for certificates
// that are there, and they are limited to a few a week.
func (c *Certificates) Get(ctx context.Context, name string) ([]byte, error) {
	const query = `SELECT content FROM certificates WHERE name = $1`
	if !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
		return nil, autocert.ErrCacheMiss // a stranger's challenge, which the database would refuse to compare
	}
	ctx, cancel := context.WithTimeout(ctx, certificateTime)
	defer cancel()
	var sealed []byte
	err := c.db.readWriter(ctx, func(ctx context.Context, q querier) error { // another server may have just written it
		return q.QueryRow(ctx, query, name).Scan(&sealed)
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, autocert.ErrCacheMiss
	case err != nil:
		return nil, c.told("read", err)
	}
	content, err := c.seal.Open(nil, nil, sealed, []byte(name))
	if err != nil {
		c.db.log.Warn("a certificate is kept under another token key and counts as missing", slog.String("name", name))
		return nil, autocert.ErrCacheMiss
	}
	return content, nil
}

// Put implements autocert.Cache. The last of several wins.
func (c *Certificates) Put(ctx context.Context, name string, content []byte) error {
	const query = `INSERT INTO certificates (name, content) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET content = excluded.content`
	sealed := c.seal.Seal(nil, nil, content, []byte(name))
	return c.change(ctx, "write", query, name, sealed)
}

// Delete implements autocert.Cache.
func (c *Certificates) Delete(ctx context.Context, name string) error {
	return c.change(ctx, "delete", `DELETE FROM certificates WHERE name = $1`, name)
}

// change does what may be done twice, so that it is repeated as a read is.
func (c *Certificates) change(ctx context.Context, verb, query string, args ...any) error {
	ctx, cancel := context.WithTimeout(ctx, certificateTime)
	defer cancel()
	err := c.db.writeAgain(ctx, func(ctx context.Context, q querier) error {
		_, err := q.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		return c.told(verb, err)
	}
	return nil
}

// told logs an error and returns what may be shown: autocert answers strangers with it, or drops it.
func (c *Certificates) told(verb string, err error) error {
	c.db.log.Warn("certificates: "+verb, slog.Any("error", err))
	return errors.New(app.ErrorMessage(err))
}
