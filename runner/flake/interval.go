package flake

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// Interval is a range of probabilities.
type Interval struct{ Lo, Hi float64 }

// Contains reports whether p is in the interval.
func (i Interval) Contains(p float64) bool { return i.Lo <= p && p <= i.Hi }

// ClopperPearson is the exact two-sided interval for k successes in n trials at
// this level of confidence (Clopper and Pearson, Biometrika 26, 1934). It is only
// right for an n that was fixed beforehand.
func ClopperPearson(k, n int, confidence float64) Interval {
	alpha := (1 - confidence) / 2
	out := Interval{0, 1}
	if k > 0 {
		out.Lo = distuv.Beta{Alpha: float64(k), Beta: float64(n - k + 1)}.Quantile(alpha)
	}
	if k < n {
		out.Hi = distuv.Beta{Alpha: float64(k + 1), Beta: float64(n - k)}.Quantile(1 - alpha)
	}
	return out
}

// Wilson is the score interval (Wilson, JASA 22, 1927): shorter than the exact one,
// and right on average.
func Wilson(k, n int, confidence float64) Interval {
	if n == 0 {
		return Interval{0, 1}
	}
	z := distuv.UnitNormal.Quantile(1 - (1-confidence)/2)
	p, m := float64(k)/float64(n), float64(n)
	middle := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	out := Interval{max(0, middle-half), min(1, middle+half)}
	if k == 0 {
		out.Lo = 0
	}
	if k == n {
		out.Hi = 1
	}
	return out
}

// Sequence is the confidence sequence for k successes in n trials: with this
// confidence it contains the true rate after every trial at once, so one may look at
// it at any time and stop when one likes. It holds all p by which a mixture over
// Beta(1/2, 1/2) is less than 1/(1-confidence) times as likely (Robbins 1970).
func Sequence(k, n int, confidence float64) Interval {
	if n == 0 {
		return Interval{0, 1}
	}
	limit := -math.Log(1 - confidence)
	mixture := mathext.Lbeta(0.5+float64(k), 0.5+float64(n-k)) - mathext.Lbeta(0.5, 0.5)
	excess := func(p float64) float64 { return mixture - xlogy(k, p) - xlogy(n-k, 1-p) - limit }
	best := float64(k) / float64(n)
	out := Interval{0, 1}
	if k > 0 {
		out.Lo = bisect(excess, 0, best)
	}
	if k < n {
		out.Hi = bisect(excess, 1, best)
	}
	return out
}

// bisect finds where excess changes its sign between outside, where it is positive,
// and inside, where it is not.
func bisect(excess func(float64) float64, outside, inside float64) float64 {
	for range 200 {
		middle := (outside + inside) / 2
		if middle == outside || middle == inside {
			break
		}
		if excess(middle) > 0 {
			outside = middle
		} else {
			inside = middle
		}
	}
	return inside
}

// xlogy is k log p, and 0 for k = 0.
func xlogy(k int, p float64) float64 {
	if k == 0 {
		return 0
	}
	return float64(k) * math.Log(p)
}

// evidence is how much likelier b and c flips are if they do not come evenly from
// both sides than if they do: the e-value of a mixture over Beta(1/2, 1/2). 20 and
// more happens by chance at most once in 20 comparisons, however often one looks
// (Ville's inequality).
func evidence(b, c int) float64 {
	return math.Exp(mathext.Lbeta(0.5+float64(b), 0.5+float64(c)) - mathext.Lbeta(0.5, 0.5) + float64(b+c)*math.Ln2)
}
