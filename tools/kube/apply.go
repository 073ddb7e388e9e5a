package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/restmapper"
)

type manifest = unstructured.Unstructured

// definitions are where the kinds of extensions are published: files of Go modules. They are downloaded and not
// imported, as Karpenter's code alone weighs more than all of this.
var definitions = []struct{ module, path string }{
	{"sigs.k8s.io/gateway-api@v1.4.0", "config/crd/standard/*.yaml"},
	{"istio.io/api@v1.28.0", "kubernetes/customresourcedefinitions.gen.yaml"},
	{"sigs.k8s.io/karpenter@v1.8.0", "pkg/apis/crds/*.yaml"},
}

// unpublished are groups whose definitions AWS installs in its clusters and gives out nowhere.
var unpublished = []string{"eks.amazonaws.com"}

// read returns the objects of a file.
func read(path string) ([]manifest, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(content), 4096)
	var objects []manifest
	for {
		var object manifest
		err := decoder.Decode(&object)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if len(object.Object) > 0 {
			objects = append(objects, object)
		}
	}
}

// client talks to the server.
type client struct {
	dynamic dynamic.Interface
	mapper  *restmapper.DeferredDiscoveryRESTMapper
}

func connect(s *server) (*client, error) {
	objects, err := dynamic.NewForConfig(s.config)
	if err != nil {
		return nil, err
	}
	kinds, err := discovery.NewDiscoveryClientForConfig(s.config)
	if err != nil {
		return nil, err
	}
	return &client{objects, restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(kinds))}, nil
}

// install makes the definitions, and waits until the server serves them.
func (c *client) install(ctx context.Context) error {
	for _, d := range definitions {
		files, err := moduleFiles(ctx, d.module, d.path)
		if err != nil {
			return err
		}
		count := 0
		for _, file := range files {
			objects, err := read(file)
			if err != nil {
				return err
			}
			for _, object := range objects {
				if object.GetKind() != "CustomResourceDefinition" {
					continue
				}
				if err := c.send(ctx, &object, false); err != nil {
					return fmt.Errorf("%s: %s: %w", d.module, object.GetName(), err)
				}
				count++
			}
		}
		fmt.Printf("installed %d definitions of %s\n", count, d.module)
	}
	return nil
}

func moduleFiles(ctx context.Context, module, pattern string) ([]string, error) {
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", module)
	cmd.Dir = os.TempDir() // outside of any module: the version is the one that is asked for
	output, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go mod download %s: %w: %s", module, err, output)
	}
	var found struct{ Dir string }
	if err := yaml.Unmarshal(output, &found); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(found.Dir, pattern))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s: no file %s", module, pattern)
	}
	return files, err
}

// apply asks about every object of a cluster, tells the answers, and returns how many were refused. Namespaces are
// really made: the server refuses what has none.
func (c *client) apply(ctx context.Context, file string, objects []manifest) int {
	accepted, refused, unknown := 0, 0, map[string]int{}
	for i := range objects {
		o := &objects[i]
		if slices.Contains(unpublished, o.GroupVersionKind().Group) {
			unknown[o.GetAPIVersion()+" "+o.GetKind()]++
			continue
		}
		dryRun := o.GetKind() != "Namespace" && o.GetKind() != "CustomResourceDefinition"
		if err := c.send(ctx, o, dryRun); err != nil {
			refused++
			fmt.Printf("%s: refused %s %s/%s: %v\n", file, o.GetKind(), o.GetNamespace(), o.GetName(), err)
			continue
		}
		accepted++
	}
	fmt.Printf("%s: %d accepted, %d refused\n", file, accepted, refused)
	for kind, n := range unknown {
		fmt.Printf("%s: %d of %s not checked: AWS publishes no definition\n", file, n, kind)
	}
	return refused
}

// send applies an object on the server's side.
func (c *client) send(ctx context.Context, o *manifest, dryRun bool) error {
	mapping, err := c.mapping(ctx, o)
	if err != nil {
		return err
	}
	var at dynamic.ResourceInterface = c.dynamic.Resource(mapping.Resource)
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		namespace := o.GetNamespace()
		if namespace == "" {
			namespace = "default"
		}
		at = c.dynamic.Resource(mapping.Resource).Namespace(namespace)
	}
	text, err := o.MarshalJSON()
	if err != nil {
		return err
	}
	options := metav1.PatchOptions{FieldManager: "ladder", FieldValidation: "Strict"}
	if dryRun {
		options.DryRun = []string{metav1.DryRunAll}
	}
	_, err = at.Patch(ctx, o.GetName(), "application/apply-patch+yaml", text, options)
	return err
}

// mapping waits some seconds for a kind that was just defined.
func (c *client) mapping(ctx context.Context, o *manifest) (*meta.RESTMapping, error) {
	kind := o.GroupVersionKind()
	for try := 0; ; try++ {
		mapping, err := c.mapper.RESTMapping(kind.GroupKind(), kind.Version)
		if err == nil || !meta.IsNoMatchError(err) && !apierrors.IsNotFound(err) || try == 40 {
			return mapping, err
		}
		c.mapper.Reset()
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(250 * time.Millisecond):
		}
	}
}
