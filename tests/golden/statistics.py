"""Golden values for core/statistics from public reference implementations.

Run in a virtual environment with lifelines, rliable, scipy and statsmodels:
    python tests/golden/statistics.py > tests/golden/statistics.json
"""
import json
import sys
from importlib.metadata import version

import numpy as np
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.statistics import logrank_test
from lifelines.utils import restricted_mean_survival_time
from rliable import library, metrics
from scipy import stats
from statsmodels.stats.multitest import multipletests

random = np.random.default_rng(20261124)


def survival_case(n, scale, budget):
    times = np.ceil(random.exponential(scale, n))
    early = random.uniform(size=n) < 0.1
    watched = np.where(early, np.ceil(random.uniform(1, budget, n)), budget)
    return {
        "time": np.minimum(times, watched).tolist(),
        "reached": (times <= watched).tolist(),
        "horizon": budget,
    }


survival = []
for n, scale, budget in [(8, 5, 30), (12, 20, 30), (30, 12, 20), (5, 3, 30)]:
    case = survival_case(n, scale, budget)
    # One that is watched to the end, so that the curve reaches the horizon.
    case["time"].append(budget)
    case["reached"].append(False)
    fit = KaplanMeierFitter().fit(case["time"], case["reached"])
    case["restrictedMean"] = restricted_mean_survival_time(fit, t=budget)
    survival.append(case)

logRank = []
for i, j in [(0, 1), (0, 3), (1, 2), (2, 3)]:
    a, b = survival[i], survival[j]
    result = logrank_test(a["time"], b["time"], a["reached"], b["reached"])
    logRank.append({"first": i, "second": j, "statistic": result.test_statistic, "pValue": result.p_value})

competing = []
for n in [10, 40]:
    # Without ties: lifelines would shift them by chance.
    times = random.permutation(np.arange(1, n + 1)).tolist()
    causes = random.choice([0, 1, 2], n, p=[0.3, 0.4, 0.3]).tolist()
    fit = AalenJohansenFitter(calculate_variance=False).fit(times, causes, event_of_interest=1)
    table = fit.cumulative_density_.iloc[:, 0]
    at = [t for t, c in zip(times, causes) if c == 1]
    competing.append(
        {"time": times, "cause": causes, "steps": [[t, float(table.loc[t])] for t in sorted(at)]}
    )


def mean_distance(x, y, axis):
    return np.abs(np.mean(x, axis=axis) - np.mean(y, axis=axis))


permutation = []
for n, m in [(4, 4), (5, 6), (6, 3)]:
    x, y = random.normal(0.8, 1, n), random.normal(0, 1, m)
    result = stats.permutation_test(
        (x, y), mean_distance, n_resamples=np.inf, permutation_type="independent", alternative="greater"
    )
    permutation.append({"first": x.tolist(), "second": y.tolist(), "pValue": result.pvalue})

paired = []
for n in [4, 7, 10]:
    d = random.normal(0.5, 1, n)
    result = stats.permutation_test(
        (d,), lambda x, axis: np.mean(x, axis=axis), n_resamples=np.inf, permutation_type="samples"
    )
    paired.append({"differences": d.tolist(), "pValue": result.pvalue})

holm = []
for p in [[0.01, 0.04, 0.03, 0.005], random.uniform(0, 0.2, 9).tolist(), [0.5, 0.5, 0.01]]:
    holm.append({"pValues": p, "adjusted": multipletests(p, method="holm")[1].tolist()})

student = [
    {"p": p, "degrees": d, "quantile": stats.t.ppf(p, d), "cdfAtOneAndAHalf": stats.t.cdf(1.5, d)}
    for p in [0.9, 0.975, 0.999]
    for d in [1, 2, 3, 4, 7, 30, 101]
]

scores = np.round(random.beta(4, 2, (20, 3)), 3)
other = np.round(random.beta(3, 2, (16, 1)), 3)
thresholds = np.linspace(0, 1, 11)
profiles, _ = library.create_performance_profile({"a": scores}, thresholds, reps=2)
estimates, intervals = library.get_interval_estimates(
    {"a": scores}, lambda x: np.array([metrics.aggregate_iqm(x)]), reps=50_000
)
rliable = {
    "scores": scores.tolist(),
    "other": other[:, 0].tolist(),
    "interquartileMean": float(estimates["a"][0]),
    "interval": [float(intervals["a"][0, 0]), float(intervals["a"][1, 0])],
    "probabilityOfImprovement": float(metrics.probability_of_improvement(scores[:, :1], other)),
    "thresholds": thresholds.tolist(),
    "profile": profiles["a"].tolist(),
}

json.dump(
    {
        "versions": {
            "python": sys.version.split()[0],
            **{name: version(name) for name in ["lifelines", "rliable", "arch", "scipy", "statsmodels", "numpy"]},
        },
        "survival": survival,
        "logRank": logRank,
        "competing": competing,
        "permutation": permutation,
        "paired": paired,
        "holm": holm,
        "student": student,
        "rliable": rliable,
    },
    sys.stdout,
    indent=1,
)
print()
