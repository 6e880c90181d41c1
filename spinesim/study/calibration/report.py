"""A saved fit in plain words: what was fitted, how well, and what the data cannot tell."""

from __future__ import annotations

from typing import Any

from spinesim.evidence import Evidence
from spinesim.study.calibration.identify import AT_BOUND

WORDS = {
    "data": "told by the data",
    "partly": "told in part",
    "bounds": "hardly told: its bounds decide",
}
MOST_LINES = 8
GOOD_RHAT = 1.05
COLLINEAR = 10
MOVES = 1e-3  # standard errors between the draws from which a figure moves at all
KINDS = {"mean": ("mean", "means"), "sd": ("SD", "SDs")}
EXPLAINED = (
    "Contraction: how much narrower the data made what was known before (0: not at all; 1: wholly told).",
    "Where a bound decides, the data allow values beyond it: that side is an assumption of the fit.",
)


def report(log: dict[str, Any], evidence: Evidence) -> str:
    """The report of one fit (`fit_log`), as plain text."""
    parts = [_head(log), _parameters(log), _shipped(log), _unknown(log, evidence), _trust(log)]
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def summary(log: dict[str, Any]) -> dict[str, Any]:
    """One line of the list of saved fits."""
    told = ["side" if _one_sided(row) else row["told"] for row in log["parameters"]]
    return {
        "calibration": log["name"],
        "free parameters": _free(log),
        "figures that move": _moving(log),
        "misfit": at_least(log["misfit"]["mode"]),
        "told by data": told.count("data"),
        "in part": told.count("partly"),
        "a bound decides one side": told.count("side"),
        "its bounds decide": told.count("bounds"),
        "shipped values outside": sum(not row["inside"] for row in log["parameters"]),
    }


def at_least(value: float) -> str:
    """Two digits, and never 0.00 for what is not 0."""
    return "<0.01" if 0 < value < 0.005 else f"{max(value, 0.0):.2f}"


def counted(rows: list[dict[str, Any]]) -> str:
    """Fitted figures by kind, such as "5 means and 1 SD"."""
    said = []
    for kind in dict.fromkeys(row["measure"] for row in rows):
        many = sum(row["measure"] == kind for row in rows)
        one, several = KINDS.get(kind, (kind.replace("_", " "),) * 2)
        said.append(f"{many} {one if many == 1 else several}")
    return " and ".join(said)


def _free(log: dict[str, Any]) -> int:
    return sum(row["lower"] is not None for row in log["parameters"])


def _moving(log: dict[str, Any]) -> int:
    """Figures that the fitted parameters can move at all; the others were fitted by themselves."""
    return sum(row["high"] - row["low"] > MOVES * row["se"] for row in log["figures"])


def _bounds(row: dict[str, Any]) -> tuple[float, float]:
    return (0.0, 1.0) if row["lower"] is None else (row["lower"], row["upper"])


def _side(value: float, row: dict[str, Any]) -> str:
    """The bound that a value is at, if any."""
    low, high = _bounds(row)
    near = AT_BOUND * (high - low)
    return "lower" if value - low < near else "upper" if high - value < near else ""


def _one_sided(row: dict[str, Any]) -> bool:
    """Whether the data tell something of a parameter, and yet a bound ends its interval or its best fit."""
    low, high = _bounds(row)
    edge = row["low"] <= low or row["high"] >= high or bool(row["at_bound"])
    return row["told"] != "bounds" and edge


def told_words(row: dict[str, Any]) -> str:
    """In words, what tells a parameter: the data, or a bound."""
    said = [WORDS[row["told"]]]
    if _one_sided(row):
        said = ["told in part; the bound decides one side"]
    if row["at_bound"]:
        said.append(f"best fit at its {row['at_bound']} bound")
    if side := _side(row["shipped"], row):
        said.append(f"shipped value at its {side} bound")
    return "; ".join(said)


def plain_name(key: str) -> str:
    """A parameter's id without its condition, for a line where the condition is clear."""
    first, _, rest = key.partition(".")
    return rest.removeprefix("course.") if "." in rest else f"{first}.{rest}"


def _head(log: dict[str, Any]) -> list[str]:
    trials = [
        f"  {one['trial']} (role: {one['role']}; "
        f"{counted([row for row in log['figures'] if row['trial'] == one['trial']])}, weeks "
        f"{one['weeks'][0]} to {one['weeks'][-1]})"
        for one in log["targets"]
    ]
    before, after = log["misfit"]["shipped"], log["misfit"]["mode"]
    free, moving, rest = _free(log), _moving(log), len(log["parameters"]) - _free(log)
    rests = f" and {rest} that follow{'s' * (rest == 1)} from them" if rest else ""
    lines = [
        f"Calibration '{log['name']}': {free} free parameters{rests} fitted to",
        *trials,
        f"{moving} of these {len(log['figures'])} figures can be moved by the parameters at all.",
        "No validation trial, and no figure of one, was fitted.",
        f"Misfit (mean squared miss in standard errors; 1 or less is good): {at_least(before)} at the values "
        f"in data/parameters, {at_least(after)} at the best fit.",
    ]
    if free >= moving:
        how = (
            "as many parameters as figures that move"
            if free == moving
            else "more parameters than figures that move"
        )
        lines.append(f"A small misfit is not a test here: {how} ({free} for {moving}).")
    return lines


def _parameters(log: dict[str, Any]) -> list[str]:
    names = [plain_name(row["id"]) for row in log["parameters"]]
    wide = max(map(len, names))
    lines = [f"{'parameter':{wide}}  shipped  best fit  95 % of the posterior  contraction"]
    for name, row in zip(names, log["parameters"], strict=True):
        interval = f"{row['low']:.3g} to {row['high']:.3g}"
        lines.append(
            f"{name:{wide}}  {row['shipped']:7.3g}  {round(row['mode'], 6):8.3g}  {interval:>21}  "
            f"{at_least(row['contraction']):>11}  {told_words(row)}"
        )
    return [*lines, *EXPLAINED]


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
        lines.append(
            f"  Collinearity of all together: {said} (how nearly a change of some is undone by the others: "
            f"1 not at all, above {COLLINEAR} they cannot be told apart)."
        )
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
        f"{at_least(surrogate['error_typical'])} standard errors typically and "
        f"{at_least(surrogate['error_worst'])} at "
        "worst on fresh draws.",
        f"  All {chain['checked_on_model']} draws were run on the model itself. {_weighed(chain)}",
        f"  Chains: worst R-hat {chain['rhat_worst']:.3f} (1: they agree with each other; above {GOOD_RHAT} "
        "they do not), longest memory "
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
