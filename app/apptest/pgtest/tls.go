package pgtest

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/ladder-iac/ladder/app/apptest/loopback"
)

// Secure restarts the server so that it is reached as a managed database is: over TCP, by TLS or not at all. It
// returns the address of a database that exists, in which the client checks the server's name and certificate.
func (s *Server) Secure(tb testing.TB, db string) DB {
	tb.Helper()
	if err := s.secure(loopback.FreePort(tb)); err != nil {
		tb.Fatal(err)
	}
	s.Restart(tb)
	query := url.Values{"sslmode": {"verify-full"}, "sslrootcert": {s.certificate()}}
	address := url.URL{
		Scheme: "postgres", User: url.User(role), Host: net.JoinHostPort(loopback.Host, s.port), Path: db,
		RawQuery: query.Encode(),
	}
	return DB{URL: address.String(), Password: password}
}

func (s *Server) secure(port int) error {
	certificate, key, err := loopback.SelfSigned()
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
	open := hba + "hostssl all all " + loopback.Host + "/32 scram-sha-256\n"
	if err := writeFile(filepath.Join(s.data(), "pg_hba.conf"), open); err != nil {
		return err
	}
	s.port = strconv.Itoa(port)
	s.network = []string{"listen_addresses=" + loopback.Host, "port=" + s.port, "ssl=on"}
	return s.stop()
}

func (s *Server) certificate() string { return filepath.Join(s.dir, "ca.crt") }
