package recycle

import (
	"errors"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// The jobs of a deploy train.
const (
	JobHost      = "deploy-host"       // publishes the shell on the CDN
	JobPrerender = "deploy-prerender"  // rolls the prerender servers
	JobManager   = "deploy-manager"    // replaces the manager
	JobWorker    = "deploy-worker"     // rolls the workers
	JobSleep     = "sleep"             // waits, so that workers are there first
	JobRealm     = "deploy-realm"      // rolls the realm servers
	JobHook      = "post-deploy"       // calls the hook; fails unless it is answered 200
	JobRecycle   = "recycle-prerender" // replaces all prerender tasks
)

// TrainJob is a job of a train, and what must have succeeded before it.
type TrainJob struct {
	Name  string
	Needs []string
}

// Train lists the jobs of a deploy. Nothing orders deploy-host and deploy-prerender,
// and prerender servers always restart before the realm servers.
func Train(s Switches) []TrainJob {
	jobs := []TrainJob{
		{JobHost, nil},
		{JobPrerender, nil},
		{JobManager, []string{JobPrerender}},
		{JobWorker, []string{JobManager, JobHost}},
		{JobSleep, []string{JobWorker}},
		{JobRealm, []string{JobSleep, JobHost}},
		{JobHook, []string{JobRealm}},
	}
	switch s.Job {
	case GateHook:
		jobs = append(jobs, TrainJob{JobRecycle, []string{JobHook}})
	case GateDeploy:
		jobs = append(jobs, TrainJob{JobRecycle, []string{JobRealm}})
	}
	return jobs
}

// ErrHook is what the hook's job fails with when the answer is not 200.
var ErrHook = errors.New("the hook was not answered 200")

// Hook calls the hook of whichever realm task the load balancer picks: the work of
// the job post-deploy, in the pipeline's process.
type Hook struct {
	Base
	Realm  env.Addr // the public address
	Secret string
}

// Call calls it. There is no other try.
func (k *Hook) Call(done func(error)) {
	k.init()
	k.Host.Do(env.Request{Label: LabelHook, Method: "POST", Path: "/_post-deployment", Addr: k.Realm, Body: k.Secret},
		func(resp env.Response, err error) {
			if err == nil && resp.Status != 200 {
				err = ErrHook
			}
			done(err)
		})
}
