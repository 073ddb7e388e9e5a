//go:build !linux

package load

import "time"

func sleep(wait time.Duration) { time.Sleep(wait) }
