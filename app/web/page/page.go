// Package page is the page for people: served by the app itself, or as files by a content delivery network.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"io/fs"
	"path"
	"strings"
)

//go:embed index.html app.css app.js icon.svg
var files embed.FS

var index = template.Must(template.ParseFS(files, "index.html"))

// About is what the page shows about who made it.
type About struct {
	Version string // of the binary
	Stack   string // may be empty
	Phase   string // may be empty
	API     string // where the app answers, e.g. "https://shop.example.com"; empty where the page comes from
}

// Index returns the document.
func Index(about About) ([]byte, error) {
	var content bytes.Buffer
	err := index.Execute(&content, about)
	return content.Bytes(), err
}

// Asset returns one of the document's other files.
func Asset(name string) ([]byte, error) {
	if name == "index.html" {
		return nil, fs.ErrNotExist
	}
	return files.ReadFile(name)
}

// Site returns the page as files: documents, which change, and assets, whose names tell their content, so that they
// may be kept for ever. The names are paths without a slash in front.
func Site(about About) (documents, assets map[string][]byte, err error) {
	document, err := Index(about)
	if err != nil {
		return nil, nil, err
	}
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, nil, err
	}
	assets = map[string][]byte{}
	for _, entry := range entries {
		name := entry.Name()
		if name == "index.html" {
			continue
		}
		content, err := files.ReadFile(name)
		if err != nil {
			return nil, nil, err
		}
		sum := sha256.Sum256(content)
		ending := path.Ext(name)
		named := "assets/" + strings.TrimSuffix(name, ending) + "-" + hex.EncodeToString(sum[:8]) + ending
		assets[named] = content
		document = bytes.ReplaceAll(document, []byte(`"/assets/`+name+`"`), []byte(`"/`+named+`"`))
	}
	return map[string][]byte{"index.html": document}, assets, nil
}

// ContentSecurityPolicy lets a browser do what the page needs, and nothing else. API is as in About.
func ContentSecurityPolicy(api string) string {
	if api == "" {
		api = "'self'"
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; connect-src " + api +
		"; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
