package cdn

import (
	"encoding/base64"
	"maps"
	"path"
	"slices"
	"unicode/utf8"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	// A browser asks each time; CloudFront asks the bucket once a minute, and answers with what it has while the bucket
	// does not.
	documentCaching = "public, max-age=0, s-maxage=60, stale-if-error=86400"
	assetCaching    = "public, max-age=31536000, immutable"
)

// files puts assets into the bucket before the documents that name them. An asset that no document names any more
// leaves the stack and stays in the bucket, for browsers that show an older document.
func (c *CDN) files(ctx *pulumi.Context, name string, args Args, store *s3.BucketV2) error {
	var first []pulumi.Resource
	for _, file := range slices.Sorted(maps.Keys(args.Assets)) {
		object, err := c.file(ctx, name, file, args.Assets[file], assetCaching, store, pulumi.RetainOnDelete(true))
		if err != nil {
			return err
		}
		first = append(first, object)
	}
	for _, file := range slices.Sorted(maps.Keys(args.Documents)) {
		if _, err := c.file(
			ctx, name, file, args.Documents[file], documentCaching, store, pulumi.DependsOn(first),
		); err != nil {
			return err
		}
	}
	return nil
}

func (c *CDN) file(
	ctx *pulumi.Context, name, file string, content []byte, caching string, store *s3.BucketV2, fate pulumi.ResourceOption,
) (*s3.BucketObjectv2, error) {
	object := &s3.BucketObjectv2Args{
		Bucket:       store.ID(),
		Key:          pulumi.String(file),
		ContentType:  pulumi.String(types[path.Ext(file)]),
		CacheControl: pulumi.String(caching),
	}
	if utf8.Valid(content) {
		object.Source = pulumi.NewStringAsset(string(content))
	} else {
		object.ContentBase64 = pulumi.String(base64.StdEncoding.EncodeToString(content))
	}
	return s3.NewBucketObjectv2(ctx, name+"-"+file, object, pulumi.Parent(c), fate)
}
