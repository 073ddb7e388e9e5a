package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"sort"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
	"github.com/ladder-iac/ladder/tools/bench/load"
	"github.com/ladder-iac/ladder/tools/bench/peer"
)

// Names of the workloads.
const (
	workRead   = "read"   // one item, never the same again while there are others: no cache knows it
	workZipf   = "zipf"   // one item of some thousand, with YCSB's skew
	workList   = "list"   // the first page of 20
	workUpdate = "update" // one item that is at the version given; the next item each time
	workMixed  = "mixed"  // nine of zipf, one of update
)

const (
	itemsPath = api.Base + "/items"
	skew      = 0.99 // [YCSB]
	mixWrites = 10   // one request of so many
)

// changedBody is as long as the one that it replaces.
var changedBody = strings.Repeat("fedcba9876543210", 16)

var workloads = []string{workRead, workZipf, workList, workUpdate, workMixed}

// items is what the requests are about. Sources of it may be used by many goroutines.
type items struct {
	ids      []string
	versions []atomic.Int64
	token    string
	skewed   []float64 // skewed[i] is the chance of one of the first i+1 items

	mu     sync.Mutex
	random *rand.Rand
	cursor map[string]int // next item of a peer, or of all updates
}

func newItems(ids []string, hot int) *items {
	s := &items{
		ids: ids, versions: make([]atomic.Int64, len(ids)), cursor: map[string]int{},
		skewed: zipf(min(hot, len(ids)), skew), random: rand.New(rand.NewPCG(1, 2)), //nolint:gosec // G404: load
	}
	for i := range s.versions {
		s.versions[i].Store(1)
	}
	return s
}

// source returns the requests of a workload for a peer.
func (s *items) source(workload, of string) load.Source {
	list := load.Get(itemsPath, s.token)
	change := func() load.Request { return s.put(s.next(workUpdate)) }
	if of == peer.Calibrator { // which changes nothing
		change = func() load.Request { return load.Request{Bytes: s.put(s.next(of)).Bytes} }
	}
	switch workload {
	case workRead:
		return func() load.Request { return s.get(s.next(of)) }
	case workZipf:
		return func() load.Request { return s.get(s.popular()) }
	case workList:
		return func() load.Request { return load.Request{Bytes: list} }
	case workUpdate:
		return change
	}
	var turn atomic.Int64
	return func() load.Request {
		if turn.Add(1)%mixWrites == 0 {
			return change()
		}
		return s.get(s.popular())
	}
}

func (s *items) get(i int) load.Request {
	return load.Request{Bytes: load.Get(itemsPath+"/"+s.ids[i], s.token)}
}

func (s *items) put(i int) load.Request {
	version := s.versions[i].Load()
	body, _ := json.Marshal(app.ItemChange{ // strings and a number: cannot fail
		Version: version, Title: fmt.Sprintf("the item with the number %06d", i), Body: changedBody,
	})
	return load.Request{
		Bytes: load.Put(itemsPath+"/"+s.ids[i], s.token, body),
		Done: func(status int) {
			if status == http.StatusOK {
				s.versions[i].Add(1)
			}
		},
	}
}

func (s *items) next(cursor string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.cursor[cursor]
	s.cursor[cursor] = (i + 1) % len(s.ids)
	return i
}

func (s *items) popular() int {
	s.mu.Lock()
	at := s.random.Float64()
	s.mu.Unlock()
	rank := sort.SearchFloat64s(s.skewed, at)
	// Far apart, so that neighbours in rank do not share a page of the database.
	return rank * (len(s.ids) / len(s.skewed))
}

// zipf returns the cumulated chances of ranks 1 to n with weights 1/rank^s. The library's needs s > 1.
func zipf(n int, s float64) []float64 {
	sums, sum := make([]float64, n), 0.0
	for i := range sums {
		sum += 1 / math.Pow(float64(i+1), s)
		sums[i] = sum
	}
	for i := range sums {
		sums[i] /= sum
	}
	sums[n-1] = 1
	return sums
}
