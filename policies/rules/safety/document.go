package safety

import (
	"encoding/json"
	"slices"
)

// statement of a policy document.
type statement struct {
	Effect    string
	Action    words
	NotAction words
	Resource  words
	Condition map[string]map[string]words
}

// statements of a policy document; none when it is not one.
func statements(text string) []statement {
	var document struct{ Statement oneOrMore }
	if json.Unmarshal([]byte(text), &document) != nil {
		return nil
	}
	return document.Statement
}

// oneOrMore statements: AWS takes a single one without a list.
type oneOrMore []statement

func (l *oneOrMore) UnmarshalJSON(text []byte) error {
	var one statement
	if json.Unmarshal(text, &one) == nil {
		*l = oneOrMore{one}
		return nil
	}
	return json.Unmarshal(text, (*[]statement)(l))
}

// words are a text or a list of them; other values count as they are written.
type words []string

func (w *words) UnmarshalJSON(text []byte) error {
	var list []any
	if json.Unmarshal(text, &list) != nil {
		list = []any{nil}
		if err := json.Unmarshal(text, &list[0]); err != nil {
			return err
		}
	}
	for _, element := range list {
		word, is := element.(string)
		if !is {
			encoded, err := json.Marshal(element)
			if err != nil {
				return err
			}
			word = string(encoded)
		}
		*w = append(*w, word)
	}
	return nil
}

func (w words) has(any ...string) bool {
	return slices.ContainsFunc(any, func(word string) bool { return slices.Contains(w, word) })
}
