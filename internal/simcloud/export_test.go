package simcloud

import "time"

// SetPatience says how long deletions wait for what holds a resource.
func (c *Cloud) SetPatience(d time.Duration) { c.patience = d }
