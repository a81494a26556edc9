package timed_test
import ("testing";"time";"fmt";"github.com/seed-3519b94c/simrun/sim/timed")
func TestAdv(t *testing.T) {
  for _, n := range []int{1000,10000} { for shape:=0; shape<7; shape++ {
   r := &timed.Run{}; m := mixer(5)
   prev := []int{-1,-1,-1}
   add := func(c int, e,nm,l int64) { r.Events=append(r.Events, timed.Event{Arm:prev[c],Earliest:e,Nominal:nm,Latest:l,Fired:true}); prev[c]=len(r.Events)-1; r.Order=append(r.Order,prev[c])}
   for i:=0;i<n;i++ { switch shape {
    case 0: c:=m.below(2); if c==0 {add(0,10,10,10)} else {add(1,0,10,timed.Unbounded)}
    case 1: c:=i&1; if c==0 {add(0,5,10,20)} else {add(1,5,11,20)}
    case 2: c:=m.below(3); add(c,0,int64(m.below(1000)),2000)
    case 3: add(0,0,10,int64(10+m.below(1000))); if i==n-1 {prev[1]=-1; add(1,int64(5*n),int64(5*n),int64(5*n)); }
    case 4: add(0,0,10,int64(10+m.below(1000))); if i==n-1 {prev[1]=-1; add(1,int64(15*n),int64(15*n),int64(15*n)); add(0,0,0,0); r.Facts=append(r.Facts, timed.Fact{Event:n-1,Ref:-1,Lo:int64(13*n),Hi:int64(13*n)})}
    case 5: add(0,0,10,1000); r.Facts=append(r.Facts, timed.Fact{Event:i,Ref:-1,Lo:int64(i*12),Hi:int64(i*12+5)})
    case 6: c:=m.below(2); if c==0 {add(0,10,10,10)} else {add(1,0,10,1000000)}; if i%100==99 {k:=m.below(i); if r.Events[k].Fired {r.Facts=append(r.Facts, timed.Fact{Event:i,Ref:k,Lo:0,Hi:timed.Unbounded})}}
   }}
   t0:=time.Now(); _,err:=r.Times(); d1:=time.Since(t0); t0=time.Now(); s,err2:=r.SmallestStall(); d2:=time.Since(t0)
   fmt.Println(n,shape,d1,d2,err,err2!=nil,s.Lateness,len(s.Cycle),len(s.Late),s.Culprit,s.CulpritLateness)
  }}
}
