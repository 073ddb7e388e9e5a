package graph

import (
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// What stands for a value that is not shown.
const (
	Secret  = "[secret]"  // the value is secret
	Unknown = "[unknown]" // the value is known only after an update
)

// plainMap turns properties into what encoding/json understands.
func plainMap(properties resource.PropertyMap) map[string]any {
	result := make(map[string]any, len(properties))
	for key, value := range properties {
		result[string(key)] = plain(value)
	}
	return result
}

func plain(value resource.PropertyValue) any {
	switch {
	case value.IsSecret(), value.IsOutput() && value.OutputValue().Secret:
		return Secret
	case value.IsComputed(), value.IsOutput() && !value.OutputValue().Known:
		return Unknown
	case value.IsOutput():
		return plain(value.OutputValue().Element)
	case value.IsObject():
		return plainMap(value.ObjectValue())
	case value.IsArray():
		list := make([]any, 0, len(value.ArrayValue()))
		for _, element := range value.ArrayValue() {
			list = append(list, plain(element))
		}
		return list
	case value.IsAsset():
		return "asset sha256:" + value.AssetValue().Hash
	case value.IsArchive():
		return "archive sha256:" + value.ArchiveValue().Hash
	case value.IsResourceReference():
		return string(value.ResourceReferenceValue().URN)
	}
	return value.V
}

// JSON returns the graph in the form that `ladder graph --json` prints.
func (g *Graph) JSON() ([]byte, error) { return indented(g) }

func indented(value any) ([]byte, error) {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(value)
	return []byte(text.String()), err
}

// Tree returns the resources as a tree of components for people to read.
func (g *Graph) Tree() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %d resources\n", g.Stack, len(g.Resources))
	g.branch(&text, "", "")
	return text.String()
}

func (g *Graph) branch(text *strings.Builder, parent, indent string) {
	children := g.children(parent)
	for i, r := range children {
		fork, deeper := "├─ ", "│  "
		if i == len(children)-1 {
			fork, deeper = "└─ ", "   "
		}
		fmt.Fprintf(text, "%s%s%s  %s%s\n", indent, fork, r.Name, ShortType(r.Type), r.flags())
		g.branch(text, r.URN, indent+deeper)
	}
}

func (g *Graph) children(parent string) []Resource {
	var children []Resource
	for _, r := range g.Resources {
		if r.Parent == parent {
			children = append(children, r)
		}
	}
	sort.SliceStable(children, func(i, j int) bool { return children[i].Name < children[j].Name })
	return children
}

// flags names what a reader should notice.
func (r Resource) flags() string {
	var flags []string
	if Stateful(r.Type) {
		flags = append(flags, "stateful")
	}
	if r.Options.Protect {
		flags = append(flags, "protected")
	}
	if r.Options.RetainOnDelete {
		flags = append(flags, "retained")
	}
	if len(flags) == 0 {
		return ""
	}
	return "  (" + strings.Join(flags, ", ") + ")"
}

// Mermaid returns a Mermaid flowchart: a box for each component, an arrow from what needs to what is needed.
func (g *Graph) Mermaid() string {
	ids := map[string]string{} // of the boxes, by URN; the name keeps a box's id when others come and go
	for _, r := range g.Resources {
		ids[r.URN] = "box_" + notWord.ReplaceAllString(r.Name, "_")
	}
	var text strings.Builder
	text.WriteString("flowchart TD\n")
	arrows := map[string]bool{}
	for _, r := range g.Resources {
		if r.Parent != "" || strings.HasPrefix(r.Type, "pulumi:") {
			continue
		}
		fmt.Fprintf(&text, "  %s[\"%s<br/>%s\"]\n", ids[r.URN], r.Name, ShortType(r.Type))
	}
	for _, r := range g.Resources {
		for _, need := range r.Options.DependsOn {
			from, to := g.top(r.URN), g.top(need)
			if from == "" || to == "" || from == to {
				continue
			}
			arrows[fmt.Sprintf("  %s --> %s\n", ids[from], ids[to])] = true
		}
	}
	for _, arrow := range sortedKeys(arrows) {
		text.WriteString(arrow)
	}
	return text.String()
}

// notWord is what an id in Mermaid cannot hold.
var notWord = regexp.MustCompile(`[^A-Za-z0-9]`)

// top returns the URN of the outermost component of a resource; empty for providers and unknown URNs.
func (g *Graph) top(urn string) string {
	for {
		at := sort.Search(len(g.Resources), func(i int) bool { return g.Resources[i].URN >= urn })
		if at == len(g.Resources) || g.Resources[at].URN != urn || strings.HasPrefix(g.Resources[at].Type, "pulumi:") {
			return ""
		}
		if g.Resources[at].Parent == "" {
			return urn
		}
		urn = g.Resources[at].Parent
	}
}

// ShortType shortens a type token for people: "aws:ec2/instance:Instance" becomes "aws:ec2:Instance".
func ShortType(token string) string {
	parts := strings.Split(token, ":")
	if len(parts) != 3 {
		return token
	}
	module, _, _ := strings.Cut(parts[1], "/")
	return parts[0] + ":" + module + ":" + parts[2]
}

// Text returns the difference for people to read. Data that would be lost stands out, and so does what protection
// keeps the engine from doing.
func (d *Diff) Text() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s -> %s: %d kept, %d created, %d updated, %d replaced, %d deleted\n",
		d.From, d.To, len(d.Same), len(d.Create), len(d.Update), len(d.Replace), len(d.Delete))
	refused := 0
	for _, group := range []struct {
		sign    string
		changes []Change
		goes    bool
	}{{"+ ", d.Create, false}, {"~ ", d.Update, false}, {"+-", d.Replace, true}, {"- ", d.Delete, true}} {
		for _, c := range group.changes {
			fmt.Fprintf(&text, "%s %s  %s", group.sign, c.Name, ShortType(c.Type))
			if len(c.Changed) > 0 {
				fmt.Fprintf(&text, "  [%s]", strings.Join(c.Changed, ", "))
			}
			if group.goes {
				text.WriteString(c.fate())
			}
			if group.goes && c.Protected {
				refused++
			}
			text.WriteByte('\n')
		}
	}
	if refused > 0 {
		fmt.Fprintf(&text, "the engine refuses this update before it touches anything: %d protected\n", refused)
	}
	return text.String()
}

// fate says what becomes of a resource that leaves the stack.
func (c Change) fate() string {
	protected := ""
	if c.Protected {
		protected = ", protected"
	}
	switch {
	case c.Retained:
		return "  (stays in the cloud" + protected + ")"
	case c.Stateful:
		return "  DATA LOST: stateful" + protected
	case c.Protected:
		return "  (protected)"
	}
	return ""
}

func sortedKeys(set map[string]bool) []string {
	keys := make([]string, 0, len(set))
	for key := range set {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
