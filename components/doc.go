// Package components holds Ladder's components, one package each. All keep one contract:
//
//   - New(ctx, name, *Args, opts...) (*T, error); package and type are the same noun.
//   - Args has at most 12 flat fields. What decides shape or price is plain Go; what wires is an Input or,
//     better, the component itself. Zero means the default: the cheapest safe choice.
//   - Every mistake in the arguments is reported at once, before anything is registered: the value got, the
//     values wanted, and the way out. Nil arguments give an error, never a panic.
//   - Children are named <name>-<part>, have the component as parent and carry the tags component and Name.
//   - The type token is ladder:<package>:<Type>. Tokens, names and parents are the URN, a public contract:
//     a change needs an alias and a test, or users lose databases.
//   - What is stateful is protected, encrypted and backed up, and says so in its package comment, where its
//     cost a month stands too.
//
// The test of this package holds every component to the contract.
package components
