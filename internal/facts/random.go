package facts

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math/big"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"golang.org/x/crypto/bcrypt"
)

// The random provider makes its values once, when the resource is created. Here they come from the place's
// seed, as a stream of SHA-256 blocks: whoever wants real randomness puts a random nonce into the seed.

// stream gives bytes without end.
type stream struct {
	key   [sha256.Size]byte
	block uint64
	rest  []byte
}

func (b *builder) stream(label string) *stream { return &stream{key: b.digest("random " + label)} }

func (s *stream) byte() byte {
	if len(s.rest) == 0 {
		sum := sha256.Sum256(binary.BigEndian.AppendUint64(s.key[:], s.block))
		s.block, s.rest = s.block+1, sum[:]
	}
	first := s.rest[0]
	s.rest = s.rest[1:]
	return first
}

// below gives a number in 0..n-1, every one as likely.
func (s *stream) below(n int) int {
	limit := ^uint64(0) - ^uint64(0)%uint64(n) //nolint:gosec // n is positive
	for {
		var word [8]byte
		for i := range word {
			word[i] = s.byte()
		}
		if v := binary.BigEndian.Uint64(word[:]); v < limit {
			return int(v % uint64(n)) //nolint:gosec // below n
		}
	}
}

func (s *stream) pick(alphabet string) byte { return alphabet[s.below(len(alphabet))] }

// randomID is the id the provider gives: the value itself, or "none" where that is a secret.
func (b *builder) randomID() string {
	switch b.t.token {
	case "random:index/randomPassword:RandomPassword":
		return "none"
	case "random:index/randomString:RandomString":
		return b.randomText()
	case "random:index/randomId:RandomId":
		return base64.RawURLEncoding.EncodeToString(b.randomBytes())
	case "random:index/randomInteger:RandomInteger":
		return scalar(b.randomInteger())
	case "random:index/randomPet:RandomPet":
		return b.randomPet()
	case "random:index/randomUuid:RandomUuid":
		return b.uuid("id")
	}
	return "-" // RandomShuffle
}

// random gives a computed output of a random resource.
func (b *builder) random(key string) resource.PropertyValue {
	switch key {
	case "id":
		return text(b.randomID())
	case "bcryptHash":
		return text(bcryptOf(b.randomText()))
	case "hex":
		return text(b.str("prefix") + hex.EncodeToString(b.randomBytes()))
	case "dec":
		return text(b.str("prefix") + new(big.Int).SetBytes(b.randomBytes()).String())
	case "b64Std":
		return text(b.str("prefix") + base64.StdEncoding.EncodeToString(b.randomBytes()))
	case "b64Url":
		return text(b.str("prefix") + base64.RawURLEncoding.EncodeToString(b.randomBytes()))
	case "result":
		switch b.t.token {
		case "random:index/randomInteger:RandomInteger":
			return b.randomInteger()
		case "random:index/randomUuid:RandomUuid":
			return text(b.uuid("id"))
		}
		return text(b.randomText())
	case "results":
		return b.randomShuffle()
	}
	return b.generic(key, b.t.facts.Computed[key])
}

// bcryptOf hashes the first 72 bytes, all that bcrypt reads. The provider takes the default cost, 10: at 50 ms a
// password that would be a third of what recording phase 4 takes, and nobody attacks a password of a simulation.
func bcryptOf(password string) string {
	hash, err := bcrypt.GenerateFromPassword([]byte(password)[:min(72, len(password))], bcrypt.MinCost)
	if err != nil {
		return "" // only a longer password is an error
	}
	return string(hash)
}

// maxRandom bounds what is made, so that a slip of the keyboard does not fill the memory.
const maxRandom = 1 << 16

// randomText makes a password or string that honours length, the kinds of characters and their minima.
func (b *builder) randomText() string {
	kinds := []struct{ allowed, least, alphabet string }{
		{"upper", "minUpper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
		{"lower", "minLower", lowers},
		{"numeric", "minNumeric", digits},
		{"special", "minSpecial", b.or("overrideSpecial", "!@#$%&*()-_=+[]{}<>:?")},
	}
	s, all, out := b.stream("text"), "", []byte{}
	for _, kind := range kinds {
		if b.str(kind.allowed) != "false" && (kind.allowed != "numeric" || b.str("number") != "false") {
			all += kind.alphabet
		}
		for range b.integer(kind.least) {
			out = append(out, s.pick(kind.alphabet))
		}
	}
	for len(out) < b.integer("length") && all != "" {
		out = append(out, s.pick(all))
	}
	for i := len(out) - 1; i > 0; i-- { // the minima must not stand in front
		j := s.below(i + 1)
		out[i], out[j] = out[j], out[i]
	}
	return string(out)
}

func (b *builder) integer(key string) int {
	v, _ := peel(b.out[resource.PropertyKey(key)])
	if !v.IsNumber() {
		return 0
	}
	return int(max(-maxRandom, min(maxRandom, v.NumberValue())))
}

func (b *builder) randomBytes() []byte {
	s, out := b.stream("bytes"), make([]byte, max(0, b.integer("byteLength")))
	for i := range out {
		out[i] = s.byte()
	}
	return out
}

func (b *builder) randomInteger() resource.PropertyValue {
	low, _ := peel(b.out["min"])
	high, _ := peel(b.out["max"])
	if !low.IsNumber() || !high.IsNumber() || high.NumberValue() < low.NumberValue() {
		return resource.NewNumberProperty(0)
	}
	span := min(high.NumberValue()-low.NumberValue(), 1<<52)
	return resource.NewNumberProperty(low.NumberValue() + float64(b.stream("integer").below(int(span)+1)))
}

const (
	adverbs    = "boldly calmly deeply fairly gladly highly keenly mainly nicely openly quickly really subtly truly wholly"
	adjectives = "able brave clean eager fair grand happy ideal just kind live major neat open proud quick ready smart"
	animals    = "adder bear cat crane deer eagle fox goose heron ibis jackal koala lion mole newt otter panda robin seal"
)

// randomPet is words joined by the separator: an animal, before it an adjective, before that adverbs.
func (b *builder) randomPet() string {
	length := 2
	if b.given("length") {
		length = max(1, min(100, b.integer("length")))
	}
	s, pet := b.stream("pet"), make([]string, length)
	for i := range pet {
		words := strings.Fields(adverbs)
		switch length - i {
		case 1:
			words = strings.Fields(animals)
		case 2:
			words = strings.Fields(adjectives)
		}
		pet[i] = words[s.below(len(words))]
	}
	if prefix := b.str("prefix"); prefix != "" {
		pet = append([]string{prefix}, pet...)
	}
	separator := "-"
	if b.given("separator") {
		separator = b.str("separator")
	}
	return strings.Join(pet, separator)
}

// randomShuffle gives resultCount elements in a new order, all when it is not given; more than there are
// means starting over with another order.
func (b *builder) randomShuffle() resource.PropertyValue {
	inputs, _ := peel(b.out["inputs"])
	from := arrayOf(inputs)
	count := len(from)
	if b.given("resultCount") {
		count = max(0, b.integer("resultCount"))
	}
	s := b.stream("shuffle")
	var out []resource.PropertyValue
	for len(out) < count && len(from) > 0 {
		order := append([]resource.PropertyValue{}, from...)
		for i := len(order) - 1; i > 0; i-- {
			j := s.below(i + 1)
			order[i], order[j] = order[j], order[i]
		}
		for _, element := range order[:min(len(order), count-len(out))] {
			out = append(out, copyValue(element))
		}
	}
	return resource.NewArrayProperty(out)
}
