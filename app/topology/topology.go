// Package topology reads where the app's data is: the database that writes, those that answer reads, the cache, and
// whether writes wait. The document is watched while the process runs, so that a cutover needs no restart.
//
//	{"writer": {"host": "...", "port": 5432}, "readers": [{"host": "...", "port": 5432}], "database": "ladder",
//	 "cache": {"endpoint": "host:6379", "secretArn": "..."}, "frozen": false}
//
// Its form is a contract with the infrastructure. Keys that this version does not know are allowed, because the
// infrastructure may be newer than the app.
package topology

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	maxBytes   = 64 << 10 // a parameter holds at most 8 KiB [SSM quotas, 2026-09]
	maxReaders = 15       // of an Aurora cluster [Aurora quotas, 2026-09]
)

// Document is where the app's data is.
type Document struct {
	Writer   Host   `json:"writer"`
	Readers  []Host `json:"readers"` // without any the writer answers reads
	Database string `json:"database"`
	Cache    *Cache `json:"cache,omitempty"` // default none
	Frozen   bool   `json:"frozen"`          // writes wait, for the seconds of a cutover
}

// Host is one database server.
type Host struct {
	Host string `json:"host"` // a name, an address, or the directory of a socket
	Port int    `json:"port"`
}

// Cache is the shared cache.
type Cache struct {
	Endpoint  string `json:"endpoint"`  // host:port
	SecretARN string `json:"secretArn"` // what to sign in with; empty: nothing
}

// String returns host:port.
func (h Host) String() string { return net.JoinHostPort(h.Host, strconv.Itoa(h.Port)) }

// Equal reports whether both say the same.
func (d Document) Equal(other Document) bool {
	sameCache := d.Cache == other.Cache || d.Cache != nil && other.Cache != nil && *d.Cache == *other.Cache
	return sameCache && d.Writer == other.Writer && slices.Equal(d.Readers, other.Readers) &&
		d.Database == other.Database && d.Frozen == other.Frozen
}

// Parse reads a document. The error lists every mistake.
func Parse(text []byte) (Document, error) {
	if len(text) > maxBytes {
		return Document{}, fmt.Errorf("topology: got %d bytes, want at most %d", len(text), maxBytes)
	}
	var d Document
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&d); err != nil {
		return Document{}, fmt.Errorf("topology: want one JSON object: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Document{}, errors.New("topology: got text after the JSON object, want nothing")
	}
	if err := d.Validate(); err != nil {
		return Document{}, err
	}
	return d, nil
}

// The forms of names in a document. [RFC 1123; PostgreSQL manual, section 4.1.1].
var (
	hostForm     = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$`)
	socketForm   = regexp.MustCompile(`^/[A-Za-z0-9._/-]{1,90}$`)
	databaseForm = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)
)

// Validate reports every mistake in the document.
func (d Document) Validate() error {
	var bad []error
	add := func(format string, args ...any) { bad = append(bad, fmt.Errorf("topology: "+format, args...)) }
	host := func(where string, h Host) {
		if !hostForm.MatchString(h.Host) && !socketForm.MatchString(h.Host) && net.ParseIP(h.Host) == nil {
			add("%s.host: got %q, want the name of a database server", where, h.Host)
		}
		if h.Port < 1 || h.Port > 65535 {
			add("%s.port: got %d, want 1 to 65535", where, h.Port)
		}
	}
	host("writer", d.Writer)
	for i, reader := range d.Readers {
		where := fmt.Sprintf("readers[%d]", i)
		host(where, reader)
		if slices.Contains(d.Readers[:i], reader) {
			add("%s: got %s twice, want each reader once", where, reader)
		}
	}
	if len(d.Readers) > maxReaders {
		add("readers: got %d, want at most %d", len(d.Readers), maxReaders)
	}
	if !databaseForm.MatchString(d.Database) {
		add("database: got %q, want lower-case letters, digits and _, a letter first", d.Database)
	}
	if d.Cache != nil {
		if host, port, err := net.SplitHostPort(d.Cache.Endpoint); err != nil || host == "" || !isPort(port) {
			add("cache.endpoint: got %q, want host:port", d.Cache.Endpoint)
		}
		if d.Cache.SecretARN != "" && !strings.HasPrefix(d.Cache.SecretARN, "arn:") {
			add("cache.secretArn: got something else, want the ARN of a secret or nothing")
		}
	}
	return errors.Join(bad...)
}

func isPort(text string) bool {
	port, err := strconv.Atoi(text)
	return err == nil && port >= 1 && port <= 65535
}
