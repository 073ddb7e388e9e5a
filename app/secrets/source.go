package secrets

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// maxCertificates is several times the authorities of RDS in all Regions, 165 KB.
const maxCertificates = 2 << 20

// Getter is what is needed of the SDK's client.
type Getter interface {
	GetSecretValue(
		ctx context.Context, in *secretsmanager.GetSecretValueInput, options ...func(*secretsmanager.Options),
	) (*secretsmanager.GetSecretValueOutput, error)
}

// Remote reads Secrets Manager and the web.
type Remote struct {
	Secrets Getter
	Web     *http.Client
}

// Open returns a Remote with the Region and the credentials of the process's surroundings.
func Open(ctx context.Context) (*Remote, error) {
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("secrets: settings of AWS: %w", err)
	}
	return &Remote{Secrets: secretsmanager.NewFromConfig(settings), Web: &http.Client{}}, nil
}

// Read implements Source.
func (r *Remote) Read(ctx context.Context, source string) ([]byte, error) {
	if strings.HasPrefix(source, "https:") {
		return r.certificates(ctx, source)
	}
	out, err := r.Secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(source)})
	if err != nil {
		return nil, err
	}
	if out.SecretString == nil {
		return nil, errors.New("got no text; is it a binary secret?")
	}
	return []byte(*out.SecretString), nil
}

func (r *Remote) certificates(ctx context.Context, address string) (text []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	answer, err := r.Web.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("got the answer %s, want 200", answer.Status)
	}
	text, err = io.ReadAll(io.LimitReader(answer.Body, maxCertificates+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxCertificates {
		return nil, fmt.Errorf("got more than %d bytes", maxCertificates)
	}
	return text, checkCertificates(text)
}

// checkCertificates wants what the app can use.
func checkCertificates(text []byte) error {
	if !x509.NewCertPool().AppendCertsFromPEM(text) {
		return errors.New("got no certificates as PEM")
	}
	return nil
}
