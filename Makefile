# Everything a fresh machine needs is made here: Debian, Go and make are enough.
SHELL       := /bin/bash -o pipefail
.DEFAULT_GOAL := help

VERSION     := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
TOOLS       := .tools/bin
PULUMI      := $(TOOLS)/pulumi
LINT        := $(TOOLS)/golangci-lint
APISERVER   := $(TOOLS)/kube-apiserver
PULUMI_VERSION = $(shell cd tools && go list -m -f '{{.Version}}' github.com/pulumi/pulumi/pkg/v3)
# One way to compile, so that tests, tools, linter and binaries share what is compiled: Pulumi's AWS SDK alone takes
# two minutes. Without cgo binaries are static; the race detector needs it.
export GOFLAGS += -trimpath
export CGO_ENABLED := 0
# The linter's cache remembers paths: one shared between checkouts reports files of another one.
export GOLANGCI_LINT_CACHE := $(CURDIR)/.tools/lint-cache
APP_LDFLAGS := -s -w -buildid= -X main.version=$(VERSION)

.PHONY: help
help: ## show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

.PHONY: build
build: bin/ladder app ## build the command ladder and the app

.PHONY: bin/ladder
bin/ladder:
	@mkdir -p bin
	go build -ldflags "-s -w -X main.version=$(VERSION)" -o bin/ladder ./cmd/ladder

.PHONY: policies
policies: ## build the policy pack for `--policy-pack bin/policies`
	@mkdir -p bin
	go build -ldflags "-s -w" -o bin/policies ./policies

.PHONY: app
app: ## build the app for both architectures, with checksums, bills of materials and an OCI image layout
	@mkdir -p dist
	@for arch in arm64 amd64; do \
		GOOS=linux GOARCH=$$arch go build -buildvcs=false -ldflags "$(APP_LDFLAGS)" \
			-o dist/app-linux-$$arch ./cmd/app && \
		(cd dist && sha256sum app-linux-$$arch > app-linux-$$arch.sha256) || exit 1; \
	done
	@cd tools/image && go run . -out ../../dist/image -version $(VERSION) \
		../../dist/app-linux-arm64 ../../dist/app-linux-amd64

.PHONY: push
push: ## push the image to a stack's repository: aws ecr get-login-password | make push IMAGE=REPOSITORY@DIGEST
	@cd tools/image && go run . -out ../../dist/image -push "$(IMAGE)"

.PHONY: reproducible
reproducible: ## build the app twice, in two places, and compare every byte
	@./.ci/reproducible

.PHONY: tools
tools: $(PULUMI) ## build the pinned Pulumi CLI (five minutes on two cores, once)

# To optimize the library that only `pulumi cloud` uses, never called here, takes a sixth of the build.
$(PULUMI): tools/go.mod
	@mkdir -p $(TOOLS)
	@echo "building the Pulumi CLI $(PULUMI_VERSION) from its module; five minutes on two cores, once" >&2
	cd tools && go build -ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=$(PULUMI_VERSION)" \
		-gcflags "github.com/pb33f/libopenapi/...=-N -l" -o ../$(PULUMI) github.com/pulumi/pulumi/pkg/v3/cmd/pulumi

$(LINT): tools/go.mod
	@mkdir -p $(TOOLS)
	@echo "building golangci-lint from its module; some minutes on two cores, once" >&2
	cd tools && go build -ldflags "-s -w" -o ../$(LINT) github.com/golangci/golangci-lint/v2/cmd/golangci-lint

# It runs for a minute and takes ten to build: compiled without optimizing it is ready sooner.
$(APISERVER): tools/kube/go.mod
	@mkdir -p $(TOOLS)
	@echo "building kube-apiserver from its module; ten minutes on two cores, once" >&2
	cd tools/kube && go build -ldflags "-s -w" -gcflags "all=-N -l" -o ../../$(APISERVER) k8s.io/kubernetes/cmd/kube-apiserver

.PHONY: packages
packages: # what the tests need of the system
	@./.ci/packages

.PHONY: demo
demo: tools build ## deploy phase 1 on the simulated cloud with the real Pulumi engine; needs no account
	@./.ci/demo

.PHONY: test
test: tools app packages ## run every test
	./.ci/test

.PHONY: test-kube
test-kube: $(APISERVER) bin/ladder app ## ask a real API server of Kubernetes about phase 4's manifests
	./.ci/kube

.PHONY: fuzz
fuzz: ## run every fuzz target for a short time; FUZZTIME=1m for longer, guided by coverage
	./.ci/fuzz

.PHONY: check
check: $(LINT) ## format, lint, and generated files up to date
	$(LINT) fmt --diff
	$(LINT) run --allow-parallel-runners
	go run ./internal/facts/gen
	go run ./internal/cli/gendocs
	go run ./policies/gendocs
	go mod tidy -diff
	@git diff --exit-code -- internal/facts docs || \
		{ echo "generated files are not up to date: commit what changed above" >&2; exit 1; }

.PHONY: fmt
fmt: $(LINT) ## format the code
	$(LINT) fmt

.PHONY: golden
golden: ## rewrite the golden files; look at the difference before you commit it
	go test $$(go list -f '{{.ImportPath}} {{.TestImports}} {{.XTestImports}}' ./... | grep internal/golden | cut -d' ' -f1) -update

.PHONY: bench
bench: tools build ## time the commands against their targets
	@./.ci/bench

.PHONY: bench-app
bench-app: ## compare the app with what one would write instead of it; 40 minutes on a calm machine
	@mkdir -p bin
	@cd tools/bench && go build -o ../../bin/bench .
	@bin/bench $(BENCH)

.PHONY: build-weight
build-weight: ## what a cold build of the program costs: CPU seconds, peak memory, size
	@./.ci/build-weight

.PHONY: clean
clean: ## remove what was built and what was simulated
	rm -rf bin dist .ladder
