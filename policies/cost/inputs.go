package cost

import (
	"encoding/json"
	"strconv"

	"github.com/ladder-iac/ladder/internal/graph"
)

// at follows a path of keys into a resource's inputs; a list on the way is entered at its first element. It returns
// nil for what is absent; known is false for what is secret or known only after an update.
func at(inputs map[string]any, path ...string) (value any, known bool) {
	value = inputs
	for _, key := range path {
		if list, is := value.([]any); is {
			if len(list) == 0 {
				return nil, true
			}
			value = list[0]
		}
		switch within := value.(type) {
		case map[string]any:
			value = within[key]
		case string:
			return nil, !hidden(within)
		default:
			return nil, true
		}
	}
	return value, !hidden(value)
}

func hidden(value any) bool { return value == graph.Unknown || value == graph.Secret }

// text is empty when absent.
func text(inputs map[string]any, path ...string) (string, bool) {
	value, known := at(inputs, path...)
	if !known {
		return "", false
	}
	s, _ := value.(string)
	return s, true
}

// flag takes also the words that some inputs of AWS want instead.
func flag(inputs map[string]any, path ...string) (set, known bool) {
	value, known := at(inputs, path...)
	if !known {
		return false, false
	}
	return value == true || value == "true", true
}

// number is what stands there, or absent; it takes also texts with a number.
func number(inputs map[string]any, absent float64, path ...string) (float64, bool) {
	value, known := at(inputs, path...)
	if !known {
		return 0, false
	}
	switch v := value.(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil
	}
	return absent, true
}

// list is empty when absent, or when it is no list.
func list(inputs map[string]any, path ...string) ([]any, bool) {
	value, known := at(inputs, path...)
	if !known {
		return nil, false
	}
	l, _ := value.([]any)
	return l, true
}

// blocks are the elements of a list, or the one that stands in its place, that are maps.
func blocks(inputs map[string]any, path ...string) []map[string]any {
	value, _ := at(inputs, path...)
	if one, is := value.(map[string]any); is {
		return []map[string]any{one}
	}
	l, _ := value.([]any)
	var found []map[string]any
	for _, element := range l {
		if m, is := element.(map[string]any); is {
			found = append(found, m)
		}
	}
	return found
}
