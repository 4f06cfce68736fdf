"""What experiments bring in money, how else they read, and what the next one takes, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame

MOST = 3
SMALL = 30  # of fewer customers an arm no points are said


def early(readings: DataFrame, wider: float, *, planned: int | None) -> Sentence:
    """The price of looking before the end, and what still stands when it is paid; `planned`: the size set before."""
    if planned is None:
        return say(
            "All intervals are for one look at the end. Intervals that hold however often one looks would be"
            " {wider:ratio} times as wide; whoever looks before the end needs them.",
            wider=wider,
        )
    rows = readings[readings["reading"] == "always_valid"]
    told = rows[rows["pvalue"].notna()]
    if told.empty:
        return say("No experiment drawn at random has a difference of rates or sales that can be read before the end.")
    clear = int((told["pvalue"] < 0.05).sum())
    return say(
        "However often one looks, {clear:count} of {n:count} differences hold; the price is an interval {wider:ratio}"
        " times as wide at the size planned, {planned:customers} in both arms. That size must have been set before the"
        " first look.",
        clear=clear, n=len(told), wider=wider, planned=planned,
    )  # fmt: skip


def bayesian(table: DataFrame, *, asked: bool) -> list[Sentence]:
    """How probable it is that each arm is better, and what rolling it out would cost if it were not."""
    if not asked:
        return [say("A Bayesian reading was not asked for.")]
    if table.empty:
        return [say("No experiment that was drawn at random can be read so.")]
    return [_belief(row) for row in table.to_dict("records")]


def no_readings(rates: DataFrame, amounts: DataFrame) -> tuple[Sentence | str, Sentence | str]:
    """Why the tables of other readings, of rates and of sales, have no rows; nothing where they have."""
    return (
        say("No experiment judged by a rate can be read in other ways; times to cancellation are read in one way only.")
        if rates.empty
        else "",
        say(
            "No experiment judged by sales per customer can be read in other ways; order values are read in one way"
            " only."
        )
        if amounts.empty
        else "",
    )


def adjusted(rates: DataFrame, amounts: DataFrame) -> Sentence:
    """What the adjustment for the time before saves at most, from the tables of other readings."""
    columns = ["name", "reading", "variance_reduction"]
    known = pd.concat([rates[columns], amounts[columns]]).dropna(subset=["variance_reduction"])
    rows = known[known["reading"] == "cuped"]
    if rows.empty:
        return say("No difference of rates or sales can be adjusted for what customers did before.")
    best = rows.sort_values("variance_reduction").tail(1)
    if not best["variance_reduction"].iloc[0] > 0.005:
        return say("What customers did before tells little about the outcomes here; adjusting for it changes nothing.")
    return say(
        "Adjusted for what customers did before, “{name:text}” would be as precise with {saved:share} fewer customers.",
        name=str(best["name"].iloc[0]), saved=float(best["variance_reduction"].iloc[0]),
    )  # fmt: skip


def paid(table: DataFrame) -> list[Sentence]:
    """Whether each experiment earned its cost."""
    if table.empty:
        return [say("No experiment drawn at random can be set against its cost yet.")]
    return [_paid(row) for row in table.to_dict("records")]


def paid_title(table: DataFrame) -> Sentence:
    """The message of the chart of gross profit less cost."""
    known = table.dropna(subset=["net_profit_low"])
    n = int((known["net_profit_low"] > 0).sum())
    if known.empty:
        return say("Whether an experiment paid cannot be told")
    if not n:
        return say("No experiment has surely paid")
    return say("{n:count} of {all:count} experiments have surely paid", n=n, all=len(known))


def yields(table: DataFrame) -> Sentence:
    """R163: a customer more by following up beside a new one by advertising."""
    known = table.dropna(subset=["new_per_followed"]).sort_values("new_per_followed")
    if known.empty:
        return say("No experiment surely brought customers at a known cost, so none is set beside a new customer.")
    best = known.iloc[-1]
    return say(
        "By “{name:text}” a customer more costs {cost:money} ({low:money} to {high:money}), a new one by advertising"
        " {new:money}.",
        name=str(best["name"]), cost=best["cost_per_customer"], low=best["cost_per_customer_low"],
        high=best["cost_per_customer_high"], new=best["cost_per_new"],
    )  # fmt: skip


def by_hand(tests: DataFrame, readings: DataFrame, results: DataFrame) -> list[Sentence]:
    """How unlike hand-picked groups were, and what is left among like customers."""
    if not (results["assigned_method"] == "manual").any():
        return [say("No experiment was assigned by hand.")]
    if tests.empty:
        return [say("No experiment assigned by hand can be read yet, so its groups are not compared.")]
    return [_by_hand(row, readings) for row in tests.to_dict("records")]


def balance_note(table: DataFrame) -> Sentence:
    """How the traits of hand-picked groups are read, or why there are none."""
    if table.empty:
        return say("There are no groups to compare: no experiment assigned by hand can be read.")
    return say("Beyond 0.1 in either direction the groups are unlike.")


def before_after_note(table: DataFrame) -> Sentence | str:
    """Why no comparison of before with after is shown; nothing where one is."""
    return say("No experiment has one arm alone and compares before with after.") if table.empty else ""


def crossing_note(table: DataFrame) -> Sentence:
    """How the cross-sell by arm is read, or why it is not shown."""
    if table.empty:
        return say("No experiment that can be read names a product of the cross-sell.")
    return say(
        "Before: as many days before assignment as the window has. Differences are those from the control on the same"
        " side."
    )


def reasons(table: DataFrame) -> list[Sentence]:
    """Which reason of cancellation differs between arms, the number of reasons allowed for."""
    if table.empty:
        return [say("No experiment has cancellations with reasons to compare.")]
    table = table[table["verdict"] != "not_random"]
    if table.empty:
        return [say("Reasons of cancellation are known only of groups that chance did not form, so none is judged.")]
    clear = table[table["verdict"].isin(["higher", "lower"])]
    if clear.empty:
        return [say("No single reason of cancellation differs clearly between arms, their number allowed for.")]
    return [_reason(row) for row in clear.to_dict("records")]


def survival_title(experiment_id: str, results: DataFrame) -> Sentence:
    """The message of the curves; experiments may share a name, never an id."""
    found = results[(results["experiment_id"] == experiment_id) & results["is_random"].astype(bool)]
    if found.empty:
        return say("Contracts still alive after assignment, by arm")
    name = str(found["name"].iloc[0])
    if (found["verdict"] == "treatment_better").any():
        return say("“{name:text}” keeps contracts alive longer", name=name)
    return say("“{name:text}”: contracts still alive, by arm", name=name)


def plan(
    table: DataFrame, *, population: str, n_now: int, per_month: float, gain: float, months: float
) -> list[Sentence]:
    """Which outcomes the next experiment could decide, and which it could not."""
    known = table[table["decidable"].isin(["decidable_now", "decidable_in_time", "not_decidable"])]
    if known.empty or per_month != per_month:
        return [say("What the next experiment would take cannot be told: too few customers have been observed.")]
    able = int((known["decidable"] != "not_decidable").sum())
    first = say(
        "Planned for: {population:label}, {now:customers} today and about {month:customers} more a month. A"
        " relative gain of {gain:share} could be decided within {months:months} for {able:count} of {n:count}"
        " outcomes.",
        population=population, now=n_now, month=round(per_month), gain=gain, months=round(months), able=able,
        n=len(known),
    )  # fmt: skip
    unable = known[known["decidable"] == "not_decidable"].sort_values("months_needed").head(MOST)
    return [first, *[_unable(row, per_month) for row in unable.to_dict("records")]]


def assigned(table: DataFrame, *, seed: int, population: str) -> Sentence:
    """What the list holds, and how to make it again."""
    if table.empty:
        return say("Nobody of the population may be contacted, or consents are not known, so there is no list.")
    counts = table["arm"].value_counts()
    return say(
        "The list draws {treatment:customers} for the treatment and {control:customers} for the control"
        " ({population:label}) at random within strata; seed {seed:text} makes the same list again.",
        treatment=int(counts.get("treatment", 0)), control=int(counts.get("control", 0)), population=population,
        seed=str(seed),
    )  # fmt: skip


def list_values(name: str, seed: int, share: float) -> dict[str, Any]:
    """What the title and the note of the list are filled with."""
    return {"name": name, "seed": str(seed), "share": share}


def rolled_out(best: dict[str, Any] | None) -> tuple[Sentence | None, Sentence | None]:
    """The conclusion of the experiment that earned most, and what to do."""
    if best is None:
        return None, None
    if best["net_profit_low"] > 0:
        told = say(
            "“{name:text}” worked and paid: {low:money} to {high:money} more gross profit than it cost (95% interval).",
            name=best["name"], low=best["net_profit_low"], high=best["net_profit_high"],
        )  # fmt: skip
        return told, say("Roll it out to everybody it is meant for, and keep a small control.")
    told = say(
        "“{name:text}” worked; whether it pays is not yet sure ({low:money} to {high:money} after its cost).",
        name=best["name"], low=best["net_profit_low"], high=best["net_profit_high"],
    )  # fmt: skip
    return told, say("Go on with it and measure gross profit and cost further.")


def rolled_out_basis() -> Sentence:
    """What the money beside the measure to roll out counts."""
    return say(
        "gross profit beyond the cost, a treated unit, for as many units as were assigned, taken from the days of"
        " assignment to a year"
    )


def unreadable(results: DataFrame) -> tuple[Sentence | None, Sentence | None]:
    """The conclusion on experiments that cannot be read as evidence, and what to do."""
    judged = results["verdict"].isin(["treatment_better", "treatment_worse", "no_clear_difference"])
    wrong = results[(results["verdict"] == "ratio_broken") | (judged & ~results["is_random"].astype(bool))]
    if wrong.empty:
        return None, None
    told = say(
        "{n:count} of {all:count} experiments cannot be read as evidence: not drawn at random, without a control, or"
        " with arms of the wrong size.",
        n=int(wrong["experiment_id"].nunique()), all=int(results["experiment_id"].nunique()),
    )  # fmt: skip
    return told, say("Draw the next ones at random from the assignment list of this report.")


def _belief(row: dict[str, Any]) -> Sentence:
    values = {"name": row["name"], "p": row["probability_better"], "loss": row["loss_of_treatment"]}
    if row["primary_metric"] == "revenue":
        return say(
            "“{name:text}” is better with probability {p:share}; rolled out although it is not, it would lose"
            " {loss:money} per customer on average.",
            **values,
        )
    return say(
        "“{name:text}” is better with probability {p:share}; rolled out although it is not, it would lose {loss:points}"
        " on average.",
        **values,
    )


def _paid(row: dict[str, Any]) -> Sentence:
    values = {"name": row["name"], "low": row["net_profit_low"], "high": row["net_profit_high"]}
    if row["net_profit_low"] != row["net_profit_low"]:
        return say(
            "“{name:text}”: whether it paid cannot be told: cost or gross profit is not known, or too few bought.",
            **values,
        )
    if row["net_profit_low"] > 0:
        return say(
            "“{name:text}” paid: its gross profit exceeds its cost by {low:money} to {high:money} (95% interval).",
            **values,
        )
    if row["net_profit_high"] < 0:
        return say("“{name:text}” did not pay: after its cost {low:money} to {high:money} remain.", **values)
    return say(
        "“{name:text}”: whether it paid is open; {low:money} to {high:money} remain after its cost (95% interval).",
        **values,
    )


def _by_hand(row: dict[str, Any], readings: DataFrame) -> Sentence:
    same = (readings["experiment_id"] == row["experiment_id"]) & (readings["arm"] == row["arm"])
    own = readings[same & (readings["reading"] == "stratified")]
    few = row["n_least"] < SMALL or (own["n_compared"] < 2 * SMALL).any()
    values = {"name": row["name"], "away": int(row["n_unbalanced"]), "n": int(row["n_traits"])}
    if few or own.empty or own["difference_low"].isna().any() or own["primary_metric"].iloc[0] == "revenue":
        return say(
            "“{name:text}” was assigned by hand, and {away:count} of {n:count} traits of the groups were unlike before"
            " it began.",
            **values,
        )
    found = own.iloc[0]
    return say(
        "“{name:text}” was assigned by hand, and {away:count} of {n:count} traits of the groups were unlike before it"
        " began. Among like customers {low:signed_share} to {high:signed_share} points remain; what is not recorded may"
        " still explain them.",
        low=found["difference_low"], high=found["difference_high"], **values,
    )  # fmt: skip


def _reason(row: dict[str, Any]) -> Sentence:
    values = {"name": row["name"], "reason": row["reason"], "t": row["rate_treatment"], "c": row["rate_control"]}
    if row["rate_treatment"] != row["rate_treatment"]:
        return say("“{name:text}”: cancellations for the reason “{reason:label}” differ between the arms.", **values)
    if row["verdict"] == "lower":
        return say(
            "“{name:text}”: fewer cancelled for the reason “{reason:label}” ({t:share} against {c:share}).", **values
        )
    return say("“{name:text}”: more cancelled for the reason “{reason:label}” ({t:share} against {c:share}).", **values)


def _unable(row: dict[str, Any], per_month: float) -> Sentence:
    values = {"metric": row["primary_metric"], "month": round(per_month), "months": row["months_needed"]}
    if row["months_needed"] != row["months_needed"]:
        return say("Not decidable with {month:customers} a month: {metric:label}.", **values)
    if row["detectable_gain"] != row["detectable_gain"]:
        return say("Not decidable with {month:customers} a month: {metric:label} ({months:number} months).", **values)
    return say(
        "Not decidable with {month:customers} a month: {metric:label} ({months:number} months; in the time allowed only"
        " a gain of {seen:share} would be seen).",
        seen=row["detectable_gain"], **values,
    )  # fmt: skip
