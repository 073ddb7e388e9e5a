package mesh_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ladder-iac/ladder/internal/golden"
)

// The definitions are those of the module whose Go types the specs are written in, less what they do not need.
func TestDefinitionsAreTheModules(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}} {{.Version}}", "sigs.k8s.io/gateway-api").Output()
	require.NoError(t, err)
	dir, version, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	for _, kind := range []string{"gatewayclasses", "gateways", "httproutes", "referencegrants"} {
		file := "gateway.networking.k8s.io_" + kind
		text, err := os.ReadFile(filepath.Join(dir, "config/crd/standard", file+".yaml"))
		require.NoError(t, err)
		var definition map[string]any
		require.NoError(t, yaml.Unmarshal(text, &definition))
		metadata, spec := definition["metadata"].(map[string]any), definition["spec"].(map[string]any)
		annotations := metadata["annotations"].(map[string]any)
		require.Equal(t, version, annotations["gateway.networking.k8s.io/bundle-version"])
		require.Equal(t, "standard", annotations["gateway.networking.k8s.io/channel"])
		require.NotEmpty(t, annotations["api-approved.kubernetes.io"], "the API server asks for it in groups of Kubernetes")

		var versions []any
		for _, v := range spec["versions"].([]any) {
			if v.(map[string]any)["storage"] == true {
				versions = append(versions, undescribed(v))
			}
		}
		require.Len(t, versions, 1)
		spec["versions"] = versions
		delete(definition, "status")
		definition["metadata"] = map[string]any{"name": metadata["name"], "annotations": annotations}
		slim, err := json.Marshal(definition)
		require.NoError(t, err)
		golden.Equal(t, "../definitions/"+file+".json", string(slim)+"\n")
	}
}

// undescribed is a schema without its descriptions. A property may have that name, too.
func undescribed(schema any) any {
	switch schema := schema.(type) {
	case []any:
		for i := range schema {
			schema[i] = undescribed(schema[i])
		}
	case map[string]any:
		if _, is := schema["description"].(string); is {
			delete(schema, "description")
		}
		for key := range schema {
			schema[key] = undescribed(schema[key])
		}
	}
	return schema
}
