package auth

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// reloadInterval is how often a KeyRing looks at its files. A new key works this much later everywhere.
const reloadInterval = 5 * time.Second

// KeyFiles are what a KeyRing is read from.
type KeyFiles struct {
	Current string // the private key that signs

	// Keys, private or public, whose tokens are good as well: the one before, until its last token has ended, and the
	// next one, so that all verifiers know it before it signs. Default none.
	Others []string
}

// KeyRing signs with one key and knows the public keys of all. It follows its files: no restart is needed for a new
// key, and while a file cannot be read the keys of before stay.
type KeyRing struct {
	files KeyFiles
	now   func() time.Time
	log   *slog.Logger

	mu      sync.Mutex
	looked  time.Time
	content [][]byte
	signer  *Signer
	keys    Keys
}

// OpenKeyRing reads the files; now is time.Now outside tests.
func OpenKeyRing(files KeyFiles, now func() time.Time, log *slog.Logger) (*KeyRing, error) {
	ring := &KeyRing{files: files, now: now, log: log, looked: now()}
	if err := ring.load(); err != nil {
		return nil, err
	}
	return ring, nil
}

// NewKeyRing returns a ring of one key that stays.
func NewKeyRing(key ed25519.PrivateKey, now func() time.Time) (*KeyRing, error) {
	signer, err := NewSigner(key, now)
	if err != nil {
		return nil, err
	}
	return &KeyRing{now: now, signer: signer, keys: NewKeys(signer.Public())}, nil
}

// Sign implements TokenSigner.
func (r *KeyRing) Sign(userID string) (token string, expires time.Time, err error) {
	signer, _ := r.current()
	return signer.Sign(userID)
}

// Key implements KeySource.
func (r *KeyRing) Key(ctx context.Context, id string) (ed25519.PublicKey, error) {
	_, keys := r.current()
	return keys.Key(ctx, id)
}

// Public returns the public keys of the ring.
func (r *KeyRing) Public() Keys {
	_, keys := r.current()
	return keys
}

func (r *KeyRing) current() (*Signer, Keys) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := r.now(); r.files.Current != "" && now.Sub(r.looked) >= reloadInterval {
		r.looked = now
		if err := r.load(); err != nil {
			r.log.Error("token keys: the files cannot be read; the keys of before stay", slog.Any("error", err))
		}
	}
	return r.signer, r.keys
}

// load reads the files and changes the ring when all of them are good and one is new.
func (r *KeyRing) load() error {
	var content [][]byte
	for _, path := range append([]string{r.files.Current}, r.files.Others...) {
		one, err := os.ReadFile(path) //nolint:gosec // G304: the operator names the file
		if err != nil {
			return fmt.Errorf("token key: %w", err)
		}
		content = append(content, one)
	}
	if equal(content, r.content) {
		return nil
	}
	key, err := parsePrivate(r.files.Current, content[0])
	if err != nil {
		return err
	}
	signer, err := NewSigner(key, r.now)
	if err != nil {
		return err
	}
	public := []ed25519.PublicKey{signer.Public()}
	for i, path := range r.files.Others {
		other, err := parsePublic(path, content[i+1])
		if err != nil {
			return err
		}
		public = append(public, other)
	}
	r.content, r.signer, r.keys = content, signer, NewKeys(public...)
	r.log.Info("token keys read", slog.String("signs", signer.id), slog.Int("accepted", len(r.keys.byID)))
	return nil
}

func equal(a, b [][]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !bytes.Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}
