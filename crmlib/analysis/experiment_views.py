"""Experiments as a report shows them: one table a question, with the columns its words are known for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from crmlib.analysis.comparison import durations
from crmlib.analysis.outcomes import AMOUNTS, KEYS
from crmlib.analysis.survival import kaplan_meier

if TYPE_CHECKING:
    from crmlib.analysis.experiments import Pair, Trial

JUDGED = ("treatment_better", "treatment_worse", "no_clear_difference")
SMALL = 30
LEAVING = ("time_to_cancellation", "cancellation")
BEFORE = "before"
PER = {"revenue": "per_customer", "order_value": "per_order"}


def named(table: pd.DataFrame) -> pd.Series:
    """The experiment's name, with the arm behind it where there are several.

    Example:
        >>> named(pd.DataFrame({"name": ["Mail"], "arm": ["b"], "n_arms": [3]})).tolist()
        ['Mail (B)']
    """
    several = table["n_arms"] > 2
    return table["name"].where(~several, table["name"] + " (" + shown_arm(table["arm"]) + ")")


def shown_arm(arms: pd.Series) -> pd.Series:
    """Arms as they are shown: a, b, c and d as capitals, which no name of a client's own is taken for.

    Example:
        >>> shown_arm(pd.Series(["control", "b"])).tolist()
        ['control', 'B']
    """
    return arms.where(arms.str.len() > 1, arms.str.upper())


def verdicts(results: pd.DataFrame) -> pd.Series:
    """The verdict as it is shown: where chance did not form the groups, no test of them is one.

    not_random: assigned by hand; weak_evidence: before and after without a control.
    """
    judged = results["verdict"].isin(JUDGED)
    shown = results["verdict"].mask(judged & (results["assigned_method"] == "manual"), "not_random")
    return shown.mask(judged & (results["assigned_method"] == "before_after"), "weak_evidence")


def assignment_table(results: pd.DataFrame) -> pd.DataFrame:
    """How each experiment was assigned against its plan, from `experiments.evaluate`."""
    table = results.assign(name=named(results))
    # The share of this arm among it and the baseline is planned so, too, with several arms.
    arms = ["n_assigned_control", "n_assigned_treatment"]
    total = table[arms].sum(axis=1)
    enough = (total > 0) & (table["n_assigned"] >= SMALL)
    table["treatment_share"] = table["n_assigned_treatment"] / table["n_assigned"].where(enough)
    table["treatment_share_planned"] = table["treatment_share_planned"].where(table["baseline"] != BEFORE)
    names = ["name", "assigned_method", *arms, "treatment_share_planned", "treatment_share", "ratio_pvalue"]
    return table.loc[table["baseline"] != BEFORE, names].reset_index(drop=True)


def counted_table(results: pd.DataFrame) -> pd.DataFrame:
    """Who counts: observed for the whole window and eligible, and who does not; no share of fewer than 30."""
    treated = results["share_treated"].where(results["n_treatment"] >= SMALL)
    table = results.assign(name=named(results), share_treated=treated)
    names = ["name", "window_days", "n_control", "n_treatment", "n_not_yet", "n_not_eligible", "n_conflicts"]
    return table[[*names, "share_treated"]]


def rate_table(results: pd.DataFrame) -> pd.DataFrame:
    """The experiments judged by a rate: arms, difference in points with its interval, and verdict."""
    chosen = ~results["primary_metric"].isin(AMOUNTS) & (results["baseline"] != BEFORE)
    return _results(results[chosen], value="rate", difference="difference_points")


def amount_table(results: pd.DataFrame) -> pd.DataFrame:
    """The experiments judged by sales per customer assigned or by the order value, in the smallest unit.

    Each row says in `sales_per` what its sales are divided by: per_customer, per_order.
    """
    chosen = results["primary_metric"].isin(AMOUNTS) & (results["baseline"] != BEFORE)
    return _results(results[chosen], value="amount", difference="difference_amount")


def verdict_table(results: pd.DataFrame) -> pd.DataFrame:
    """By which test each verdict was reached: p-value, those corrected for several arms, and the one it follows."""
    table = results.assign(name=named(results), verdict=verdicts(results))
    told = table["is_random"].astype(bool) & table["verdict"].isin(JUDGED)
    pvalues = ["pvalue", "pvalue_holm", "pvalue_bh"]
    table[pvalues] = table[pvalues].where(told)
    several = table["n_arms"] > 2
    table[pvalues[1:]] = table[pvalues[1:]].where(several)
    table["verdict_by"] = table["verdict_by"].where(told, None)
    relative = ["relative", "relative_low", "relative_high"]
    enough = table[["n_control", "n_treatment"]].min(axis=1) >= SMALL
    # An end without the difference itself, as of none among none, says nothing.
    table[relative] = table[relative].where(enough & table["relative"].notna())
    shown = table[["name", *relative, *pvalues, "verdict_by", "verdict"]]
    return shown[table["baseline"] != BEFORE].reset_index(drop=True)


def size_table(results: pd.DataFrame) -> pd.DataFrame:
    """Customers observed in each arm beside those that would have been needed, had chance assigned them."""
    table = results[results["baseline"] != BEFORE]
    needed = table["n_needed_per_arm"].where(table["is_random"].astype(bool))
    shown = table.assign(name=named(table), n_needed_per_arm=needed)
    return shown[["name", "n_control", "n_treatment", "n_needed_per_arm"]].reset_index(drop=True)


def before_after_table(results: pd.DataFrame) -> pd.DataFrame:
    """The experiments without a control: the same units before and after, in shares of 30 or more or in sales."""
    table = results[results["baseline"] == BEFORE].copy()
    table["verdict"] = verdicts(table)
    table["sales_per"] = _sales_per(table)
    money = table["primary_metric"].isin(AMOUNTS)
    shares = ~money & (table["n_treatment"] >= SMALL)
    for name, side in (("value_control", "before"), ("value_treatment", "after")):
        table[f"share_{side}"], table[f"sales_{side}"] = table[name].where(shares), table[name].where(money)
    ends = ("", "_low", "_high")
    for end in ends:
        table[f"difference_points{end}"] = table[f"difference{end}"].where(shares)
        table[f"difference_amount{end}"] = table[f"difference{end}"].where(money)
    gaps = [f"difference_{kind}{end}" for kind in ("points", "amount") for end in ends]
    values = [f"{kind}_{side}" for kind in ("share", "sales") for side in ("before", "after")]
    return table[["name", "n_treatment", *values[:2], "sales_per", *values[2:], *gaps, "verdict"]].reset_index(
        drop=True
    )


def readable(pairs: Sequence[Pair], results: pd.DataFrame) -> list[Pair]:
    """The comparisons that have a verdict from their outcome, under the names they are shown by.

    No broken sizes, nothing missing. Of several arms each carries its own in its name, so that no two are taken for
    one another.
    """
    judged = results[results["verdict"].isin(JUDGED)]
    names = dict(zip(zip(judged["experiment_id"], judged["arm"], strict=True), named(judged), strict=True))
    kept = [(pair, names.get((pair.design["experiment_id"], pair.arm))) for pair in pairs]
    return [replace(pair, design=pair.design | {"name": name}) for pair, name in kept if name is not None]


def random_only(pairs: Sequence[Pair]) -> list[Pair]:
    """The comparisons of groups that chance formed."""
    return [pair for pair in pairs if pair.design["assigned_method"] == "random"]


def reading_tables(readings: pd.DataFrame, results: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The plain reading and the others, a table of rates and one of sales; arms below 30 have no percentages."""
    plain = results[results["verdict"].isin(JUDGED) & (results["baseline"] != BEFORE)]
    n = plain["n_control"] + plain["n_treatment"]
    plain = plain.assign(name=named(plain), reading="plain", n_compared=n)
    keys = ["experiment_id", "arm"]
    sizes = ["n_control", "n_treatment"]
    both = pd.concat([plain, readings.merge(results[[*keys, "is_random", *sizes]], on=keys)], ignore_index=True)
    both = both[both.set_index(keys).index.isin(readings.set_index(keys).index)]
    both = both.sort_values([*keys], kind="stable")
    both["pvalue"] = both["pvalue"].where(both["is_random"].astype(bool))
    few = (both[sizes].min(axis=1) < SMALL) | (both["n_compared"] < 2 * SMALL)
    both.loc[few, ["difference", "difference_low", "difference_high", "variance_reduction"]] = float("nan")
    money = both["primary_metric"].isin(AMOUNTS)
    return _readings(both[~money], "difference_points"), _readings(both[money], "difference_amount")


