"""A saved fit in plain words: what was fitted, how well, and what the data cannot tell."""

from __future__ import annotations

from typing import Any

from spinesim.evidence import Evidence

WORDS = {
    "data": "told by the data",
    "partly": "told in part",
    "bounds": "hardly told: its bounds decide",
}
MOST_LINES = 8
GOOD_RHAT = 1.05
COLLINEAR = 10


def report(log: dict[str, Any], evidence: Evidence) -> str:
    """The report of one fit (`fit_log`), as plain text."""
    parts = [_head(log), _parameters(log), _shipped(log), _unknown(log, evidence), _trust(log)]
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def summary(log: dict[str, Any]) -> dict[str, Any]:
    """One line of the list of saved fits."""
    told = [row["told"] for row in log["parameters"]]
    return {
        "calibration": log["name"],
        "parameters": len(told),
        "figures": len(log["figures"]),
        "misfit": log["misfit"]["mode"],
        "told by data": told.count("data"),
        "in part": told.count("partly"),
        "by bounds": told.count("bounds"),
        "shipped values outside": sum(not row["inside"] for row in log["parameters"]),
    }


def plain_name(key: str) -> str:
    """A parameter's id without its condition, for a line where the condition is clear."""
    first, _, rest = key.partition(".")
    return rest.removeprefix("course.") if "." in rest else f"{first}.{rest}"


def _head(log: dict[str, Any]) -> list[str]:
    trials = [
        f"  {one['trial']} (role: {one['role']}; {len(one['figures'])} published figures, weeks "
        f"{one['weeks'][0]} to {one['weeks'][-1]})"
        for one in log["targets"]
    ]
    before, after = log["misfit"]["shipped"], log["misfit"]["mode"]
    return [
        f"Calibration '{log['name']}': {len(log['parameters'])} parameters fitted to",
        *trials,
        "No validation trial, and no figure of one, was fitted.",
        f"Misfit (mean squared miss in standard errors; 1 or less is good): {before:.2f} at the values in "
        f"data/parameters, {after:.2f} at the best fit.",
    ]


def _parameters(log: dict[str, Any]) -> list[str]:
    names = [plain_name(row["id"]) for row in log["parameters"]]
    wide = max(map(len, names))
    lines = [f"{'parameter':{wide}}  shipped  best fit  95 % of the posterior  contraction"]
    for name, row in zip(names, log["parameters"], strict=True):
        interval = f"{row['low']:.3g} to {row['high']:.3g}"
        lines.append(
            f"{name:{wide}}  {row['shipped']:7.3g}  {round(row['mode'], 6):8.3g}  {interval:>21}  "
            f"{max(row['contraction'], 0):11.2f}  {WORDS[row['told']]}"
            + (f"; best fit at its {row['at_bound']} bound" if row["at_bound"] else "")
        )
    return lines


def _shipped(log: dict[str, Any]) -> list[str]:
    outside = [row for row in log["parameters"] if not row["inside"]]
    if outside:
        lines = ["Values in data/parameters OUTSIDE the 95 % of the posterior:"]
        lines += [
            f"  {plain_name(row['id'])}: shipped {row['shipped']:.3g} {row['unit']}, posterior "
            f"{row['low']:.3g} to {row['high']:.3g}"
            for row in outside
        ]
    else:
        lines = ["Every value in data/parameters lies inside the 95 % of the posterior."]
    jointly = log["shipped_jointly_inside"]
    lines.append(
        "All together they fit as well as 95 % of the posterior draws."
        if jointly
        else "All together they fit WORSE than 95 % of the posterior draws."
    )
    return lines


