package facts

import (
	"strings"

	"github.com/ladder-iac/ladder/internal/facts/factfile"
)

// shape is the form of an input, as factfile.Fields writes it.
type shape string

// optional is true when the input may be left out.
func (s shape) optional() bool { return strings.HasSuffix(string(s), "?") }

func (s shape) bare() string { return strings.TrimSuffix(string(s), "?") }

// list gives the shape of a list's elements.
func (s shape) list() (shape, bool) {
	element, ok := strings.CutPrefix(s.bare(), "[]")
	return shape(element), ok
}

// table gives the shape of a map's values.
func (s shape) table() (shape, bool) {
	element, ok := strings.CutPrefix(s.bare(), "{}")
	return shape(element), ok
}

// object gives the fields of an object.
func (t *Type) object(s shape) (factfile.Fields, bool) {
	name, ok := strings.CutPrefix(s.bare(), "#")
	if !ok {
		return nil, false
	}
	fields, ok := t.objects[name]
	return fields, ok
}

// words says a shape in words for an error.
func (s shape) words() string {
	if element, ok := s.list(); ok {
		return "a list of " + element.plural()
	}
	if element, ok := s.table(); ok {
		return "a map of " + element.plural()
	}
	switch base := s.bare(); {
	case base == "integer":
		return "a whole number"
	case base == "asset":
		return "an asset or archive"
	case strings.HasPrefix(base, "#"):
		return "an object"
	case base == "any":
		return "a value"
	default:
		return "a " + base
	}
}

func (s shape) plural() string {
	words := strings.TrimPrefix(strings.TrimPrefix(s.words(), "an "), "a ")
	if strings.HasPrefix(words, "list of ") || strings.HasPrefix(words, "map of ") {
		return strings.Replace(words, " of ", "s of ", 1)
	}
	return words + "s"
}
