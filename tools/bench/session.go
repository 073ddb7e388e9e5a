package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/ladder-iac/ladder/app/api"
)

const (
	email    = "bench@example.com"
	password = "correct horse battery staple"
)

// writeTokenKey makes the key that both kinds of the app sign with, so that one session is good for both.
func writeTokenKey(path string) error {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	content, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: content}), 0o600)
}

// signUp makes the user whose items are read, and returns his id.
func signUp(ctx context.Context, addr string) (owner string, err error) {
	var user struct{ ID string }
	in := map[string]string{"email": email, "name": "bench", "password": password}
	return user.ID, post(ctx, addr, "/users", in, &user)
}

// signIn returns a new token: a session ends after half an hour.
func signIn(ctx context.Context, addr string) (token string, err error) {
	var session struct{ Token string }
	in := map[string]string{"email": email, "password": password}
	return session.Token, post(ctx, addr, "/sessions", in, &session)
}

func post(ctx context.Context, addr, path string, in, out any) error {
	content, err := json.Marshal(in)
	if err != nil {
		return err
	}
	url := "http://" + addr + api.Base + path
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(content))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := fetch(request)
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, out)
}

func fetch(request *http.Request) ([]byte, error) {
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close() // it was read
	if err == nil && answer.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s: %s: %.200s", request.Method, request.URL.Path, answer.Status, content)
	}
	return content, err
}

// compare makes sure that all peers answer a path with the same bytes.
func compare(ctx context.Context, peers []*process, path, token string) error {
	var want []byte
	for _, p := range peers {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.addr+path, http.NoBody)
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", "Bearer "+token)
		got, err := fetch(request)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if want == nil {
			want = got
		}
		if !bytes.Equal(got, want) {
			return fmt.Errorf("%s: got %s\nwant %s, as %s answers", p.name, strings.TrimSpace(string(got)), want,
				peers[0].name)
		}
	}
	return nil
}
