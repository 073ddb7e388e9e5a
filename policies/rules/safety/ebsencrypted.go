package safety

import "github.com/ladder-iac/ladder/policies/rule"

// EBSEncrypted wants every disk encrypted.
var EBSEncrypted = rule.Rule{
	ID: "ebs-encrypted", Level: rule.Mandatory, Kind: rule.OnResource,
	Types:  []string{volumeType, instanceType, templateType},
	Why:    "A disk or its snapshot that leaves the account can be read by whoever gets it.",
	Fix:    "set encrypted to true and kmsKeyId to the stack's key",
	Source: "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html",
	Good: []rule.Example{
		{rule.Resource(volumeType, "data", rule.In{"encrypted": true, "kmsKeyId": ownKey})},
		{rule.Resource(instanceType, "server", rule.In{"rootBlockDevice": rule.In{"encrypted": true}})},
		{rule.Resource(templateType, "app", rule.In{
			"blockDeviceMappings": []any{rule.In{"ebs": rule.In{"encrypted": "true"}}},
		})},
	},
	Bad: []rule.Example{
		{rule.Resource(templateType, "app", rule.In{"instanceType": "c7g.large"})},
		{rule.Resource(volumeType, "data", rule.In{"encrypted": false, "kmsKeyId": nil})},
		{rule.Resource(instanceType, "server", rule.In{"rootBlockDevice": rule.In{"volumeSize": 8}})},
		{rule.Resource(templateType, "app", rule.In{
			"blockDeviceMappings": []any{rule.In{"ebs": rule.In{"encrypted": "false"}}},
		})},
	},
	Check: func(s *rule.Scene) []rule.Finding {
		switch s.Resource.Type {
		case volumeType:
			return encrypted(s, s.Block, "encrypted")
		case templateType:
			devices := s.Blocks("blockDeviceMappings")
			if len(devices) == 0 && !s.Unknown() { // the root disk is as in the image
				return s.Wrong("blockDeviceMappings", nil, "the root disk with ebs.encrypted true")
			}
			for _, device := range devices {
				if device.Given("ebs") && !device.Flag("ebs", "encrypted") && !s.Unknown() {
					return s.Wrong("blockDeviceMappings.ebs.encrypted", device.Value("ebs", "encrypted"), "true")
				}
			}
			return nil
		}
		for _, device := range s.Blocks("ebsBlockDevices") {
			if !device.Flag("encrypted") && !s.Unknown() {
				return s.Wrong("ebsBlockDevices.encrypted", device.Value("encrypted"), "true")
			}
		}
		return encrypted(s, s.Block, "rootBlockDevice", "encrypted")
	},
}
