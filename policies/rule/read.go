package rule

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/ladder-iac/ladder/internal/graph"
)

// Block reads inputs, or a block within them. A value that is absent, of another type, secret or not known yet reads as
// the zero value; of the last two the path is noted.
type Block struct {
	inputs  map[string]any
	path    string
	unknown *[]string
}

// Value follows a path; a list on the way is entered at its first element. It returns nil for what is absent.
func (b Block) Value(path ...string) any {
	var value any = b.inputs
	for i, key := range path {
		if list, is := value.([]any); is {
			if len(list) == 0 {
				return nil
			}
			value = list[0]
		}
		within, is := value.(map[string]any)
		if !is {
			return nil
		}
		value = within[key]
		if value == graph.Unknown || value == graph.Secret {
			*b.unknown = append(*b.unknown, b.path+strings.Join(path[:i+1], "."))
			return nil
		}
	}
	return value
}

// Text is empty when absent.
func (b Block) Text(path ...string) string {
	s, _ := b.Value(path...).(string)
	return s
}

// Given says whether there is anything, known or not.
func (b Block) Given(path ...string) bool {
	before := len(*b.unknown)
	given := b.Value(path...) != nil
	hidden := len(*b.unknown) > before
	*b.unknown = (*b.unknown)[:before]
	return given || hidden
}

// Flag takes also the words that some inputs of AWS want.
func (b Block) Flag(path ...string) bool {
	value := b.Value(path...)
	return value == true || value == "true"
}

// Number is absent's when there is none; it takes also texts with a number.
func (b Block) Number(absent float64, path ...string) float64 {
	switch v := b.Value(path...).(type) {
	case float64:
		return v
	case int:
		return float64(v)
	case json.Number:
		if f, err := v.Float64(); err == nil {
			return f
		}
	case string:
		if f, err := strconv.ParseFloat(v, 64); err == nil {
			return f
		}
	}
	return absent
}

// Texts are those of a list, or the one that stands in its place.
func (b Block) Texts(path ...string) []string {
	value := b.Value(path...)
	if one, is := value.(string); is {
		return []string{one}
	}
	list, _ := value.([]any)
	var texts []string
	for i, element := range list {
		text, is := element.(string)
		if element == graph.Unknown || element == graph.Secret {
			*b.unknown = append(*b.unknown, b.at(path, i))
			continue
		}
		if is {
			texts = append(texts, text)
		}
	}
	return texts
}

// Blocks are the maps of a list, or the one that stands in its place.
func (b Block) Blocks(path ...string) []Block {
	value := b.Value(path...)
	if one, is := value.(map[string]any); is {
		value = []any{one}
	}
	list, _ := value.([]any)
	var blocks []Block
	for i, element := range list {
		at := b.at(path, i)
		if element == graph.Unknown || element == graph.Secret {
			*b.unknown = append(*b.unknown, at)
		}
		if inputs, is := element.(map[string]any); is {
			blocks = append(blocks, Block{inputs: inputs, path: at + ".", unknown: b.unknown})
		}
	}
	return blocks
}

// Unknown says whether anything that was read is not known.
func (b Block) Unknown() bool { return len(*b.unknown) > 0 }

func (b Block) at(path []string, index int) string {
	return b.path + strings.Join(path, ".") + "[" + strconv.Itoa(index) + "]"
}
