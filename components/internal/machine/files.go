package machine

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/base64"
	"fmt"
	"strings"
	"text/template"
)

//go:embed files
var files embed.FS

const (
	scripts = "usr/local/sbin/"
	units   = "etc/systemd/system/"
)

// place is where a file goes on the machine.
type place struct {
	name, path string
	mode       int64
}

// common is on every machine.
var common = []place{
	{"ladder-agent", scripts + "ladder-agent", 0o755},
	{"ladder-release", scripts + "ladder-release", 0o755},
	{"ladder-setup.service", units + "ladder-setup.service", 0o644},
	{"ladder-app.service", units + "ladder-app.service", 0o644},
	{"logrotate.conf", "etc/logrotate.d/ladder", 0o644},
	{"logrotate-timer.conf", units + "logrotate.timer.d/ladder.conf", 0o644},
}

// follower is what a machine that follows the release parameter needs beside it.
var follower = []place{
	{"ladder-release.service", units + "ladder-release.service", 0o644},
	{"ladder-release.timer", units + "ladder-release.timer", 0o644},
}

// server is what app and database on one machine need beside it.
var server = []place{
	{"ladder-setup", scripts + "ladder-setup", 0o755},
	{"ladder-storage", scripts + "ladder-storage", 0o755},
	{"ladder-database", scripts + "ladder-database", 0o755},
	{"ladder-wal", scripts + "ladder-wal", 0o755},
	{"ladder-backup", scripts + "ladder-backup", 0o755},
	{"ladder-restore", scripts + "ladder-restore", 0o755},
	{"ladder-watch", scripts + "ladder-watch", 0o755},
	{"ladder-backup.service", units + "ladder-backup.service", 0o644},
	{"ladder-backup.timer", units + "ladder-backup.timer", 0o644},
	{"ladder-watch.service", units + "ladder-watch.service", 0o644},
	{"ladder-watch.timer", units + "ladder-watch.timer", 0o644},
	{"postgresql.conf", units + "postgresql.service.d/ladder.conf", 0o644},
}

// appServer is what the app on a machine of its own needs beside it.
var appServer = []place{
	{"ladder-app-setup", scripts + "ladder-setup", 0o755},
	{"ladder-secrets", scripts + "ladder-secrets", 0o755},
	{"ladder-topology", scripts + "ladder-topology", 0o755},
	{"ladder-topology.service", units + "ladder-topology.service", 0o644},
	{"ladder-topology.timer", units + "ladder-topology.timer", 0o644},
	{"ladder-secrets.service", units + "ladder-secrets.service", 0o644},
	{"ladder-secrets.timer", units + "ladder-secrets.timer", 0o644},
}

func render(name string, data any) (string, error) {
	t, err := template.ParseFS(files, "files/"+name)
	if err != nil {
		return "", fmt.Errorf("machine: %s: %w", name, err)
	}
	var text strings.Builder
	if err := t.Option("missingkey=error").Execute(&text, data); err != nil {
		return "", fmt.Errorf("machine: %s: %w", name, err)
	}
	return text.String(), nil
}

// pack returns the files as base64 of a gzipped tar, in lines of 76 characters; files only, so that unpacking
// changes no directory.
func pack(places []place) (string, error) {
	var packed bytes.Buffer
	zip, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return "", err
	}
	archive := tar.NewWriter(zip)
	for _, place := range places {
		text, err := files.ReadFile("files/" + place.name)
		if err != nil {
			return "", err
		}
		if err := archive.WriteHeader(&tar.Header{Name: place.path, Mode: place.mode, Size: int64(len(text))}); err != nil {
			return "", err
		}
		if _, err := archive.Write(text); err != nil {
			return "", err
		}
	}
	if err := archive.Close(); err != nil {
		return "", err
	}
	if err := zip.Close(); err != nil {
		return "", err
	}
	var lines strings.Builder
	for text := base64.StdEncoding.EncodeToString(packed.Bytes()); text != ""; {
		n := min(76, len(text))
		lines.WriteString(text[:n] + "\n")
		text = text[n:]
	}
	return lines.String(), nil
}
