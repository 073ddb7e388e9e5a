package rule

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/traffic"
	"github.com/ladder-iac/ladder/policies/cost"
	"github.com/ladder-iac/ladder/policies/price"
)

// Stack is the resources of a stack, what it is for, and the day.
type Stack struct {
	Resources []graph.Resource // sorted by URN
	Objective *Objective       // nil when there is none that makes sense
	On        time.Time

	byURN  map[string]graph.Resource
	byType map[string][]graph.Resource
	users  map[string]map[string][]graph.Resource // by URN and type
	bill   func() (*cost.Bill, error)
}

// NewStack indexes the resources. The problems are what is wrong with the objective.
func NewStack(resources []graph.Resource, on time.Time) (*Stack, []Problem) {
	s := &Stack{
		On: on, byURN: map[string]graph.Resource{}, byType: map[string][]graph.Resource{},
		users: map[string]map[string][]graph.Resource{},
	}
	for _, r := range resources {
		if r.Type != "pulumi:pulumi:Stack" {
			s.Resources = append(s.Resources, r)
		}
	}
	slices.SortFunc(s.Resources, func(a, b graph.Resource) int { return cmp.Compare(a.URN, b.URN) })
	for _, r := range s.Resources {
		s.byURN[r.URN] = r
		s.byType[r.Type] = append(s.byType[r.Type], r)
		for _, urn := range r.Options.DependsOn {
			if s.users[urn] == nil {
				s.users[urn] = map[string][]graph.Resource{}
			}
			s.users[urn][r.Type] = append(s.users[urn][r.Type], r)
		}
	}
	objective, problems := readObjective(s.byType[ObjectiveType])
	s.Objective = objective
	s.bill = sync.OnceValues(func() (*cost.Bill, error) { return s.Estimate(s.Resources, s.Objective.Traffic, s.On) })
	return s, problems
}

// OfType returns the resources of a type.
func (s *Stack) OfType(kind string) []graph.Resource { return s.byType[kind] }

// Bill is that of the stack; there must be an objective.
func (s *Stack) Bill() (*cost.Bill, error) { return s.bill() }

// Estimate is the bill of other resources, under another load or on another day.
func (s *Stack) Estimate(resources []graph.Resource, load traffic.Model, on time.Time) (*cost.Bill, error) {
	book, err := price.Default()
	if err != nil {
		return nil, err
	}
	return cost.Estimate(resources, load, s.Objective.Phase, book, on)
}

// BreakEven is the mean load at which the bill reaches so many USD a month, and 0 when nothing can be said.
func (s *Stack) BreakEven(usd float64) float64 {
	book, err := price.Default()
	if err != nil {
		return 0
	}
	qps, err := cost.BreakEven(s.Resources, s.Objective.Traffic, s.Objective.Phase, book, s.On, usd)
	if err != nil {
		return 0
	}
	return qps
}
