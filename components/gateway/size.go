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

// perPod is the part of a limit that each of the pods keeps, when all are there.
func (a *Args) perPod() int { return (a.RateLimit + a.Replicas.Max - 1) / a.Replicas.Max }
