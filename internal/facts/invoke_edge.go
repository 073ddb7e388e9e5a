package facts

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// originFacing is the list of the addresses from which CloudFront asks an origin.
const originFacing = "com.amazonaws.global.cloudfront.origin-facing"

// getManagedPrefixList finds a list that AWS itself keeps.
func getManagedPrefixList(place Place, args resource.PropertyMap) (resource.PropertyMap, error) {
	name := scalar(args["name"])
	for _, filter := range arrayOf(args["filters"]) {
		values := texts(objectOf(filter)["values"])
		if scalar(follow(objectOf(filter), "name")) == "prefix-list-name" && len(values) == 1 {
			name = values[0]
		}
	}
	list := &builder{t: &Type{token: "prefix list"}, place: Place{Region: place.Region}, name: name}
	id, most := list.ec2ID("pl", "id"), 1
	switch name {
	case originFacing:
		most = 55 // of the 60 rules that a security group has [CloudFront managed prefix list]
	case "com.amazonaws." + place.Region + ".s3", "com.amazonaws." + place.Region + ".dynamodb":
	default:
		return nil, refuse("name", fmt.Sprintf("%q", name), strings.Join([]string{
			originFacing, "com.amazonaws." + place.Region + ".s3", "com.amazonaws." + place.Region + ".dynamodb",
		}, ", ")+"; other lists exist only in a real account")
	}
	entry := object(map[string]string{"cidr": "192.0.2.0/24", "description": ""})
	return resource.PropertyMap{
		"id": text(id), "name": text(name), "addressFamily": text("IPv4"), "ownerId": text("AWS"),
		"arn":        text(fmt.Sprintf("arn:%s:ec2:%s:aws:prefix-list/%s", place.partition(), place.Region, id)),
		"entries":    resource.NewArrayProperty([]resource.PropertyValue{entry}),
		"maxEntries": resource.NewNumberProperty(float64(most)), "version": resource.NewNumberProperty(1),
		"tags": resource.NewObjectProperty(resource.PropertyMap{}),
	}, nil
}
