package simcloud

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Fault makes calls for one resource go wrong.
type Fault struct {
	Resource string `json:"resource"` // logical name or URN
	Moment   Moment `json:"moment"`
	Kind     Kind   `json:"kind"`            // default Fail
	Times    int    `json:"times,omitempty"` // how many calls it strikes; default 0: every call
}

// Moment is when a fault strikes.
type Moment string

// The moments.
const (
	BeforeCreate Moment = "before-create" // nothing exists afterwards
	AfterCreate  Moment = "after-create"  // the resource exists, but waiting for it to become ready went wrong
	OnUpdate     Moment = "update"        // the resource stays as it was
	OnDelete     Moment = "delete"        // the resource stays
)

// Kind is what a fault does.
type Kind string

// The kinds.
const (
	Fail     Kind = "fail"     // an error; after a creation a time-out
	Throttle Kind = "throttle" // ThrottlingException, which the provider retries by itself
	Hang     Kind = "hang"     // no answer until the command is cancelled or killed
)

func (f Fault) validate() error {
	var errs []error
	if f.Resource == "" {
		errs = append(errs, errors.New(`resource: got "", want a logical name or a URN`))
	}
	switch f.Moment {
	case BeforeCreate, AfterCreate, OnUpdate, OnDelete:
	default:
		errs = append(errs, fmt.Errorf("moment: got %q, want %q, %q, %q or %q",
			f.Moment, BeforeCreate, AfterCreate, OnUpdate, OnDelete))
	}
	switch f.Kind {
	case "", Fail, Throttle, Hang:
	default:
		errs = append(errs, fmt.Errorf("kind: got %q, want %q, %q or %q", f.Kind, Fail, Throttle, Hang))
	}
	if f.Times < 0 {
		errs = append(errs, fmt.Errorf("times: got %d, want 0 (every call) or more", f.Times))
	}
	return errors.Join(errs...)
}

// next returns the kind of fault that strikes this call and counts it; false when none does.
func (f *faults) next(urn resource.URN, moment Moment) (Kind, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fault := range f.list {
		named := fault.Resource == string(urn) || fault.Resource == urn.Name()
		if named && fault.Moment == moment && (fault.Times == 0 || fault.struck < fault.Times) {
			fault.struck++
			return fault.Kind, true
		}
	}
	return "", false
}

// The AWS provider's retries: 25 attempts with growing pauses, here in milliseconds instead of seconds.
const (
	maxAttempts = 25
	firstPause  = 2 * time.Millisecond
	maxPause    = 50 * time.Millisecond
)

// strike does what the injected faults ask for at this moment. It returns nil when the call may go on.
func (p *provider) strike(ctx context.Context, urn resource.URN, moment Moment) error {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		kind, ok := p.cloud.faults.next(urn, moment)
		switch {
		case !ok:
			return nil
		case kind == Hang:
			return p.wait(ctx, urn, moment, nil)
		case kind != Throttle && moment == AfterCreate:
			return status.Errorf(codes.DeadlineExceeded,
				"%s: timeout while waiting for state to become 'available' (last state: 'creating')", subject(urn))
		case kind != Throttle:
			return status.Errorf(codes.FailedPrecondition,
				"%s: InternalFailure: the request has failed, at %s, by an injected fault", subject(urn), moment)
		case attempt == maxAttempts:
			return status.Errorf(codes.ResourceExhausted,
				"%s: ThrottlingException: Rate exceeded, %d attempts", subject(urn), maxAttempts)
		}
		if err := p.wait(ctx, urn, moment, time.After(pause)); err != nil {
			return err
		}
		pause = min(2*pause, maxPause)
	}
}

// wait returns nil when done fires, and an error when the engine cancels, dies, or the servers close.
func (p *provider) wait(ctx context.Context, urn resource.URN, moment Moment, done <-chan time.Time) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	case <-p.cancelled:
	}
	return status.Errorf(codes.Canceled, "%s: cancelled at %s", subject(urn), moment)
}

// subject names a resource in an error.
func subject(urn resource.URN) string {
	return fmt.Sprintf("%s %q", urn.Type(), urn.Name())
}
