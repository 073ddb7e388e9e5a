package facts

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// function is one look-up that programs make.
type function struct {
	args   string // the known arguments
	answer func(place Place, args resource.PropertyMap) (resource.PropertyMap, error)
}

// functions are the look-ups that are answered. policydocument.go holds the largest.
var functions = map[string]function{
	"aws:index/getAvailabilityZones": {
		"allAvailabilityZones excludeNames excludeZoneIds filters state", getAvailabilityZones,
	},
	"aws:index/getCallerIdentity": {"id", getCallerIdentity},
	"aws:index/getPartition":      {"id", getPartition},
	"aws:index/getRegion":         {"endpoint id name", getRegion},
	"aws:ssm/getParameter":        {"name withDecryption", getParameter},
	"aws:ec2/getAmi": {
		"allowUnsafeFilter executableUsers filters includeDeprecated mostRecent nameRegex owners tags uefiData", getAmi,
	},
	"aws:ec2/getManagedPrefixList": {"filters id name tags", getManagedPrefixList},
	"aws:iam/getPolicyDocument": {
		"overrideJson overridePolicyDocuments policyId sourceJson sourcePolicyDocuments statements version",
		getPolicyDocument,
	},
	"aws:rds/getEngineVersion": {"engine latest parameterGroupFamily", getEngineVersion},
	"aws:route53/getZone":      {"name privateZone tags vpcId zoneId", getZone},
}