def money_tables(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What an arm brought beyond its baseline, and what it cost: the increments, and the break-even."""
    brought = ["extra_customers", "extra_orders", "extra_amount", "more_profit"]
    cost = ["cost_per_customer", "cost_per_order", "net_profit", "break_even_cost"]
    first = table[["name", "n_treatment", *_with_ends(brought)]]
    return first, table[["name", "n_treated", "treatment_cost", *_with_ends(cost)]]


def yields(found: pd.DataFrame, *, n_new: int, ad_cost: float) -> pd.DataFrame:
    """R163: what a customer more costs by following up, beside what a new one costs by advertising.

    Returns columns:
        name; cost_per_customer (with bounds); cost_per_new (advertising / new customers); new_per_followed (of these
        two, the second divided by the first; NaN where the first has no upper end or is 0).
    """
    table = found[found["treatment_cost"].notna()].copy()
    table["cost_per_new"] = ad_cost / n_new if n_new else float("nan")
    # Where the treatment may have brought nobody, its cost of one has no upper end, and the ratio says nothing.
    ratio = table["cost_per_new"] / table["cost_per_customer"]
    table["new_per_followed"] = ratio.where(table["cost_per_customer_high"].notna() & (table["cost_per_customer"] > 0))
    return table[["name", *_with_ends(["cost_per_customer"]), "cost_per_new", "new_per_followed"]]


def reason_tables(reasons: pd.DataFrame, mixes: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rate of each reason by arm, and whether the arms differ in their mix; judged only where chance assigned."""
    gaps = {f"difference{end}": f"difference_points{end}" for end in ("", "_low", "_high")}
    keys = ["experiment_id", "arm"]
    table = reasons.rename(columns=gaps).merge(mixes[[*keys, "is_random"]], on=keys, how="left")
    enough = table[["n_control", "n_treatment"]].min(axis=1) >= SMALL
    figures = ["rate_control", "rate_treatment", *gaps.values(), "pvalue"]
    table[figures] = table[figures].where(enough)
    by_chance = table["is_random"].astype(bool)
    table["pvalue"] = table["pvalue"].where(by_chance)
    table["verdict"] = table["verdict"].where(by_chance, "not_random")
    counts = ["cancelled_control", "cancelled_treatment"]
    table = table.sort_values("experiment_id", kind="stable", ignore_index=True)
    names = ["name", "reason", *counts, *figures, "verdict"]
    sizes = reasons.drop_duplicates(keys)[[*keys, "n_control", "n_treatment"]]
    tests = mixes.merge(sizes, on=keys, how="left").rename(columns={"method": "mix_test"})
    tests["pvalue"] = tests["pvalue"].where(tests["is_random"].astype(bool))
    return table[names], tests[["name", "n_control", "n_treatment", "n_cancelled", "mix_test", "pvalue", "cramers_v"]]


def crossing_table(crossing: pd.DataFrame) -> pd.DataFrame:
    """The cross-sell by arm before and after, in points; arms below 30 have no percentages.

    A difference needs 30 of the arm and of its control.
    """
    gaps = {f"difference{end}": f"difference_points{end}" for end in ("", "_low", "_high")}
    table = crossing.rename(columns={**gaps, "n": "n_arm", "side": "period_side"})
    rates = _with_ends(["cross_rate"])
    figures = [*rates, *gaps.values()]
    table[rates] = table[rates].where(table["n_arm"] >= SMALL)
    least = table.groupby(["experiment_id", "name"])["n_arm"].transform("min")
    table[[*gaps.values()]] = table[[*gaps.values()]].where(least >= SMALL)
    table["pvalue"] = table["pvalue"].where(table["is_random"].astype(bool))
    table["arm"] = shown_arm(table["arm"])
    return table[["name", "arm", "period_side", "n_arm", "n_crossed", *figures, "pvalue"]]


def survival_curves(trials: Sequence[Trial]) -> tuple[pd.DataFrame, str]:
    """The curves of the first experiment on the time to cancellation, else on cancellation, and its id.

    Returns columns:
        arm; days_since; kept_rate, kept_rate_low, kept_rate_high (share still under contract); empty without one. An
        arm of fewer than 30 has no curve, and one arm alone compares nothing.
    """
    chosen = [(d, units) for metric in LEAVING for d, units in trials if d["primary_metric"] == metric]
    columns = ["arm", "days_since", "kept_rate", "kept_rate_low", "kept_rate_high"]
    for design, units in chosen:
        seen = units[(units["state"] == "observed") & units["duration_days"].notna()]
        seen = seen[seen.groupby("arm")["unit_id"].transform("size") >= SMALL]
        if not design["missing"] and seen["arm"].nunique() > 1:
            parts = [_curve(rows).assign(arm=arm) for arm, rows in seen.groupby("arm")]
            curves = pd.concat(parts, ignore_index=True)[columns]
            return curves.assign(arm=shown_arm(curves["arm"])), str(design["experiment_id"])
    return pd.DataFrame(columns=columns), ""


def balance_table(traits: pd.DataFrame) -> pd.DataFrame:
    """The arms of hand-picked groups on the day of assignment, trait by trait."""
    table = traits.rename(columns={"value_control": "trait_control", "value_treatment": "trait_treatment"})
    names = ["name", "trait", "level", "trait_control", "trait_treatment", "standardised_difference"]
    return table[names].astype({"level": object})


def busy_units(trials: Sequence[Trial]) -> set[str]:
    """Customers in an experiment whose window is still open."""
    customers = [units for design, units in trials if KEYS[design["unit"]] == "customer_id"]
    return {unit for units in customers for unit in units.loc[units["state"] == "not_yet", "unit_id"]}


def best(money: pd.DataFrame, results: pd.DataFrame, trials: Sequence[Trial]) -> dict[str, Any] | None:
    """The experiment drawn at random that was better and earned most, with `size`, what a year of it would bring.

    A year: net_profit per customer treated * customers assigned in all arms a year, where they came over 30 days or
    more; None for a single mailing, which nothing says will be repeated.
    """
    keys = ["experiment_id", "arm"]
    better = results.loc[(results["verdict"] == "treatment_better") & results["is_random"].astype(bool), keys]
    found = money.merge(better, on=keys).dropna(subset=["net_profit", "net_profit_low"]).sort_values("net_profit")
    if found.empty or not found["net_profit"].iloc[-1] > 0:
        return None
    row = {str(name): value for name, value in found.iloc[-1].items()}
    units = next(units for design, units in trials if design["experiment_id"] == row["experiment_id"])
    span = int(units["assigned_day"].max() - units["assigned_day"].min()) + 1
    a_year = row["net_profit"] / row["n_treatment"] * len(units) * 365 / span
    return row | {"size": a_year if span >= SMALL else None}


def stakes(best: dict[str, Any] | None) -> dict[str, Any]:
    """What a conclusion says beside its sentence: money a year, whether it is good news, whether it is sure."""
    if best is None:
        return {"size": None}
    return {"size": best["size"], "good": True, "certain": best["net_profit_low"] > 0, "n": best["n_treatment"]}


def n_assigned(trials: Sequence[Trial]) -> int:
    """Units of all experiments but those of several arms; who is in two experiments counts twice."""
    return sum(int((units["state"] != "conflict").sum()) for _, units in trials)


def plan_table(plan: pd.DataFrame) -> pd.DataFrame:
    """The plan, those that can be decided first."""
    order = {"decidable_now": 0, "decidable_in_time": 1, "not_decidable": 2}
    rank = plan["decidable"].map(order).fillna(3)
    return plan.assign(_rank=rank).sort_values(["_rank"], kind="stable").drop(columns="_rank").reset_index(drop=True)


def _results(results: pd.DataFrame, *, value: str, difference: str) -> pd.DataFrame:
    arms = {f"value_{arm}": f"{value}_{arm}" for arm in ("control", "treatment")}
    gap = {f"difference{end}": f"{difference}{end}" for end in ("", "_low", "_high")}
    table = results.assign(name=named(results), verdict=verdicts(results)).rename(columns={**arms, **gap})
    if value == "rate":
        for arm in ("control", "treatment"):
            table[f"rate_{arm}"] = table[f"rate_{arm}"].where(table[f"n_{arm}"] >= SMALL)
        enough = table[["n_control", "n_treatment"]].min(axis=1) >= SMALL
        table[[*gap.values()]] = table[[*gap.values()]].where(enough)
    if value == "amount":
        table["sales_per"] = _sales_per(table)
    per = ["sales_per"] if value == "amount" else []
    names = ["name", "primary_metric", *per, "n_control", "n_treatment", *arms.values(), *gap.values(), "verdict"]
    return table[names].reset_index(drop=True)


def _sales_per(table: pd.DataFrame) -> list[str | None]:
    return [PER.get(metric) for metric in table["primary_metric"]]


def _readings(table: pd.DataFrame, difference: str) -> pd.DataFrame:
    gap = {f"difference{end}": f"{difference}{end}" for end in ("", "_low", "_high")}
    shown = table.rename(columns=gap)
    return shown[["name", "reading", "n_compared", *gap.values(), "pvalue", "variance_reduction"]].reset_index(
        drop=True
    )


def _with_ends(names: Sequence[str]) -> list[str]:
    return [f"{name}{end}" for name in names for end in ("", "_low", "_high")]


def _curve(units: pd.DataFrame) -> pd.DataFrame:
    found: dict[str, Any] = {"day": "days_since", "survival": "kept_rate"}
    found |= {f"survival_{end}": f"kept_rate_{end}" for end in ("low", "high")}
    return kaplan_meier(durations(units)).table.rename(columns=found)
