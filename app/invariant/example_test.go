package invariant_test

import (
	"fmt"
	"time"

	"github.com/ladder-iac/ladder/app/invariant"
)

// Ann writes twice, and then a replica that lags answers her.
func Example() {
	at := func(ms int) time.Duration { return time.Duration(ms) * time.Millisecond }
	found, err := invariant.Check(invariant.History{
		Operations: []invariant.Operation{
			{Session: "ann", Key: "note", Kind: invariant.Write, Value: "a", Version: 1, Invoked: at(0), Returned: at(2)},
			{Session: "ann", Key: "note", Kind: invariant.Write, Value: "b", Version: 2, Invoked: at(3), Returned: at(5)},
			{
				Session: "ann", Key: "note", Kind: invariant.Read, Value: "a", Version: 1, Invoked: at(6), Returned: at(7),
				Source: "reader-1",
			},
		},
	}, invariant.Bounds{
		Staleness: time.Second,
		Strong:    func(o invariant.Operation) bool { return o.Source == "writer" },
	})
	fmt.Println(err)
	for _, v := range found {
		fmt.Println(v)
	}
	// Output:
	// <nil>
	// I2: session "ann" wrote version 2 of "note" and then read version 1
	//   [3ms, 5ms] ann: write note version 2 "b": ok
	//   [6ms, 7ms] ann: read note version 1 "a": ok from reader-1
}
