package startup

import "time"

// healthAbort bounds one health request.
const healthAbort = 1000 * time.Millisecond

// Constants are the numbers of the protocol, as in rivet-dev/rivet unless it says
// otherwise.
type Constants struct {
	Port         int           // of engine and manager: 6420
	PortRange    int           // ports tried from the one asked for, before any: 100
	LockPeriod   time.Duration // a port that was handed out is not handed out again for 15 to 30 s (get-port): 15 s
	HealthTries  int           // 100
	HealthPause  time.Duration // between two: 100 ms
	HealthAbort  time.Duration // of each: 1 s
	SlowDownload time.Duration // warned of after 5 s

	MetadataFirst time.Duration // first pause of a client: 500 ms
	MetadataCap   time.Duration // the pauses double up to 15 s

	RunnerReady      time.Duration // startAndWait, r5: 30 s
	ConfigureTotal   time.Duration // r5: 60 s (RIVET_SERVERLESS_CONFIGURE_TIMEOUT_MS)
	ConfigurePause   time.Duration // r5: 1 s
	RegisterPoll     time.Duration // r5, looking for the engine: 1 s
	RegisterTries    int           // r5: 120, assumed; the model gives up there so that a world without an engine comes to rest
	ShutdownGrace    time.Duration // r5: 30 min
	ServePort        int           // r5, listen(): 3000, assumed
	RequestLife      time.Duration // of a pool: 900 s
	RequestLifeR5    time.Duration // of a pool, r5: 3600 s
	MaxRunners       int           // of a pool: 1000
	SlotsPerRunner   int           // of a pool: 1
	EngineDrain      time.Duration // an engine in development on SIGTERM: 1 s
	EngineDrainForce time.Duration // and by force after 2 s
}

// DefaultConstants are the numbers in use.
func DefaultConstants() Constants {
	return Constants{
		Port: 6420, PortRange: 100, LockPeriod: 15 * time.Second,
		HealthTries: 100, HealthPause: 100 * time.Millisecond, HealthAbort: healthAbort, SlowDownload: 5 * time.Second,
		MetadataFirst: 500 * time.Millisecond, MetadataCap: 15 * time.Second,
		RunnerReady: 30 * time.Second, ConfigureTotal: 60 * time.Second, ConfigurePause: time.Second,
		RegisterPoll: time.Second, RegisterTries: 120, ShutdownGrace: 30 * time.Minute, ServePort: 3000,
		RequestLife: 900 * time.Second, RequestLifeR5: 3600 * time.Second, MaxRunners: 1000, SlotsPerRunner: 1,
		EngineDrain: time.Second, EngineDrainForce: 2 * time.Second,
	}
}
