package postgres

import (
	"errors"
	"fmt"
	"time"
)

// Limits are the numbers of the routing between writer and replicas. The zero value of each means its default.
type Limits struct {
	Sample      time.Duration // how often each node is looked at; default 50 ms
	MaxLag      time.Duration // a replica further behind is left out; default 2 s
	RejoinLag   time.Duration // it comes back below this; default 500 ms
	RejoinAfter time.Duration // and after as long without a worse one; default 1 s
	MaxFailures int           // looks in a row that may fail; default 2
	MaxSilence  time.Duration // without a look for longer a replica is left out; default 1 s
	Window      time.Duration // where positions say nothing: for so long a user reads at the writer; default 3 s
	AcquireWait time.Duration // for a connection of a full pool; default 1 s
	ReadTime    time.Duration // of one try on a replica, so that another one gets its turn; default 2 s
	WriterReads int           // reads at once on the writer while replicas exist; default half its connections
	FreezeWait  time.Duration // of a write while writes are frozen; default 2 s
	MaxWaiting  int           // writes that wait at once; default 500
	Drain       time.Duration // for writes in flight when the writer changes, then they are cut; default 3 s
}

func (l Limits) withDefaults() Limits {
	orDuration := func(value *time.Duration, fallback time.Duration) {
		if *value == 0 {
			*value = fallback
		}
	}
	orInt := func(value *int, fallback int) {
		if *value == 0 {
			*value = fallback
		}
	}
	orDuration(&l.Sample, 50*time.Millisecond)
	orDuration(&l.MaxLag, 2*time.Second)
	orDuration(&l.RejoinLag, 500*time.Millisecond)
	orDuration(&l.RejoinAfter, time.Second)
	orInt(&l.MaxFailures, 2)
	orDuration(&l.MaxSilence, time.Second)
	orDuration(&l.Window, 3*time.Second)
	orDuration(&l.AcquireWait, time.Second)
	orDuration(&l.ReadTime, 2*time.Second)
	orDuration(&l.FreezeWait, 2*time.Second)
	orInt(&l.MaxWaiting, 500)
	orDuration(&l.Drain, 3*time.Second)
	return l
}

func (l Limits) validate() error {
	if l.Window <= l.MaxLag {
		return fmt.Errorf("limits: got a window of %s, want more than the tolerated lag of %s", l.Window, l.MaxLag)
	}
	if l.RejoinLag > l.MaxLag {
		return errors.New("limits: got a lag to rejoin above the tolerated one, want less")
	}
	return nil
}

// Without takes one protection away each. Production has all of them: a test of a fault proves with these that it
// would notice.
type Without struct {
	Reset      bool // pools keep their connections after errors that say that the server is gone or demoted
	RoleCheck  bool // the writer's pool takes connections to a standby
	Freshness  bool // any replica is fresh enough for everybody
	Hysteresis bool // a replica comes back with its first good observation
	Retry      bool // a read that failed is not tried on another node
	ReaderCap  bool // any number of reads falls back on the writer
	Drain      bool // a change of the writer does not wait for writes in flight
	Freeze     bool // writes go on while frozen
}
