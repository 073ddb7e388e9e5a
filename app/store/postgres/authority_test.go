package postgres_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/acme"
)

// authority stands in for Let's Encrypt [RFC 8555]: it offers one kind of challenge and believes every signature.
type authority struct {
	*httptest.Server
	t      *testing.T
	kind   string              // of challenge: http-01 or tls-alpn-01
	ask    func(r probe) error // what the server that the authority happens to reach makes of the challenge
	refuse error               // why the last challenge failed
	token  string
	orders int

	mu    sync.Mutex
	state string // of the authorization
	chain []byte
}

// probe is what the authority asks about.
type probe struct {
	ctx   context.Context
	token string
}

func newAuthority(t *testing.T, kind string) *authority {
	t.Helper()
	a := &authority{t: t, kind: kind}
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	return a
}

type object map[string]any

func (a *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	w.Header().Set("Replay-Nonce", "nonce")
	reply := func(status int, body object) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	}
	order := func(status string) object {
		return object{
			"status": status, "identifiers": []object{{"type": "dns", "value": domain}},
			"authorizations": []string{a.URL + "/authorization"}, "finalize": a.URL + "/finalize",
			"certificate": a.URL + "/certificate",
		}
	}
	challenge := object{"type": a.kind, "url": a.URL + "/challenge", "token": a.token, "status": "pending"}
	switch r.URL.Path {
	case "/directory":
		reply(http.StatusOK, object{
			"newNonce": a.URL + "/nonce", "newAccount": a.URL + "/account", "newOrder": a.URL + "/order",
		})
	case "/nonce":
	case "/account":
		w.Header().Set("Location", a.URL+"/account/1")
		reply(http.StatusCreated, object{"status": "valid"})
	case "/order":
		a.orders++
		a.token, a.state = fmt.Sprint("token", a.orders), "pending"
		w.Header().Set("Location", a.URL+"/order/1")
		reply(http.StatusCreated, order("pending"))
	case "/authorization":
		reply(http.StatusOK, object{
			"status": a.state, "identifier": object{"type": "dns", "value": domain}, "challenges": []object{challenge},
		})
	case "/challenge":
		a.state = "valid"
		if a.refuse = a.ask(probe{r.Context(), a.token}); a.refuse != nil {
			a.state = "invalid"
		}
		reply(http.StatusOK, challenge)
	case "/order/1":
		reply(http.StatusOK, order("ready"))
	case "/finalize":
		w.Header().Set("Location", a.URL+"/order/1")
		a.sign(r)
		reply(http.StatusOK, order("valid"))
	case "/certificate":
		_, _ = w.Write(a.chain)
	default:
		http.NotFound(w, r)
	}
}

// byHTTP asks a server's port 80.
func byHTTP(handler http.Handler) func(probe) error {
	return func(p probe) error {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(p.ctx, "GET",
			"http://"+domain+"/.well-known/acme-challenge/"+p.token, nil))
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Body.String(), p.token+".") {
			return fmt.Errorf("got %d %s", w.Code, w.Body)
		}
		return nil
	}
}

// byTLS asks a server's port 443: the answer is a certificate with the extension of RFC 8737.
func byTLS(config *tls.Config) func(probe) error {
	return func(probe) error {
		answer, err := config.GetCertificate(&tls.ClientHelloInfo{ServerName: domain, SupportedProtos: []string{acme.ALPNProto}})
		if err != nil {
			return err
		}
		leaf, err := x509.ParseCertificate(answer.Certificate[0])
		if err != nil {
			return err
		}
		for _, extension := range leaf.Extensions {
			if extension.Id.String() == "1.3.6.1.5.5.7.1.31" {
				return nil
			}
		}
		return errors.New("got an ordinary certificate")
	}
}

// sign makes the certificate that the request in r describes, for 90 days.
func (a *authority) sign(r *http.Request) {
	var envelope struct{ Payload string }
	require.NoError(a.t, json.NewDecoder(r.Body).Decode(&envelope))
	payload, err := base64.RawURLEncoding.DecodeString(envelope.Payload)
	require.NoError(a.t, err)
	var in struct{ CSR string }
	require.NoError(a.t, json.Unmarshal(payload, &in))
	der, err := base64.RawURLEncoding.DecodeString(in.CSR)
	require.NoError(a.t, err)
	request, err := x509.ParseCertificateRequest(der)
	require.NoError(a.t, err)
	a.chain = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate(a.t, request.PublicKey)})
}

func certificate(t *testing.T, key crypto.PublicKey) []byte {
	t.Helper()
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: domain}, DNSNames: []string{domain},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour),
	}
	parent := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "authority"}}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key, signer)
	require.NoError(t, err)
	return der
}
