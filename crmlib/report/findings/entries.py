"""What the second-purchase tables say, in sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame


def targets(table: DataFrame) -> list[Sentence]:
    """Each second-purchase rate against its benchmark, judged by the interval."""
    return [_target(row) for row in table.to_dict("records")]


def _target(row: dict[Any, Any]) -> Sentence:
    if row["verdict"] == "untellable":
        return say(
            "“{kind:label}”: whether it reaches the benchmark of {target:share} cannot be told, as no first order of"
            " this kind has been observed for the whole window.",
            kind=row["target_kind"], target=row["target_rate"],
        )  # fmt: skip
    values = {
        "kind": row["target_kind"], "target": row["target_rate"], "rate": row["f2_rate"], "low": row["f2_rate_low"],
        "high": row["f2_rate_high"], "n": int(row["n_eligible"]),
    }  # fmt: skip
    if row["verdict"] == "above_target":
        return say(
            "“{kind:label}”: F2 conversion of {rate:share} (95% interval {low:share} to {high:share}; {n:customers}) is"
            " above the benchmark of {target:share}.",
            **values,
        )
    if row["verdict"] == "below_target":
        return say(
            "“{kind:label}”: F2 conversion of {rate:share} (95% interval {low:share} to {high:share}; {n:customers}) is"
            " below the benchmark of {target:share}.",
            **values,
        )
    return say(
        "“{kind:label}”: F2 conversion of {rate:share} (95% interval {low:share} to {high:share}; {n:customers}) is not"
        " clearly above or below the benchmark of {target:share}.",
        **values,
    )


def groups(table: DataFrame) -> list[Sentence]:
    """The groups whose F2 conversion differs from all others by more than chance, highest and lowest."""
    rated = table.dropna(subset=["f2_rate"])
    if rated.empty:
        return [say("Every group is too small for a rate.")]
    if len(rated) == 1:
        only = str(rated.iloc[0]["group"])
        return [
            say("Only “{group:label}” is large enough for a rate, so there is nothing to compare it with.", group=only)
        ]
    clear = rated[rated["verdict"].isin(["above_rest", "below_rest"])].sort_values("f2_rate")
    if clear.empty:
        return [
            say(
                "None of {k:count} groups differs from the others by more than chance would make; the order of the"
                " rates is no finding.",
                k=len(rated),
            )
        ]
    high, low = clear.iloc[-1], clear.iloc[0]
    said = [_above(high, len(rated))] if high["verdict"] == "above_rest" else []
    return said + ([_below(low, len(rated))] if low["verdict"] == "below_rest" else [])


def _above(row: Any, k: int) -> Sentence:
    return say(
        "“{group:label}” comes back more often than all others: F2 conversion of {rate:share}, {gap:points} more"
        " (interval corrected for {k:count} groups: {low:points} to {high:points}; {n:customers}).",
        group=str(row["group"]), rate=row["f2_rate"], gap=row["f2_difference"], k=k, n=int(row["n_eligible"]),
        low=row["f2_difference_low"], high=row["f2_difference_high"],
    )  # fmt: skip


def _below(row: Any, k: int) -> Sentence:
    return say(
        "“{group:label}” comes back less often than all others: F2 conversion of {rate:share}, {gap:points} less"
        " (interval corrected for {k:count} groups: {low:points} to {high:points}; {n:customers}).",
        group=str(row["group"]), rate=row["f2_rate"], gap=-row["f2_difference"], k=k, n=int(row["n_eligible"]),
        low=-row["f2_difference_high"], high=-row["f2_difference_low"],
    )  # fmt: skip


def groups_title(table: DataFrame) -> Sentence:
    """The message of a chart by group: the span of the rates, or that the groups do not differ clearly."""
    rated = table.dropna(subset=["f2_rate"])
    if len(rated) < 2:
        return say("F2 conversion by group")
    if not rated["verdict"].isin(["above_rest", "below_rest"]).any():
        return say("F2 conversion does not differ clearly between {k:count} groups", k=len(rated))
    high, low = rated.loc[rated["f2_rate"].idxmax()], rated.loc[rated["f2_rate"].idxmin()]
    return say(
        "F2 conversion from {low:share} (“{worst:label}”) to {high:share} (“{best:label}”)",
        low=low["f2_rate"], worst=str(low["group"]), high=high["f2_rate"], best=str(high["group"]),
    )  # fmt: skip


def months(table: DataFrame) -> Sentence:
    """Whether any month's new customers came back clearly more or less often than those of the others."""
    rated = table.dropna(subset=["f2_rate"])
    clear = rated[rated["verdict"].isin(["above_rest", "below_rest"])]
    if len(rated) < 2:
        return say("Too few months have been observed for the whole window to compare them.")
    if clear.empty:
        return say(
            "None of {k:months} differs from the others by more than chance would make: F2 conversion neither rose nor"
            " fell clearly in any of them.",
            k=len(rated),
        )
    worst = clear.loc[clear["f2_difference"].abs().idxmax()]
    values = {"month": int(worst["month"]), "rate": worst["f2_rate"], "k": len(rated), "n": len(clear)}
    if worst["verdict"] == "above_rest":
        return say(
            "{n:count} of {k:months} differ clearly from the others; most of all {month:month}, whose new customers"
            " came back more often ({rate:share}).",
            **values,
        )
    return say(
        "{n:count} of {k:months} differ clearly from the others; most of all {month:month}, whose new customers came"
        " back less often ({rate:share}).",
        **values,
    )


