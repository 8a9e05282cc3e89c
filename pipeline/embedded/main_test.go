package embedded_test

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	if job := os.Getenv(jobEnv); job != "" {
		os.Exit(runJob(job)) // this is a process that a test kills
	}
	os.Exit(m.Run())
}
