package price_test

import (
	"fmt"
	"log"

	"github.com/ladder-iac/ladder/policies/price"
)

func Example() {
	book, err := price.Default()
	if err != nil {
		log.Fatal(err)
	}
	server, err := book.Lookup("ec2", "BoxUsage:t4g.large", "us-east-1")
	if err != nil {
		log.Fatal(err)
	}
	egress, err := book.Charge("data-transfer", "DataTransfer-Out-Bytes", "us-east-1", 912)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("server %.2f, egress %.2f USD a month\n", server.Of(730), egress.USD)
	// Output: server 49.06, egress 73.08 USD a month
}
