package peer

import (
	"net/http"
	"strings"
	"time"

	"github.com/ladder-iac/ladder/app/auth"
)

// signedIn lets requests pass that carry a token of the app's key.
func signedIn(keyFile string, next http.Handler) (http.Handler, error) {
	key, err := auth.ReadKey(keyFile)
	if err != nil {
		return nil, err
	}
	ring, err := auth.NewKeyRing(key, time.Now)
	if err != nil {
		return nil, err
	}
	verifier := auth.NewVerifier(time.Now, ring)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if _, err := verifier.Verify(r.Context(), token); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	}), nil
}
