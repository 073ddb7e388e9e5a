// Package certificate makes a certificate of ACM that is proven by DNS.
package certificate

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/acm"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/tag"
)

// New returns the ARN of the component's certificate for a domain, once AWS has issued it. AWS renews it as long as the
// record stands in the hosted zone. The options are for the certificate alone, e.g. another region than the parent's.
func New(
	ctx *pulumi.Context, component, domain, hostedZoneID string, parent pulumi.Resource, opts ...pulumi.ResourceOption,
) (pulumi.StringOutput, error) {
	name, own := component+"-certificate", append([]pulumi.ResourceOption{pulumi.Parent(parent)}, opts...)
	made, err := acm.NewCertificate(ctx, name, &acm.CertificateArgs{
		DomainName:       pulumi.String(domain),
		ValidationMethod: pulumi.String("DNS"),
		Tags:             tag.Of(component, name),
	}, own...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	proof := made.DomainValidationOptions.Index(pulumi.Int(0))
	record, err := route53.NewRecord(ctx, name+"-proof", &route53.RecordArgs{
		ZoneId:         pulumi.String(hostedZoneID),
		Name:           proof.ResourceRecordName().Elem(),
		Type:           proof.ResourceRecordType().Elem(),
		Records:        pulumi.StringArray{proof.ResourceRecordValue().Elem()},
		Ttl:            pulumi.Int(60),
		AllowOverwrite: pulumi.Bool(true), // it is the same for every certificate of this name and account
	}, pulumi.Parent(parent), pulumi.RetainOnDelete(true)) // another certificate may live by it
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	issued, err := acm.NewCertificateValidation(ctx, name+"-issued", &acm.CertificateValidationArgs{
		CertificateArn:        made.Arn,
		ValidationRecordFqdns: pulumi.StringArray{record.Fqdn},
	}, own...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return issued.CertificateArn, nil
}
