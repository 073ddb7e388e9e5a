// Package tag gives resources the tags that the provider's default tags cannot know.
package tag

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Of returns the tags of a component's resource: component for cost allocation, Name for the AWS console.
// Project and stack come from the provider's default tags.
func Of(component, name string) pulumi.StringMap {
	return pulumi.StringMap{"component": pulumi.String(component), "Name": pulumi.String(name)}
}