def months_title(table: DataFrame) -> Sentence:
    """The message of the monthly chart: the latest month that has been observed for the whole window."""
    rated = table.dropna(subset=["f2_rate"])
    if rated.empty:
        return say("F2 conversion by the month of the first purchase")
    last = rated.iloc[-1]
    return say(
        "Of those who began in {month:month}, {rate:share} came back within the window",
        month=int(last["month"]), rate=last["f2_rate"],
    )  # fmt: skip


def weeks(table: DataFrame) -> Sentence:
    """In which week most second purchases fall, and how many customers have none yet."""
    told = table.dropna(subset=["week"])
    total, open_ = int(table["n_events"].sum()), int(table["n_censored"].sum())
    if not total:
        return say("No second purchase has been made yet; {open:customers} have bought once so far.", open=open_)
    top = told.loc[told["n_events"].idxmax()] if told["n_events"].sum() else None
    if top is None:
        return say("All of {n:count} second purchases came after the weeks shown.", n=total)
    return say(
        "Week {week:rank} brings the most second purchases, {share:share} of {n:count}; {open:customers} have none so"
        " far and are not counted here, though some will still come back.",
        n=total, week=int(top["week"]), share=top["n_events"] / total, open=open_,
    )  # fmt: skip


def weeks_title(table: DataFrame) -> Sentence:
    """The message of the histogram: its highest week."""
    told = table.dropna(subset=["week"])
    if told.empty or not told["n_events"].sum():
        return say("Second purchases by week")
    week = int(told.loc[told["n_events"].idxmax(), "week"])
    return say("Second purchases peak in week {week:rank} after the first", week=week)


def windows_title(table: DataFrame) -> Sentence:
    """The message of the window chart: the first and the last window that has been observed."""
    rated = table.dropna(subset=["f2_rate"])
    if len(rated) < 2:
        return say("F2 conversion by window")
    first, last = rated.iloc[0], rated.iloc[-1]
    return say(
        "F2 conversion grows from {low:share} within {short:days} to {high:share} within {long:days}",
        low=first["f2_rate"], short=int(first["window_days"]), high=last["f2_rate"], long=int(last["window_days"]),
    )  # fmt: skip


def settling(table: DataFrame, share: float) -> list[Sentence]:
    """From which order customers of each first product stay, the largest products first."""
    if table.empty:
        return [say("There is no first purchase to follow.")]
    return [_settling(row, share) for row in table.head(3).to_dict("records")]


