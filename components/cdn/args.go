package cdn

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
)

// Args describe pages, and who may see them how.
type Args struct {
	Domain       string // full name without a final dot, e.g. "www.shop.example.com"; required
	HostedZoneID string // Route 53 hosted zone of the domain, e.g. "Z0123456789ABC"; required
	// Documents are files that change under their names, by their paths without a slash in front; with index.html;
	// required.
	Documents map[string][]byte
	// Assets are files that never change under their names, e.g. "assets/app-0123456789abcdef.js"; default none.
	Assets map[string][]byte
	// ContentSecurityPolicy is what the documents may do in a browser; default their own files, and nothing else.
	ContentSecurityPolicy string
	// PriceClass is where CloudFront answers: PriceClass_100 in North America, Europe and Israel, PriceClass_200 also in
	// most of Asia and in Africa, PriceClass_All everywhere. Other users are answered from the nearest of these. Default
	// PriceClass_100, as data costs up to 0.12 USD/GB elsewhere.
	PriceClass string
	// RequestsPerAddress in five minutes, 10 to 2,000,000,000; more are refused. A whole company may come from one
	// address. Default 10,000.
	RequestsPerAddress int
	Edge               pulumi.ProviderResource // of us-east-1, where certificate and web ACL must stand; required
}

const (
	maxPolicy    = 1783 // characters of a header's value  [Amazon CloudFront Developer Guide, Quotas, 2026-10]
	maxPath      = 200
	minRequests  = 10            // [AWS WAF Developer Guide, Rate-based rules, 2026-10]
	maxRequests  = 2_000_000_000 // likewise
	defaultLimit = 10_000
)

var (
	priceClasses = []string{"PriceClass_100", "PriceClass_200", "PriceClass_All"}
	pathPattern  = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$`)
)

// types by ending; the system's own table differs from machine to machine.
var types = map[string]string{
	".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".json": "application/json", ".txt": "text/plain; charset=utf-8", ".webmanifest": "application/manifest+json",
	".xml": "application/xml", ".yaml": "application/yaml",
	".avif": "image/avif", ".gif": "image/gif", ".ico": "image/x-icon", ".jpg": "image/jpeg", ".png": "image/png",
	".svg": "image/svg+xml", ".webp": "image/webp",
	".woff2": "font/woff2", ".pdf": "application/pdf", ".wasm": "application/wasm",
}

func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	if args.ContentSecurityPolicy == "" {
		args.ContentSecurityPolicy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	}
	if args.PriceClass == "" {
		args.PriceClass = priceClasses[0]
	}
	if args.RequestsPerAddress == 0 {
		args.RequestsPerAddress = defaultLimit
	}
	c := check.Of("cdn", name)
	c.Given(args.Domain != "", "Domain", "a full name in lower case such as www.shop.example.com")
	c.Domain("Domain", args.Domain)
	c.HostedZone("HostedZoneID", args.HostedZoneID)
	args.checkFiles(c)
	policy := args.ContentSecurityPolicy
	c.That(len(policy) <= maxPolicy && !strings.ContainsAny(policy, "\r\n"), "ContentSecurityPolicy", policy,
		fmt.Sprintf("one line of at most %d characters", maxPolicy))
	c.That(slices.Contains(priceClasses, args.PriceClass), "PriceClass", args.PriceClass,
		strings.Join(priceClasses, ", "))
	c.That(args.RequestsPerAddress >= minRequests && args.RequestsPerAddress <= maxRequests, "RequestsPerAddress",
		args.RequestsPerAddress, fmt.Sprintf("%d to %d in five minutes", minRequests, maxRequests))
	c.Given(args.Edge != nil, "Edge", "a provider of us-east-1, where alone CloudFront finds a certificate and a web ACL")
	return args, c.Err()
}

func (a Args) checkFiles(c *check.Args) {
	_, home := a.Documents["index.html"]
	c.Given(home, "Documents", "index.html, which answers for the name alone")
	checkNames(c, "Documents", a.Documents)
	checkNames(c, "Assets", a.Assets)
	for _, file := range slices.Sorted(maps.Keys(a.Assets)) {
		_, twice := a.Documents[file]
		c.That(!twice, "Assets", file, "a name that no document has")
	}
}

func checkNames(c *check.Args, field string, files map[string][]byte) {
	for _, file := range slices.Sorted(maps.Keys(files)) {
		c.That(len(file) <= maxPath && pathPattern.MatchString(file), field, file, fmt.Sprintf(
			"paths of at most %d letters, digits, dots, hyphens and underscores, without a slash in front", maxPath))
		c.That(types[path.Ext(file)] != "", field, file,
			"an ending of "+strings.Join(slices.Sorted(maps.Keys(types)), ", "))
	}
}
