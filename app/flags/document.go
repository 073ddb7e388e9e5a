package flags

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"slices"
)

const maxBytes = 1 << 20 // of AppConfig's hosted documents 1 MiB is the default limit [AppConfig quotas, 2026-09]

// document is a parsed document.
type document map[string]rule

// rule says for whom a flag is on.
type rule struct {
	on    bool    // for whom no share says otherwise
	parts []share // in order; empty: on is for all
	total uint64  // weight of all parts
}

type share struct {
	on     bool
	weight uint64
}

// Texts of a document. [flagd flag definitions, schema v0].
const (
	enabled    = "ENABLED"
	disabled   = "DISABLED"
	fractional = "fractional"
)

type flagText struct {
	State          string                       `json:"state"`
	Variants       map[string]bool              `json:"variants"`
	DefaultVariant string                       `json:"defaultVariant"`
	Targeting      map[string][]json.RawMessage `json:"targeting"`
}

// parse reads a document. The error lists every mistake. Flags that this version does not know are allowed, because
// the document may be newer than the app.
func parse(text []byte) (document, error) {
	if len(text) > maxBytes {
		return nil, fmt.Errorf("flags: got %d bytes, want at most %d", len(text), maxBytes)
	}
	var whole struct {
		Flags map[string]json.RawMessage `json:"flags"`
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&whole); err != nil {
		return nil, fmt.Errorf("flags: want one JSON object: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("flags: got text after the JSON object, want nothing")
	}
	if whole.Flags == nil {
		return nil, errors.New(`flags: got no "flags", want {"flags": {"name": {...}}}`)
	}
	found := document{}
	var bad []error
	for _, name := range slices.Sorted(maps.Keys(whole.Flags)) {
		if _, known := defaults[name]; !known {
			continue
		}
		one, on, err := parseFlag(whole.Flags[name])
		if err != nil {
			bad = append(bad, fmt.Errorf("flags: %s: %w", name, err))
		} else if on {
			found[name] = one
		}
	}
	return found, errors.Join(bad...)
}

// parseFlag reads one flag. One that is not enabled answers the compiled default.
func parseFlag(text []byte) (found rule, on bool, err error) {
	var flag flagText
	if err := json.Unmarshal(text, &flag); err != nil {
		return rule{}, false, fmt.Errorf("want state, variants that are true or false, and defaultVariant: %w", err)
	}
	if flag.State != enabled && flag.State != disabled {
		return rule{}, false, fmt.Errorf("state: got %q, want %s or %s", flag.State, enabled, disabled)
	}
	value, known := flag.Variants[flag.DefaultVariant]
	if !known {
		return rule{}, false, fmt.Errorf("defaultVariant: got %q, want the name of a variant", flag.DefaultVariant)
	}
	found.on = value
	for name, args := range flag.Targeting {
		if name != fractional {
			return rule{}, false, fmt.Errorf("targeting: got %q, want only %s", name, fractional)
		}
		if found.parts, found.total, err = parseShares(args, flag.Variants); err != nil {
			return rule{}, false, err
		}
	}
	return found, flag.State == enabled, nil
}

func parseShares(args []json.RawMessage, variants map[string]bool) (parts []share, total uint64, err error) {
	const maxWeight = 1 << 20
	for i, arg := range args {
		var variant string
		var weight uint64
		pair := []any{&variant, &weight}
		err := json.Unmarshal(arg, &pair)
		on, known := variants[variant]
		if err != nil || len(pair) != 2 || !known || weight > maxWeight {
			return nil, 0, fmt.Errorf("%s[%d]: got %s, want [variant, weight] such as [\"on\", 20]", fractional, i, arg)
		}
		parts, total = append(parts, share{on, weight}), total+weight
	}
	if total == 0 {
		return nil, 0, fmt.Errorf("%s: want weights above 0", fractional)
	}
	return parts, total, nil
}

// buckets are the finest steps of a rollout: a thousandth of a percent.
const buckets = 100_000

// answer returns what a rule says to a user. A user keeps his bucket of a flag, so that a larger share keeps who was in
// it, and flags share no order of users. Nobody in particular is in no share.
func (r rule) answer(flag, userID string) (on, split bool) {
	if len(r.parts) == 0 || userID == "" {
		return r.on, false
	}
	at := bucket(flag, userID) * r.total
	upTo := uint64(0)
	for _, part := range r.parts {
		if upTo += part.weight * buckets; at < upTo {
			return part.on, true
		}
	}
	return r.on, false
}

func bucket(flag, userID string) uint64 {
	sum := fnv.New64a()
	_, _ = io.WriteString(sum, flag+"\x00"+userID) // a hash takes everything
	return mix(sum.Sum64()) % buckets
}

// mix spreads what FNV leaves close together. [splitmix64].
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}