def _unknown(log: dict[str, Any], evidence: Evidence) -> list[str]:
    found = log["identifiability"]
    free = sum(row["lower"] is not None for row in log["parameters"])
    hardly = [row["id"] for row in log["parameters"] if row["told"] == "bounds"]
    told = sum(value >= 1 for value in found["singular_values"])
    lines = ["What the data cannot tell"]
    if hardly:
        lines.append(
            f"  {len(hardly)} of {len(log['parameters'])} parameters are as wide as their bounds allow:"
        )
        lines += [f"    {plain_name(key)} ({evidence[key].quantity})" for key in hardly[:MOST_LINES]]
        lines += [f"    and {len(hardly) - MOST_LINES} more"] if len(hardly) > MOST_LINES else []
    else:
        lines.append("  Every parameter is narrower than its bounds.")
    if free > 1:
        lines.append(
            f"  At the best fit the figures say more than the bounds about {told} of {free} independent "
            "combinations of the free parameters."
        )
        for weights in found["untold"][:MOST_LINES]:
            lines.append(f"    hardly told: {_direction(weights)}")
        lines += _pairs(found)
    if found["flat"]:
        lines.append(f"  No figure moves with {', '.join(map(plain_name, found['flat']))}.")
    return lines


def _pairs(found: dict[str, Any]) -> list[str]:
    lines = []
    for one in found["correlations"][:MOST_LINES]:
        first, second = map(plain_name, one["pair"])
        way = "together" if one["r"] > 0 else "against each other"
        lines.append(f"  {first} and {second} move {way} (r = {one['r']:.2f}): more of one makes up for "
                     f"{'more' if one['r'] > 0 else 'less'} of the other.")  # fmt: skip
    worst, index = found["worst_pair"], found["collinearity"]
    if index is None or index > COLLINEAR:
        said = "without end" if index is None else f"{index:.0f}"
        lines.append(f"  Collinearity of all together: {said} (above {COLLINEAR} they cannot be told apart).")
    if worst and worst["index"] > COLLINEAR:
        first, second = map(plain_name, worst["pair"])
        lines.append(f"  Two alone that cannot be told apart: {first} and {second} ({worst['index']:.0f}).")
    return lines


def _direction(weights: dict[str, float]) -> str:
    """A combination in words; the first goes up."""
    names = list(weights)
    if len(names) < 2:
        return f"{plain_name(names[0])} on its own" if names else "a mixture of many"
    sign = 1 if weights[names[0]] > 0 else -1
    ups = [plain_name(key) for key in names if weights[key] * sign > 0]
    downs = [plain_name(key) for key in names if weights[key] * sign < 0]
    return f"{' and '.join(ups)} up" + (f" while {' and '.join(downs)} down" if downs else " together")


def _trust(log: dict[str, Any]) -> list[str]:
    chain, surrogate = log["posterior"], log["surrogate"]
    lines = [
        "How far the fit itself can be trusted",
        f"  {log['model_runs']} runs of the model; surrogate of degree {surrogate['degree']}, off by "
        f"{surrogate['error_typical']:.2f} standard errors typically and {surrogate['error_worst']:.2f} at "
        "worst on fresh draws.",
        f"  All {chain['checked_on_model']} draws were run on the model itself. {_weighed(chain)}",
        f"  Chains: worst R-hat {chain['rhat_worst']:.3f}, longest memory "
        f"{chain['autocorrelation_worst']:.0f} steps, worth {chain['chain_effective']:.0f} "
        "independent draws.",
    ]
    if chain["rhat_worst"] > GOOD_RHAT:
        lines.append("  CAUTION: the chains do not agree with each other; do not rely on the intervals.")
    lines.append(
        "  The bands are the papers'; errors of different outcomes count as independent, so the intervals "
        "are if anything too narrow."
    )
    return lines


def _weighed(chain: dict[str, Any]) -> str:
    worth = f"{chain['checked_effective']:.0f}"
    if chain["weighed"]:
        return f"Weighed by it, they are worth {worth} independent ones."
    return (
        f"Weighed by it they would be worth only {worth} independent ones, so they stay the surrogate's, "
        "whose error is part of the likelihood."
    )
