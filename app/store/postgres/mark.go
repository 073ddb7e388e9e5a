package postgres

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"time"

	"github.com/ladder-iac/ladder/app"
)

const (
	maxMarks  = 4 // clusters whose data one user sees: two services, each before and after a move
	markBytes = 20
)

// mark is what a user has seen of one cluster. An app.Freshness token is marks, the newest first.
type mark struct {
	cluster  uint32    // short name of the cluster; 0: it has no positions
	position int64     // in the log; of his writes, and of what he has read
	at       time.Time // of his last write, to the millisecond; long ago when he has only read
}

// marksOf returns what the user has seen. A token that is not ours says nothing: it can only hurt who made it up.
func marksOf(ctx context.Context) []mark { return decodeMarks(app.Freshness(ctx).Get()) }

// noteMark adds to what the user has seen.
func noteMark(ctx context.Context, seen mark) {
	state := app.Freshness(ctx)
	state.Set(encodeMarks(mergeMark(decodeMarks(state.Get()), seen)))
}

// MergeTokens returns a freshness token that stands for two.
func MergeTokens(token, also string) string {
	marks := decodeMarks(token)
	for _, seen := range decodeMarks(also) {
		marks = mergeMark(marks, seen)
	}
	return encodeMarks(marks)
}

// HoldsToken reports whether a read that was to hold what token stands for holds what also stands for.
func HoldsToken(token, also string) bool {
	held := decodeMarks(token)
	for _, seen := range decodeMarks(also) {
		if !slices.ContainsFunc(held, func(m mark) bool {
			return m.cluster == seen.cluster && m.position >= seen.position && (m.cluster != 0 || !m.at.Before(seen.at))
		}) {
			return false
		}
	}
	return true
}

func decodeMarks(token string) []mark {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw)%markBytes != 0 || len(raw) > maxMarks*markBytes {
		return nil
	}
	var marks []mark
	for ; len(raw) > 0; raw = raw[markBytes:] {
		marks = append(marks, mark{
			cluster:  binary.BigEndian.Uint32(raw),
			position: int64(binary.BigEndian.Uint64(raw[4:])),                  //nolint:gosec // G115: written from an int64
			at:       time.UnixMilli(int64(binary.BigEndian.Uint64(raw[12:]))), //nolint:gosec // G115: as above
		})
	}
	return marks
}

func encodeMarks(marks []mark) string {
	var raw []byte
	for _, m := range marks {
		raw = binary.BigEndian.AppendUint32(raw, m.cluster)
		raw = binary.BigEndian.AppendUint64(raw, uint64(m.position)) //nolint:gosec // G115: read back as an int64
		raw = binary.BigEndian.AppendUint64(raw, uint64(m.at.UnixMilli()))
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// mergeMark puts seen in front of the marks of other clusters. A position never goes back.
func mergeMark(marks []mark, seen mark) []mark {
	merged := []mark{seen}
	for _, m := range marks {
		if m.cluster != seen.cluster {
			merged = append(merged, m)
			continue
		}
		merged[0].position = max(merged[0].position, m.position)
		if m.at.After(merged[0].at) {
			merged[0].at = m.at
		}
	}
	return slices.Clip(merged[:min(len(merged), maxMarks)])
}