def _settling(row: dict[Any, Any], share: float) -> Sentence:
    values = {"product": str(row["product_id"]), "share": share}
    if row["state"] == "too_few":
        return say("“{product:label}”: too few customers to say when they settle.", **values)
    if row["state"] == "not_reached":
        return say(
            "“{product:label}”: the step rate does not stay at {share:share}; after order {last:rank} it is"
            " {rate:share}.",
            last=int(row["last_judged"]), rate=row["last_rate"], **values,
        )  # fmt: skip
    return say(
        "“{product:label}”: customers settle from order {k:rank} on, reached after {days:days} (median): every"
        " step rate from there is at least {share:share}.",
        k=int(row["settle_orders"]), days=row["settle_days"], **values,
    )  # fmt: skip


def backend(result: Any, window_days: int) -> Sentence:
    """Whether buyers of back-end products come back more often at the same order and kind of order."""
    if math.isnan(result.difference):
        return say(
            "Buyers of back-end products cannot be compared with others: there are none of both at the same order and"
            " kind of order."
        )
    values = {
        "gap": abs(result.difference), "n": result.n_buyers, "others": result.n_others, "window": window_days,
    }  # fmt: skip
    low, high = result.interval.low, result.interval.high
    if low > 0:
        return say(
            "At the same order and kind of order, buyers of back-end and cross products came back {gap:points} more"
            " often within {window:days} (95% interval {low:points} to {high:points}; {n:count} orders against"
            " {others:count}). Who bought them was not left to chance.",
            low=low, high=high, **values,
        )  # fmt: skip
    if high < 0:
        return say(
            "At the same order and kind of order, buyers of back-end and cross products came back {gap:points} less"
            " often within {window:days} (95% interval {low:points} to {high:points}; {n:count} orders against"
            " {others:count}). Who bought them was not left to chance.",
            low=-high, high=-low, **values,
        )  # fmt: skip
    return say(
        "At the same order and kind of order, buyers of back-end and cross products did not come back clearly more or"
        " less often within {window:days} ({n:count} orders against {others:count}).",
        n=result.n_buyers, others=result.n_others, window=window_days,
    )  # fmt: skip


def change(result: Any, *, day: int, given: bool) -> Sentence:
    """F2 conversion of who began after a day against who began before (R030); never more than a comparison."""
    values = {"day": day}
    if math.isnan(result.difference):
        return say(
            "Before and after {day:date} cannot be compared: one side has not been observed long enough.", **values
        )
    rates = {"before": result.rate_control, "after": result.rate_treatment, **values}
    clear = 0 not in result.difference_interval
    if not given:
        return _year(rates, clear=clear)
    if not clear:
        return say(
            "F2 conversion was {before:share} before {day:date} and {after:share} after it, which is no clear"
            " difference.",
            **rates,
        )
    if result.difference > 0:
        return say(
            "F2 conversion rose from {before:share} before {day:date} to {after:share} after it; something else may"
            " have changed with it.",
            **rates,
        )
    return say(
        "F2 conversion fell from {before:share} before {day:date} to {after:share} after it; something else may have"
        " changed with it.",
        **rates,
    )


def _year(rates: dict[str, Any], *, clear: bool) -> Sentence:
    if not clear:
        return say(
            "No day of a change was given, so the latest beginners are set against those before {day:date}: F2"
            " conversion of {after:share} after {before:share}, no clear difference.",
            **rates,
        )
    return say(
        "No day of a change was given, so the latest beginners are set against those before {day:date}: F2 conversion"
        " of {after:share} after {before:share}, more than chance would make.",
        **rates,
    )


def first_loss(loss: Any) -> Sentence:
    """Whether the largest loss is from the first to the second purchase, as the rule of thumb says (R077)."""
    if loss is None or loss.order_number is None or math.isnan(loss.share_of_losses):
        return say("Whether most customers are lost before the second purchase cannot be told yet.")
    if int(loss.order_number) == 1:
        return say(
            "The rule of thumb holds here: the step from the first to the second purchase loses more customers than any"
            " other, {share:share} of all losses observed.",
            share=loss.share_of_losses,
        )
    return say(
        "The rule of thumb does not hold here: not the first step but the one after purchase {n:rank} loses most"
        " customers ({share:share} of all losses observed).",
        n=int(loss.order_number), share=loss.share_of_losses,
    )  # fmt: skip
