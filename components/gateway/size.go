package gateway

const (
	podVCPUs       = 2
	requestMicros  = 150 // of a processor for a request  [app.md B3; to be measured]
	busyPercent    = 60  // of the processors, at which there are more pods
	podQPS         = podVCPUs * 1_000_000 / requestMicros * busyPercent / 100
	podMemory      = "512Mi"
	podMemoryLimit = "1Gi"
)

// withZoneLost is what two zones must be able to carry so that three can lose one.
func withZoneLost(qps int) int { return (qps*3 + 1) / 2 }

// podsFor is how many pods carry a load.
func podsFor(qps int) int { return (qps + podQPS - 1) / podQPS }

// perPod is what each pod lets in: its part of the limit when all are there, and no less than its processors can do.
// Below that the few pods of a quiet hour would turn requests away without ever being busy enough to get help.
func (a *Args) perPod() int {
	return max((a.RateLimit+a.Replicas.Max-1)/a.Replicas.Max, podVCPUs*1_000_000/requestMicros)
}
