"""What the experiments say, in sentences: one verdict an experiment, toned down where assignment was not random."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame


def verdict(row: dict[str, Any]) -> Sentence:
    """The verdict on one experiment, from its row of the results table."""
    told = _VERDICTS[row["verdict"]]
    return told(row)


def _not_observed(row: dict[str, Any]) -> Sentence:
    return say("“{name:text}”: nobody has been observed for the whole window yet.", name=row["name"])


def _broken(row: dict[str, Any]) -> Sentence:
    return say(
        "“{name:text}” cannot be read: {treatment:customers} were treated against {control:customers} not treated,"
        " where {planned:share} treated were planned (p {p:pvalue}). Find out how customers were assigned first.",
        name=row["name"], treatment=int(row["n_treatment"]), control=int(row["n_control"]),
        planned=row["treatment_share_planned"], p=row["ratio_pvalue"],
    )  # fmt: skip


def _unclear(row: dict[str, Any]) -> Sentence:
    values = _values(row)
    if row["primary_metric"] == "revenue":
        return say(
            "“{name:text}”: no clear difference in sales per customer, {low:money} to {high:money} (95% interval).",
            **values,
        )
    return say(
        "“{name:text}”: no clear difference; the interval of the difference runs from {low:signed_share} to"
        " {high:signed_share} points (control {control:share}, treatment {treatment:share}).",
        **values,
    )


def _better(row: dict[str, Any]) -> Sentence:
    values = _values(row)
    if not row["is_random"]:
        return _by_hand(row, values)
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
    if not row["is_random"]:
        return _by_hand(row, values)
    if row["primary_metric"] == "revenue":
        return say("“{name:text}” did harm: sales per customer changed by {low:money} to {high:money}.", **values)
    return say(
        "“{name:text}” did harm: {treatment:share} against {control:share}, {difference:points} less (95% interval"
        " {low:signed_share} to {high:signed_share} points).",
        **values,
    )


def _by_hand(row: dict[str, Any], values: dict[str, Any]) -> Sentence:
    if row["primary_metric"] == "revenue":
        return say(
            "“{name:text}”: the treated group differs in sales per customer, but it was not drawn at random, so the"
            " difference may lie in who was chosen.",
            **values,
        )
    return say(
        "“{name:text}”: {treatment:share} against {control:share}, but the group was not drawn at random, so the"
        " difference may lie in who was chosen and not in what was done.",
        **values,
    )


def _values(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": row["name"], "control": row["value_control"], "treatment": row["value_treatment"],
        "difference": abs(row["difference"]), "low": row["difference_low"], "high": row["difference_high"],
    }  # fmt: skip


_VERDICTS = {
    "not_observed": _not_observed,
    "ratio_broken": _broken,
    "no_clear_difference": _unclear,
    "treatment_better": _better,
    "treatment_worse": _worse,
}


def verdicts(results: DataFrame) -> list[Sentence]:
    """One sentence an experiment, in the order of the results."""
    return [verdict(row) for row in results.to_dict("records")]


def summary(results: DataFrame) -> Sentence:
    """How many experiments there are, and how many gave a clear and readable answer."""
    n = len(results)
    readable = results[results["is_random"] & results["ratio_ok"]]
    clear = int(readable["verdict"].isin(["treatment_better", "treatment_worse"]).sum())
    return say(
        "Of {n:count} experiments {readable:count} can be read as evidence; {clear:count} of these show a clear"
        " difference.",
        n=n, readable=len(readable), clear=clear,
    )  # fmt: skip


def differences_title(results: DataFrame) -> Sentence:
    """The message of the forest plot."""
    readable = results[results["is_random"] & results["ratio_ok"]]
    better = readable[readable["verdict"] == "treatment_better"]
    if better.empty:
        return say("No experiment shows a clear gain")
    top = better.loc[better["difference"].idxmax()]
    return say("“{name:text}” shows a clear gain", name=top["name"])
