package apptest

import "go.uber.org/goleak"

// ServerGoroutines are those that fasthttp's server leaves behind: one that knows the date until the process ends, one
// that sleeps for up to ten seconds before it notices that its server has ended.
func ServerGoroutines() []goleak.Option {
	const of = "github.com/valyala/fasthttp."
	return []goleak.Option{
		goleak.IgnoreAnyFunction(of + "updateServerDate.func1"),
		goleak.IgnoreAnyFunction(of + "(*workerPool).Start.func2"),
	}
}
