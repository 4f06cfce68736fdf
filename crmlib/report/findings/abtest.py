"""What the experiments say, in sentences: one verdict an experiment; what chance did not form gets no verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame

JUDGED = ("treatment_better", "treatment_worse", "no_clear_difference")


def verdicts(results: DataFrame, gain: float) -> list[Sentence]:
    """One sentence an experiment, in the order of the results; `gain` is the smallest relative gain worth having."""
    return [verdict(row, gain) for row in results.to_dict("records")]


def verdict(row: dict[str, Any], gain: float) -> Sentence:
    """The verdict on one experiment, from its row of the results table."""
    if row["verdict"] in JUDGED and row["assigned_method"] == "before_after":
        return _before_after(row)
    if row["verdict"] in JUDGED and not row["is_random"]:
        return _by_hand(row)
    if row["verdict"] == "no_clear_difference":
        return _unclear(row, gain)
    return _SENTENCES[row["verdict"]](row)


def _not_observed(row: dict[str, Any]) -> Sentence:
    return say("“{name:text}”: an arm has no customer observed for the whole window yet.", name=row["name"])


def _not_testable(row: dict[str, Any]) -> Sentence:
    return say(
        "“{name:text}” cannot be judged: too few customers, too few orders, or no variation in sales.", name=row["name"]
    )


def _broken(row: dict[str, Any]) -> Sentence:
    # The arms as assigned or those observed so far may be off, so both sizes are said.
    return say(
        "“{name:text}” cannot be read: {treatment:customers} were assigned to treatment and {control:customers} to"
        " control ({seen_treatment:count} and {seen_control:count} observed), where {planned:share} were planned for"
        " treatment (p {p:pvalue}). Find out first how customers were assigned.",
        name=row["name"], treatment=int(row["n_assigned_treatment"]), control=int(row["n_assigned_control"]),
        seen_treatment=int(row["n_treatment"]), seen_control=int(row["n_control"]),
        planned=row["treatment_share_planned"], p=row["ratio_pvalue"],
    )  # fmt: skip


def _unclear(row: dict[str, Any], gain: float) -> Sentence:
    values = _values(row)
    needed = row["n_needed_per_arm"]
    if row["primary_metric"] == "revenue":
        return say(
            "“{name:text}”: no clear difference in sales per customer (95% interval of the difference {low:money} to"
            " {high:money}).",
            **values,
        )
    if needed == needed and needed > min(row["n_control"], row["n_treatment"]):
        return say(
            "“{name:text}”: no clear difference (control {control:share}, treatment {treatment:share}; 95% interval of"
            " the difference {low:signed_share} to {high:signed_share} points). Finding a relative gain of {gain:share}"
            " would take {needed:customers} per arm, so this does not show that there is no effect.",
            gain=gain, needed=int(needed), **values,
        )  # fmt: skip
    return say(
        "“{name:text}”: no clear difference (control {control:share}, treatment {treatment:share}; 95% interval of the"
        " difference {low:signed_share} to {high:signed_share} points).",
        **values,
    )


def _better(row: dict[str, Any]) -> Sentence:
    values = _values(row)
    if row["primary_metric"] == "revenue":
        return say(
            "“{name:text}” worked: {low:money} to {high:money} more sales per customer (95% interval).", **values
        )
    return say(
        "“{name:text}” worked: {treatment:share} against {control:share}, {difference:points} more (95% interval"
        " {low:signed_share} to {high:signed_share} points).",
        **values,
    )


def _worse(row: dict[str, Any]) -> Sentence:
    values = _values(row)
    if row["primary_metric"] == "revenue":
        return say("“{name:text}” did harm: sales per customer changed by {low:money} to {high:money}.", **values)
    return say(
        "“{name:text}” did harm: {treatment:share} against {control:share}, {difference:points} less (95% interval"
        " {low:signed_share} to {high:signed_share} points).",
        **values,
    )


def _by_hand(row: dict[str, Any]) -> Sentence:
    values = _values(row)
    if row["primary_metric"] == "revenue":
        return say(
            "“{name:text}” was not assigned at random: whether sales per customer differ or not may lie in who was"
            " chosen, so no effect can be judged.",
            name=row["name"],
        )
    return say(
        "“{name:text}”: {treatment:share} against {control:share}, but the group was not drawn at random. A difference,"
        " or the lack of one, may lie in who was chosen, so no effect can be judged.",
        **values,
    )


def _before_after(row: dict[str, Any]) -> Sentence:
    return say(
        "“{name:text}” compares before with after, so season, price or other measures may explain what it shows; no"
        " effect can be judged.",
        name=row["name"],
    )


def _values(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": row["name"], "control": row["value_control"], "treatment": row["value_treatment"],
        "difference": abs(row["difference"]), "low": row["difference_low"], "high": row["difference_high"],
    }  # fmt: skip


_SENTENCES = {
    "not_observed": _not_observed,
    "not_testable": _not_testable,
    "ratio_broken": _broken,
    "treatment_better": _better,
    "treatment_worse": _worse,
}


def summary(results: DataFrame) -> Sentence:
    """How many experiments there are, and how many gave a clear and readable answer."""
    readable = _readable(results)
    clear = int(readable["verdict"].isin(["treatment_better", "treatment_worse"]).sum())
    return say(
        "Of {n:count} experiments {readable:count} can be read as evidence; {clear:count} of these show a clear"
        " difference. By chance alone about one in twenty without any effect would.",
        n=len(results), readable=len(readable), clear=clear,
    )  # fmt: skip


def differences_title(results: DataFrame) -> Sentence:
    """The message of the forest plot, which shows the experiments judged by a rate."""
    readable = _readable(results)
    rates = readable[readable["primary_metric"] != "revenue"]
    better = rates.loc[rates["verdict"] == "treatment_better", "name"].tolist()
    if not better:
        return say("No experiment shows a clear gain")
    if len(better) == 1:
        return say("“{name:text}” shows a clear gain", name=better[0])
    return say("{n:count} experiments show a clear gain", n=len(better))


def _readable(results: DataFrame) -> DataFrame:
    return results[results["is_random"].astype(bool) & results["verdict"].isin(JUDGED)]
