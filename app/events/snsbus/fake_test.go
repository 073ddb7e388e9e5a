package snsbus_test

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ladder-iac/ladder/app"
)

// fake is a topic with one subscribed queue and its dead letter queue, as far as the bus uses them: the query protocol
// of SNS, JSON 1.0 of SQS.
type fake struct {
	url        string
	maxReceive int
	raw        bool                                 // delivery without the envelope
	refuse     func(entry map[string]string) string // an error code for an entry
	fail       func(call string) bool               // a whole call

	mu      sync.Mutex
	queue   []*stored
	dead    []string
	batches []int
	seen    []map[string]string // entries as they came
	calls   map[string]int
}

type stored struct {
	id, body, receipt string
	visible           time.Time
	received          int
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{maxReceive: 10, raw: true, calls: map[string]int{}}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, call, isQueue := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if !isQueue {
		if err := r.ParseForm(); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		call = r.Form.Get("Action")
	}
	f.mu.Lock()
	f.calls[call]++
	failing := f.fail != nil && f.fail(call)
	f.mu.Unlock()
	switch {
	case failing:
		w.WriteHeader(http.StatusServiceUnavailable)
	case isQueue:
		f.serveQueue(w, r, call)
	default:
		f.publish(w, r)
	}
}

type entryResult struct {
	ID        string `xml:"Id"`
	MessageID string `xml:"MessageId,omitempty"`
	Code      string `xml:",omitempty"`
}

type publishResponse struct {
	XMLName    xml.Name      `xml:"PublishBatchResponse"`
	Successful []entryResult `xml:"PublishBatchResult>Successful>member"`
	Failed     []entryResult `xml:"PublishBatchResult>Failed>member"`
}

func (f *fake) publish(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var response publishResponse
	n := 0
	for ; r.Form.Has(fmt.Sprintf("PublishBatchRequestEntries.member.%d.Id", n+1)); n++ {
		prefix := fmt.Sprintf("PublishBatchRequestEntries.member.%d.", n+1)
		entry := map[string]string{}
		for key, values := range r.Form {
			if rest, ok := strings.CutPrefix(key, prefix); ok {
				entry[rest] = values[0]
			}
		}
		f.seen = append(f.seen, entry)
		if f.refuse != nil {
			if code := f.refuse(entry); code != "" {
				response.Failed = append(response.Failed, entryResult{ID: entry["Id"], Code: code})
				continue
			}
		}
		id := app.NewID()
		f.queue = append(f.queue, &stored{id: id, body: f.wrap(id, entry["Message"])})
		response.Successful = append(response.Successful, entryResult{ID: entry["Id"], MessageID: id})
	}
	f.batches = append(f.batches, n)
	w.Header().Set("Content-Type", "text/xml")
	_ = xml.NewEncoder(w).Encode(response)
}

func (f *fake) wrap(id, message string) string {
	if f.raw {
		return message
	}
	content, _ := json.Marshal(map[string]string{"Type": "Notification", "MessageId": id, "Message": message})
	return string(content)
}

type queueCall struct {
	MaxNumberOfMessages, VisibilityTimeout, WaitTimeSeconds int
	ReceiptHandle                                           string
}

func (f *fake) serveQueue(w http.ResponseWriter, r *http.Request, call string) {
	var in queueCall
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var answer any = struct{}{}
	switch call {
	case "ReceiveMessage":
		end := time.Now().Add(time.Duration(in.WaitTimeSeconds) * time.Second)
		got := f.receive(in)
		for len(got) == 0 && time.Now().Before(end) && r.Context().Err() == nil {
			time.Sleep(10 * time.Millisecond)
			got = f.receive(in)
		}
		answer = map[string]any{"Messages": got}
	case "DeleteMessage":
		f.change(in.ReceiptHandle, func(i int) { f.queue = append(f.queue[:i], f.queue[i+1:]...) })
	case "ChangeMessageVisibility":
		f.change(in.ReceiptHandle, func(i int) {
			f.queue[i].visible = time.Now().Add(time.Duration(in.VisibilityTimeout) * time.Second)
		})
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_ = json.NewEncoder(w).Encode(answer)
}

func (f *fake) receive(in queueCall) (got []map[string]any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var left []*stored
	for _, m := range f.queue {
		if m.visible.After(time.Now()) || len(got) == in.MaxNumberOfMessages {
			left = append(left, m)
			continue
		}
		if m.received >= f.maxReceive {
			f.dead = append(f.dead, m.body)
			continue
		}
		left = append(left, m)
		m.received++
		m.receipt = app.NewID()
		m.visible = time.Now().Add(time.Duration(in.VisibilityTimeout) * time.Second)
		sum := md5.Sum([]byte(m.body))
		got = append(got, map[string]any{
			"MessageId": m.id, "ReceiptHandle": m.receipt, "Body": m.body, "MD5OfBody": hex.EncodeToString(sum[:]),
			"Attributes": map[string]string{"ApproximateReceiveCount": strconv.Itoa(m.received)},
		})
	}
	f.queue = left
	return got
}

func (f *fake) change(receipt string, apply func(i int)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, m := range f.queue {
		if m.receipt == receipt {
			apply(i)
			return
		}
	}
}

func (f *fake) read(look func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	look()
}
