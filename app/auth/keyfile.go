package auth

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
)

// ReadKey reads an Ed25519 private key in PKCS#8 from a PEM file. Its errors never hold the content.
func ReadKey(path string) (ed25519.PrivateKey, error) {
	content, err := os.ReadFile(path) //nolint:gosec // G304: the operator names the file
	if err != nil {
		return nil, fmt.Errorf("token key: %w", err)
	}
	return parsePrivate(path, content)
}

// ReadPublicKey reads an Ed25519 public key from a PEM file that holds it or its private key.
func ReadPublicKey(path string) (ed25519.PublicKey, error) {
	content, err := os.ReadFile(path) //nolint:gosec // G304: the operator names the file
	if err != nil {
		return nil, fmt.Errorf("token key: %w", err)
	}
	return parsePublic(path, content)
}

func parsePrivate(path string, content []byte) (ed25519.PrivateKey, error) {
	const wanted = "want one made by: openssl genpkey -algorithm ed25519"
	block, _ := pem.Decode(content)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, fmt.Errorf("token key %s: got no PEM block PRIVATE KEY, %s", path, wanted)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("token key %s: got no PKCS#8 key, %s", path, wanted)
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("token key %s: got %T, %s", path, parsed, wanted)
	}
	return key, nil
}

func parsePublic(path string, content []byte) (ed25519.PublicKey, error) {
	const wanted = "want one made by: openssl pkey -pubout"
	block, _ := pem.Decode(content)
	if block == nil || block.Type != "PUBLIC KEY" {
		private, err := parsePrivate(path, content)
		if err != nil {
			return nil, fmt.Errorf("%w, or its public key", err)
		}
		return publicOf(private), nil
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("token key %s: got no PKIX key, %s", path, wanted)
	}
	key, ok := parsed.(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("token key %s: got %T, %s", path, parsed, wanted)
	}
	return key, nil
}

func publicOf(key ed25519.PrivateKey) ed25519.PublicKey {
	return ed25519.PublicKey(key[ed25519.PrivateKeySize-ed25519.PublicKeySize:])
}
