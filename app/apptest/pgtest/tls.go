package pgtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// loopback is where a server listens that is reached over the network.
const loopback = "127.0.0.1"

// Secure restarts the server so that it is reached as a managed database is: over TCP, by TLS or not at all. It
// returns the address of a database that exists, in which the client checks the server's name and certificate.
func (s *Server) Secure(tb testing.TB, db string) DB {
	tb.Helper()
	if err := s.secure(); err != nil {
		tb.Fatal(err)
	}
	s.Restart(tb)
	query := url.Values{"sslmode": {"verify-full"}, "sslrootcert": {s.certificate()}}
	address := url.URL{
		Scheme: "postgres", User: url.User(role), Host: net.JoinHostPort(loopback, s.port), Path: db,
		RawQuery: query.Encode(),
	}
	return DB{URL: address.String(), Password: password}
}

func (s *Server) secure() error {
	certificate, key, err := selfSigned()
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	// The server reads its key only when nobody else may; clients read the certificate.
	if err := s.writeOwn("server.key", string(key)); err != nil {
		return err
	}
	if err := s.writeOwn("server.crt", string(certificate)); err != nil {
		return err
	}
	if err := os.WriteFile(s.certificate(), certificate, 0o600); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	open := hba + "hostssl all all " + loopback + "/32 scram-sha-256\n"
	if err := writeFile(filepath.Join(s.data(), "pg_hba.conf"), open); err != nil {
		return err
	}
	if s.port, err = freePort(); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	s.network = []string{"listen_addresses=" + loopback, "port=" + s.port, "ssl=on"}
	return s.stop()
}

func (s *Server) certificate() string { return filepath.Join(s.dir, "ca.crt") }

// selfSigned returns a certificate for the loopback address that is its own authority, and its key, as PEM.
func selfSigned() (certificate, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "pgtest"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.ParseIP(loopback)},
		IsCA:        true, BasicConstraintsValid: true,
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return nil, nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, err
	}
	certificate = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed})
	return certificate, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), nil
}

// freePort returns a port that nobody listens on now.
func freePort() (string, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(loopback, "0")) //nolint:noctx // closed at once
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, errors.Join(err, listener.Close())
}
