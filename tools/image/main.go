// Command image packs the app's binaries into an OCI image layout for both architectures, and writes a bill of
// materials beside each binary. It asks no registry and needs no daemon: the image holds the static binary alone, which
// carries certificate authorities and time zones in itself. The same binaries give the same digests.
//
//	go run ./image -out ../dist/image -version 1.2.3 ../dist/app-linux-arm64 ../dist/app-linux-amd64
//	aws ecr get-login-password | go run ./image -out ../dist/image -push REPOSITORY@DIGEST
package main

import (
	"archive/tar"
	"bytes"
	"context"
	"debug/buildinfo"
	"debug/elf"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/CycloneDX/cyclonedx-go"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// user is nobody in particular, and not root  [the number that distroless images use].
const user = "65532:65532"

func main() {
	out := flag.String("out", "dist/image", "folder of the OCI image layout; made anew")
	version := flag.String("version", "dev", "label of the image")
	to := flag.String("push", "", "instead of packing, push the layout to REPOSITORY@DIGEST; the registry's password is read "+
		"from standard input")
	flag.Parse()
	var err error
	if *to != "" {
		err = push(context.Background(), *out, *to, os.Stdin)
	} else {
		err = run(*out, *version, flag.Args())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

func run(out, version string, binaries []string) error {
	if len(binaries) == 0 {
		return errors.New("got no binaries, want paths of Linux binaries as `make app` builds them")
	}
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, path := range binaries {
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		image, platform, err := imageOf(content, version)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add: image, Descriptor: v1.Descriptor{Platform: platform},
		})
		if err := materials(path, content); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return write(out, index)
}

// write makes the layout beside its place first, so that a failure leaves what was there.
func write(out string, index v1.ImageIndex) error {
	fresh := out + ".new"
	if err := errors.Join(os.RemoveAll(fresh), os.MkdirAll(filepath.Dir(out), 0o755)); err != nil {
		return err
	}
	if _, err := layout.Write(fresh, index); err != nil {
		return err
	}
	digest, err := index.Digest()
	if err != nil {
		return err
	}
	if err := errors.Join(os.RemoveAll(out), os.Rename(fresh, out)); err != nil {
		return err
	}
	fmt.Printf("%s  %s\n", digest, out)
	return nil
}

// imageOf is an image with the binary as its one file.
func imageOf(binary []byte, version string) (v1.Image, *v1.Platform, error) {
	platform, err := platformOf(binary)
	if err != nil {
		return nil, nil, err
	}
	packed, err := pack(binary)
	if err != nil {
		return nil, nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(packed)), nil
	}, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, nil, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	if image, err = mutate.AppendLayers(image, layer); err != nil {
		return nil, nil, err
	}
	image, err = mutate.ConfigFile(image, &v1.ConfigFile{
		Architecture: platform.Architecture, OS: platform.OS,
		RootFS:  must(image.ConfigFile()).RootFS,
		History: []v1.History{{Created: v1.Time{Time: time.Unix(0, 0).UTC()}, CreatedBy: "ladder"}},
		Config: v1.Config{
			Entrypoint: []string{"/app"}, Cmd: []string{"serve"}, User: user,
			ExposedPorts: map[string]struct{}{"8080/tcp": {}},
			Labels:       map[string]string{"org.opencontainers.image.version": version},
		},
	})
	return image, platform, err
}

func must(config *v1.ConfigFile, err error) *v1.ConfigFile {
	if err != nil {
		panic(err) // an image in memory has its config
	}
	return config
}

func platformOf(binary []byte) (*v1.Platform, error) {
	file, err := elf.NewFile(bytes.NewReader(binary))
	if err != nil {
		return nil, errors.New("not a Linux binary; build it with `make app`")
	}
	for machine, architecture := range map[elf.Machine]string{elf.EM_AARCH64: "arm64", elf.EM_X86_64: "amd64"} {
		if file.Machine == machine {
			return &v1.Platform{OS: "linux", Architecture: architecture}, nil
		}
	}
	return nil, fmt.Errorf("got machine %s, want arm64 or amd64", file.Machine)
}

// pack is a tar of the binary without the time and the owner of the file.
func pack(binary []byte) ([]byte, error) {
	var packed bytes.Buffer
	archive := tar.NewWriter(&packed)
	err := archive.WriteHeader(&tar.Header{
		Name: "app", Mode: 0o555, Size: int64(len(binary)), ModTime: time.Unix(0, 0), Format: tar.FormatUSTAR,
	})
	if err != nil {
		return nil, err
	}
	if _, err := archive.Write(binary); err != nil {
		return nil, err
	}
	return packed.Bytes(), archive.Close()
}

// materials writes what the binary was built of, as the toolchain noted it inside: CycloneDX, PATH.cdx.json.
func materials(path string, binary []byte) error {
	info, err := buildinfo.Read(bytes.NewReader(binary))
	if err != nil {
		return err
	}
	components := []cyclonedx.Component{{
		Type: cyclonedx.ComponentTypeLibrary, Name: "std", Version: info.GoVersion,
		PackageURL: "pkg:golang/std@" + info.GoVersion,
	}}
	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}
		components = append(components, cyclonedx.Component{
			Type: cyclonedx.ComponentTypeLibrary, Name: module.Path, Version: module.Version,
			PackageURL: "pkg:golang/" + module.Path + "@" + module.Version,
		})
	}
	bom := cyclonedx.NewBOM()
	bom.Metadata = &cyclonedx.Metadata{Component: &cyclonedx.Component{
		Type: cyclonedx.ComponentTypeApplication, Name: info.Path,
	}}
	bom.Components = &components
	var text bytes.Buffer
	if err := cyclonedx.NewBOMEncoder(&text, cyclonedx.BOMFileFormatJSON).SetPretty(true).Encode(bom); err != nil {
		return err
	}
	return os.WriteFile(path+".cdx.json", text.Bytes(), 0o644)
}