// Invoke answers a look-up such as aws:index/getRegion:getRegion. An unknown function or argument is
// refused, as is an argument whose value is not known yet. If an argument is secret, so is every answer.
func Invoke(place Place, token string, args resource.PropertyMap) (resource.PropertyMap, error) {
	name := token
	if parts := strings.SplitN(token, ":", 3); len(parts) == 3 {
		name = parts[0] + ":" + parts[1]
	}
	f, ok := functions[name]
	if !ok {
		return nil, fmt.Errorf("function %q: got a function without facts, want one of %s; add it to "+
			"internal/facts/invoke.go", token, strings.Join(slices.Sorted(maps.Keys(functions)), ", "))
	}
	known, problems := words(f.args), []error{}
	for _, key := range slices.Sorted(maps.Keys(args)) {
		switch {
		case args[key].IsNull():
		case !known[string(key)]:
			problems = append(problems, fmt.Errorf("function %q: argument %q: got %s, want one of the arguments %s",
				token, key, show(bare(args[key]), args[key].ContainsSecrets()), f.args))
		case args[key].ContainsUnknowns():
			problems = append(problems, fmt.Errorf("function %q: argument %q: got a value that is not known yet, "+
				"want a known one; call it with outputs instead", token, key))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	result, err := f.answer(place.orDefault(), bareMap(args))
	if err != nil {
		return nil, fmt.Errorf("function %q: %w", token, err)
	}
	if resource.NewObjectProperty(args).ContainsSecrets() {
		for key, value := range result {
			result[key] = resource.MakeSecret(value)
		}
	}
	return result, nil
}

func refuse(argument, got, want string) error {
	return fmt.Errorf("argument %q: got %s, want %s", argument, got, want)
}

func getAvailabilityZones(place Place, args resource.PropertyMap) (resource.PropertyMap, error) {
	zones, err := Zones(place.Region)
	if err != nil {
		return nil, err
	}
	if state := scalar(args["state"]); state != "" && state != "available" {
		zones = nil // every zone is available
	}
	for _, filter := range arrayOf(args["filters"]) {
		name, values := scalar(follow(objectOf(filter), "name")), texts(objectOf(filter)["values"])
		// Only ordinary zones are known, no local zones: these are all they can be asked for.
		fits := map[string]string{
			"opt-in-status": "opt-in-not-required", "zone-type": "availability-zone", "region-name": place.Region,
		}
		fit, ok := fits[name]
		if !ok {
			return nil, refuse("filters", fmt.Sprintf("filter %q", name), "one of opt-in-status, region-name, zone-type")
		}
		if !slices.Contains(values, fit) {
			zones = nil
		}
	}
	zones = slices.DeleteFunc(zones, func(zone string) bool {
		return slices.Contains(texts(args["excludeNames"]), zone) ||
			slices.Contains(texts(args["excludeZoneIds"]), zoneID(zone))
	})
	ids := make([]string, len(zones))
	for i, zone := range zones {
		ids[i] = zoneID(zone)
	}
	return resource.PropertyMap{
		"id": text(place.Region), "names": list(zones...), "zoneIds": list(ids...),
		"groupNames": list(place.Region), "state": text("available"),
	}, nil
}

func getCallerIdentity(place Place, _ resource.PropertyMap) (resource.PropertyMap, error) {
	user := &builder{t: &Type{token: "caller"}, place: Place{Account: place.Account}}
	return resource.PropertyMap{
		"accountId": text(place.Account), "arn": text(place.accountARN("iam", "user/ladder")),
		"id": text(place.Account), "userId": text("AIDA" + user.letters("user", uppersDigits, 17)),
	}, nil
}

func getPartition(place Place, _ resource.PropertyMap) (resource.PropertyMap, error) {
	parts := strings.Split(place.dnsSuffix(), ".")
	slices.Reverse(parts)
	return resource.PropertyMap{
		"id": text(place.partition()), "partition": text(place.partition()), "dnsSuffix": text(place.dnsSuffix()),
		"reverseDnsPrefix": text(strings.Join(parts, ".")),
	}, nil
}

func getRegion(place Place, args resource.PropertyMap) (resource.PropertyMap, error) {
	name := place.Region
	if given := scalar(args["name"]); given != "" {
		name = given
	}
	if _, err := Zones(name); err != nil {
		return nil, err
	}
	endpoint := "ec2." + name + "." + Place{Region: name}.dnsSuffix()
	if given := scalar(args["endpoint"]); given != "" && given != endpoint {
		return nil, refuse("endpoint", fmt.Sprintf("%q", given), endpoint)
	}
	return resource.PropertyMap{
		"id": text(name), "name": text(name), "endpoint": text(endpoint), "description": text(name),
	}, nil
}

// publicParameter is where AWS publishes the newest Amazon Linux 2023 images.
const publicParameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-"

func getParameter(place Place, args resource.PropertyMap) (resource.PropertyMap, error) {
	name := scalar(args["name"])
	image, ok := strings.CutPrefix(name, publicParameter)
	architecture := image[strings.LastIndexByte(image, '-')+1:]
	if !ok || architecture != "arm64" && architecture != "x86_64" {
		return nil, refuse("name", fmt.Sprintf("%q", name), "a public parameter such as "+
			publicParameter+"kernel-default-arm64; other parameters exist only in a real account")
	}
	return resource.PropertyMap{
		"arn": text(fmt.Sprintf("arn:%s:ssm:%s::parameter%s", place.partition(), place.Region, name)),
		"id":  text(name), "name": text(name), "type": text("String"),
		"value": text(imageID(place, architecture)), "insecureValue": text(imageID(place, architecture)),
		"version":        resource.NewNumberProperty(1),
		"withDecryption": resource.NewBoolProperty(scalar(args["withDecryption"]) != "false"),
	}, nil
}

// imageID is the made-up image of a region and architecture, the same whichever way it is asked for.
func imageID(place Place, architecture string) string {
	image := &builder{t: &Type{token: "al2023"}, place: Place{Region: place.Region}, name: architecture}
	return image.ec2ID("ami", "id")
}

func getAmi(place Place, args resource.PropertyMap) (resource.PropertyMap, error) {
	owners := texts(args["owners"])
	if len(owners) > 0 && !slices.Contains(owners, "amazon") && !slices.Contains(owners, "137112412989") {
		return nil, refuse("owners", fmt.Sprintf("%q", owners), "amazon; images of others exist only in a real account")
	}
	architecture, name := "x86_64", ""
	for _, filter := range arrayOf(args["filters"]) {
		values := texts(objectOf(filter)["values"])
		switch scalar(follow(objectOf(filter), "name")) {
		case "architecture":
			architecture = strings.Join(values, ",")
		case "name":
			name = strings.Join(values, ",")
		}
	}
	if strings.Contains(name, "arm64") {
		architecture = "arm64"
	}
	if architecture != "arm64" && architecture != "x86_64" {
		return nil, refuse("filters", fmt.Sprintf("architecture %q", architecture), "arm64 or x86_64")
	}
	if pattern := name + scalar(args["nameRegex"]); pattern != "" && !strings.Contains(pattern, "al2023") {
		return nil, refuse("filters", fmt.Sprintf("name %q", pattern), "an Amazon Linux 2023 image: al2023-ami-*")
	}
	id := imageID(place, architecture)
	return resource.PropertyMap{
		"id": text(id), "imageId": text(id), "architecture": text(architecture), "ownerId": text("137112412989"),
		"arn":  text(fmt.Sprintf("arn:%s:ec2:%s::image/%s", place.partition(), place.Region, id)),
		"name": text("al2023-ami-2023.8.20250715.0-kernel-6.1-" + architecture), "imageOwnerAlias": text("amazon"),
		"creationDate": text("2025-07-15T00:00:00.000Z"), "imageType": text("machine"), "state": text("available"),
		"rootDeviceName": text("/dev/xvda"), "rootDeviceType": text("ebs"), "virtualizationType": text("hvm"),
		"hypervisor": text("xen"), "public": resource.NewBoolProperty(true), "enaSupport": resource.NewBoolProperty(true),
	}, nil
}

// getZone finds any zone by name or id, as if the domain had been set up.
func getZone(place Place, args resource.PropertyMap) (resource.PropertyMap, error) {
	name, id := strings.TrimSuffix(scalar(args["name"]), "."), scalar(args["zoneId"])
	if name == "" && id == "" {
		return nil, refuse("name", "nothing", "the zone's name, or zoneId")
	}
	if name == "" {
		name = "example.com"
	}
	zone := &builder{t: &Type{token: "zone"}, place: Place{Account: place.Account}, name: name}
	if id == "" {
		id = "Z" + zone.letters("id", digits+uppersDigits, 20)
	}
	private := resource.NewBoolProperty(scalar(args["privateZone"]) == "true")
	return resource.PropertyMap{
		"id": text(id), "zoneId": text(id), "name": text(name), "arn": text(place.globalARN("route53", "hostedzone/"+id)),
		"nameServers": list(zone.nameServers()...), "primaryNameServer": text(zone.nameServers()[0]), "privateZone": private,
		"comment": text(""), "callerReference": text(zone.uuid("reference")), "linkedServiceDescription": text(""),
		"linkedServicePrincipal": text(""), "resourceRecordSetCount": resource.NewNumberProperty(2),
		"tags": resource.NewObjectProperty(resource.PropertyMap{}), "vpcId": text(scalar(args["vpcId"])),
	}, nil
}

// texts gives the scalars of a list as text.
func texts(v resource.PropertyValue) []string {
	var out []string
	for _, element := range arrayOf(v) {
		out = append(out, scalar(element))
	}
	return out
}

// getEngineVersion has one minor of each major of Aurora PostgreSQL.
func getEngineVersion(_ Place, args resource.PropertyMap) (resource.PropertyMap, error) {
	engine, family := scalar(args["engine"]), scalar(args["parameterGroupFamily"])
	major, ok := strings.CutPrefix(family, engine)
	if number, err := strconv.Atoi(major); engine != "aurora-postgresql" || !ok || err != nil || number < 1 {
		return nil, refuse("parameterGroupFamily", fmt.Sprintf("%q of engine %q", family, engine),
			"a family of aurora-postgresql such as aurora-postgresql17")
	}
	version := text(withMinor(major))
	return resource.PropertyMap{
		"engine": text(engine), "id": version, "version": version, "versionActual": version,
		"parameterGroupFamily": text(family), "status": text("available"),
		"latest": resource.NewBoolProperty(scalar(args["latest"]) == "true"),
	}, nil
}
