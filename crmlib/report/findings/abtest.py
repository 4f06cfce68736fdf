"""What the experiments say, in sentences: one verdict an experiment; what chance did not form gets no verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame

JUDGED = ("treatment_better", "treatment_worse", "no_clear_difference")
MONEY = ("revenue", "order_value")
SURVIVAL = "time_to_cancellation"
SMALL = 30  # below so many customers an arm counts are said, not percentages


def verdicts(results: DataFrame, gain: float) -> list[Sentence]:
    """One sentence a comparison, in the order of the results; `gain` is the smallest relative gain worth having."""
    return [verdict(row, gain) for row in _named(results).to_dict("records")]


def verdict(row: dict[str, Any], gain: float) -> Sentence:
    """The verdict on one comparison, from its row of the results table."""
    if row["verdict"] == "untellable":
        return _untellable(row)
    if row["verdict"] in JUDGED and row["assigned_method"] == "before_after":
        return _before_after(row)
    if row["verdict"] in JUDGED and not row["is_random"]:
        return _by_hand(row)
    if row["verdict"] in JUDGED:
        special = _several(row) or _survival(row) or _few(row)
        if special is not None:
            return special
    if row["verdict"] == "no_clear_difference":
        return _unclear(row, gain)
    return _SENTENCES[row["verdict"]](row)


def _named(results: DataFrame) -> DataFrame:
    if "n_arms" not in results.columns:
        return results
    arm = " (" + results["arm"].str.upper() + ")"
    return results.assign(name=results["name"].where(results["n_arms"] <= 2, results["name"] + arm))


def _untellable(row: dict[str, Any]) -> Sentence:
    return say(
        "“{name:text}” cannot be told: {lacking:label} is missing from the data.",
        name=row["name"], lacking=f"lacking_{row['missing']}",
    )  # fmt: skip


def _several(row: dict[str, Any]) -> Sentence | None:
    if row.get("n_arms", 2) <= 2:
        return None
    by_holm = row["verdict_by"] == "by_holm"
    values = {"name": row["name"], "p": row["pvalue_holm"] if by_holm else row["pvalue_bh"]}
    if row["verdict"] == "treatment_better":
        return say(
            "“{name:text}” did better than the control, several arms allowed for (corrected p {p:pvalue}).", **values
        )
    if row["verdict"] == "treatment_worse":
        return say(
            "“{name:text}” did worse than the control, several arms allowed for (corrected p {p:pvalue}).", **values
        )
    return say(
        "“{name:text}” does not differ clearly from the control, several arms allowed for (corrected p {p:pvalue}).",
        **values,
    )


def _survival(row: dict[str, Any]) -> Sentence | None:
    if row["primary_metric"] != SURVIVAL:
        return None
    values = {"name": row["name"], "p": row["pvalue"]}
    if row["verdict"] == "treatment_better":
        return say("“{name:text}” worked: contracts were kept longer (log-rank test, p {p:pvalue}).", **values)
    if row["verdict"] == "treatment_worse":
        return say("“{name:text}” did harm: contracts were cancelled sooner (log-rank test, p {p:pvalue}).", **values)
    return say(
        "“{name:text}”: no clear difference in the time to cancellation (log-rank test, p {p:pvalue}).", **values
    )


def _few(row: dict[str, Any]) -> Sentence | None:
    sizes = {"n_t": int(row["n_treatment"]), "n_c": int(row["n_control"])}
    if row["primary_metric"] in MONEY or min(sizes.values()) >= SMALL:
        return None
    hits = {f"x_{arm}": round(row[f"value_{name}"] * sizes[f"n_{arm}"])
            for arm, name in (("t", "treatment"), ("c", "control"))}  # fmt: skip
    values = {"name": row["name"], "p": row["pvalue"], **sizes, **hits}
    if row["verdict"] == "treatment_better":
        return say(
            "“{name:text}” worked: {x_t:count} of {n_t:count} treated customers against {x_c:count} of {n_c:count}"
            " (p {p:pvalue}); the groups are too small for percentages.",
            **values,
        )
    if row["verdict"] == "treatment_worse":
        return say(
            "“{name:text}” did harm: {x_t:count} of {n_t:count} treated customers against {x_c:count} of {n_c:count}"
            " (p {p:pvalue}); the groups are too small for percentages.",
            **values,
        )
    return say(
        "“{name:text}”: no clear difference, {x_t:count} of {n_t:count} treated customers against {x_c:count} of"
        " {n_c:count} (p {p:pvalue}); groups so small would miss most effects.",
        **values,
    )


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
    if row["primary_metric"] == "order_value":
        return say(
            "“{name:text}”: no clear difference in the order value (95% interval of the difference {low:money} to"
            " {high:money}).",
            **values,
        )
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
    if row["primary_metric"] == "order_value":
        return say("“{name:text}” worked: {low:money} to {high:money} more per order (95% interval).", **values)
    if row["primary_metric"] == "cancellation":
        return say(
            "“{name:text}” worked: {treatment:share} cancelled against {control:share}, {difference:points} less (95%"
            " interval {low:signed_share} to {high:signed_share} points).",
            **values,
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
    if row["primary_metric"] == "order_value":
        return say("“{name:text}” did harm: the order value changed by {low:money} to {high:money}.", **values)
    if row["primary_metric"] == "cancellation":
        return say(
            "“{name:text}” did harm: {treatment:share} cancelled against {control:share}, {difference:points} more (95%"
            " interval {low:signed_share} to {high:signed_share} points).",
            **values,
        )
    return say(
        "“{name:text}” did harm: {treatment:share} against {control:share}, {difference:points} less (95% interval"
        " {low:signed_share} to {high:signed_share} points).",
        **values,
    )


def _by_hand(row: dict[str, Any]) -> Sentence:
    values = _values(row)
    if row["primary_metric"] in MONEY or min(row["n_control"], row["n_treatment"]) < SMALL:
        return say(
            "“{name:text}” was not assigned at random: whether the groups differ or not may lie in who was"
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
    # An experiment of several arms is one experiment, clear where one of them is.
    one = results if "experiment_id" not in results.columns else _best_first(results)
    readable = _readable(one)
    clear = int(readable["verdict"].isin(["treatment_better", "treatment_worse"]).sum())
    return say(
        "Of {n:count} experiments {readable:count} can be read as evidence; {clear:count} of these show a clear"
        " difference. By chance alone about one in twenty without any effect would.",
        n=len(one), readable=len(readable), clear=clear,
    )  # fmt: skip


def _best_first(results: DataFrame) -> DataFrame:
    rank = results["verdict"].map({"treatment_better": 0, "treatment_worse": 1, "no_clear_difference": 2}).fillna(3)
    return results.assign(_rank=rank).sort_values("_rank", kind="stable").drop_duplicates("experiment_id")


def differences_title(results: DataFrame) -> Sentence:
    """The message of the forest plot of the experiments judged by a rate."""
    return _title(results[~results["primary_metric"].isin(MONEY)])


def amounts_title(results: DataFrame) -> Sentence:
    """The message of the forest plot of the experiments judged by sales."""
    return _title(results[results["primary_metric"].isin(MONEY)])


def _title(results: DataFrame) -> Sentence:
    readable = _named(_readable(results))
    if readable.empty:
        return say("No experiment can be judged here")
    better = readable.loc[readable["verdict"] == "treatment_better", "name"].tolist()
    if not better:
        return say("No experiment shows a clear gain")
    if len(better) == 1:
        return say("“{name:text}” shows a clear gain", name=better[0])
    return say("{n:count} experiments show a clear gain", n=len(better))


def _readable(results: DataFrame) -> DataFrame:
    return results[results["is_random"].astype(bool) & results["verdict"].isin(JUDGED)]
