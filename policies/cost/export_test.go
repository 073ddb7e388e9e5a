package cost

import (
	"time"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/internal/traffic"
	"github.com/ladder-iac/ladder/policies/price"
)

// Lookups returns how many prices the book was asked for.
func Lookups(
	resources []graph.Resource, t traffic.Model, p phase.Phase, book *price.Book, on time.Time,
) (int, error) {
	e, err := estimate(resources, t, p, book, on)
	if err != nil {
		return 0, err
	}
	return len(e.rows) + 3*len(e.meters), nil
}
