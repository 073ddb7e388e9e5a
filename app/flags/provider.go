package flags

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/open-feature/go-sdk/openfeature"
)

// provider is an OpenFeature provider that answers from memory.
type provider struct {
	current atomic.Pointer[document]
	killed  atomic.Pointer[map[string]bool]

	mu    sync.Mutex
	known Status
	errs  map[string]error // of the last read, by source
}

func newProvider() *provider {
	p := &provider{errs: map[string]error{}}
	p.current.Store(&document{})
	p.killed.Store(&map[string]bool{})
	return p
}

func (p *provider) load(text []byte) error {
	next, err := parse(text)
	if err != nil {
		return err
	}
	p.current.Store(&next)
	p.mu.Lock()
	p.known.Since = time.Now()
	p.mu.Unlock()
	return nil
}

// kill reads a kill file. A name that is no flag kills the others all the same: somebody is in a hurry.
func (p *provider) kill(text []byte) error {
	killed := map[string]bool{}
	var bad []error
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		name := strings.TrimSpace(lines.Text())
		if name == "" || strings.HasPrefix(name, "#") {
			continue
		}
		if _, known := defaults[name]; !known {
			bad = append(bad, fmt.Errorf("kill file: got %q, want %s", name,
				strings.Join(slices.Sorted(maps.Keys(defaults)), " or ")))
			continue
		}
		killed[name] = true
	}
	p.killed.Store(&killed)
	return errors.Join(append(bad, lines.Err())...)
}

// decides reports whether anybody has said something of a flag.
func (p *provider) decides(flag string) bool {
	_, known := (*p.current.Load())[flag]
	return known || (*p.killed.Load())[flag]
}

// noted keeps the outcome of a read of a source, and reports whether it differs from the one before.
func (p *provider) noted(source string, err error) (news bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.errs[source]
	p.errs[source] = err
	if err != nil {
		p.known.Errors++
	}
	return (err == nil) != (before == nil) || err != nil && err.Error() != before.Error()
}

func (p *provider) status() Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.known
	for _, source := range slices.Sorted(maps.Keys(p.errs)) {
		known.Err = errors.Join(known.Err, p.errs[source])
	}
	known.Killed = slices.Sorted(maps.Keys(*p.killed.Load()))
	return known
}

// Metadata implements openfeature.FeatureProvider.
func (p *provider) Metadata() openfeature.Metadata { return openfeature.Metadata{Name: "ladder"} }

// Hooks implements openfeature.FeatureProvider.
func (p *provider) Hooks() []openfeature.Hook { return nil }

// BooleanEvaluation implements openfeature.FeatureProvider. A killed flag is off for all.
func (p *provider) BooleanEvaluation(
	_ context.Context, flag string, def bool, about openfeature.FlattenedContext,
) openfeature.BoolResolutionDetail {
	answer := func(on bool, reason openfeature.Reason) openfeature.BoolResolutionDetail {
		return openfeature.BoolResolutionDetail{
			Value: on, ProviderResolutionDetail: openfeature.ProviderResolutionDetail{Reason: reason},
		}
	}
	if (*p.killed.Load())[flag] {
		return answer(false, openfeature.DisabledReason)
	}
	found, known := (*p.current.Load())[flag]
	if !known {
		return answer(def, openfeature.DefaultReason)
	}
	userID, _ := about[openfeature.TargetingKey].(string)
	on, split := found.answer(flag, userID)
	if split {
		return answer(on, openfeature.SplitReason)
	}
	return answer(on, openfeature.StaticReason)
}

func unsupported() openfeature.ProviderResolutionDetail {
	return openfeature.ProviderResolutionDetail{
		ResolutionError: openfeature.NewTypeMismatchResolutionError("flags are on or off"),
		Reason:          openfeature.ErrorReason,
	}
}

// StringEvaluation implements openfeature.FeatureProvider.
func (p *provider) StringEvaluation(
	_ context.Context, _ string, def string, _ openfeature.FlattenedContext,
) openfeature.StringResolutionDetail {
	return openfeature.StringResolutionDetail{Value: def, ProviderResolutionDetail: unsupported()}
}

// FloatEvaluation implements openfeature.FeatureProvider.
func (p *provider) FloatEvaluation(
	_ context.Context, _ string, def float64, _ openfeature.FlattenedContext,
) openfeature.FloatResolutionDetail {
	return openfeature.FloatResolutionDetail{Value: def, ProviderResolutionDetail: unsupported()}
}

// IntEvaluation implements openfeature.FeatureProvider.
func (p *provider) IntEvaluation(
	_ context.Context, _ string, def int64, _ openfeature.FlattenedContext,
) openfeature.IntResolutionDetail {
	return openfeature.IntResolutionDetail{Value: def, ProviderResolutionDetail: unsupported()}
}

// ObjectEvaluation implements openfeature.FeatureProvider.
func (p *provider) ObjectEvaluation(
	_ context.Context, _ string, def any, _ openfeature.FlattenedContext,
) openfeature.InterfaceResolutionDetail {
	return openfeature.InterfaceResolutionDetail{Value: def, ProviderResolutionDetail: unsupported()}
}
