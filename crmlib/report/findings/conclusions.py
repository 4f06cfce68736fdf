"""What each analysis would say on the first slide: one sentence, what to do next, and the money at stake a year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from crmlib.report.findings.quality import HOLES
from crmlib.report.findings.rfm import SLIPPING
from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame

YEAR, FEW = 12, 30


@dataclass(frozen=True)
class Conclusion:
    """A conclusion: `size` is money in a year, `basis` what it counts, `certain` that chance does not explain it.

    `kpi` is the KPI that it speaks of, where another notebook may speak of the same: it is told once only.
    """

    sentence: Sentence | None = None
    action: Sentence | None = None
    size: float | None = None
    good: bool = False
    certain: bool = False
    n: int | None = None
    basis: Sentence | None = None
    kpi: str = ""

    @property
    def facts(self) -> dict[str, Any]:
        """All but the sentence, as `report.conclusion` takes them."""
        names = ("action", "size", "basis", "good", "certain", "n", "kpi")
        return {name: getattr(self, name) for name in names}


def quality(months: DataFrame, tables: DataFrame) -> Conclusion:
    """A hole in the export, else how much of it counts."""
    holes = months[months["month_verdict"].isin(HOLES)]
    used = tables.iloc[0]
    if len(holes):
        sentence = say(
            "A part of the export may be missing: {n:months} from {month:month} on have far fewer orders than those"
            " around them.",
            n=len(holes), month=int(holes["month"].iloc[0]),
        )  # fmt: skip
        action = say("Ask for the export of these months again before any trend is believed.")
        return Conclusion(sentence, action, certain=True, n=int(used["n_read"]))
    if not used["n_read"]:
        return Conclusion()
    sentence = say(
        "The export shows no hole, and {share:share} of the rows of the orders count.", share=used["share_used"]
    )
    action = say("Agree with the client once on which orders count, and keep to it.")
    return Conclusion(sentence, action, good=True, certain=True, n=int(used["n_read"]))


def rfm(segments: DataFrame) -> Conclusion:
    """Frequent buyers who have gone silent."""
    rows = segments[segments["segment"].isin(SLIPPING)]
    n = int(rows["n_customers"].sum())
    if not n:
        return Conclusion()
    sentence = say(
        "{n:customers} who used to buy often have gone silent; they have brought {amount:money} so far.",
        n=n, amount=rows["amount"].sum(),
    )  # fmt: skip
    action = say("Approach these customers first, from the promotion list, and hold some of them out.")
    return Conclusion(sentence, action, certain=True, n=n)


def calls(found: Any, *, n_listed: int, days: int) -> Conclusion:
    """Whether calling brings customers back; where that is not known, how to learn it."""
    if found.basis == "held_out" and found.n_called >= FEW and found.n_held_out >= FEW:
        return _called(found, days)
    if not n_listed:
        return Conclusion()
    sentence = say("{n:customers} are to be contacted today; whether that brings them back is not known.", n=n_listed)
    action = say("Call the list, and hold a fifth of it out by chance: only that shows what calling brings.")
    return Conclusion(sentence, action, n=n_listed)


def portfolio(latest: Any) -> Conclusion:
    """Whether the base of active customers grows; where it shrinks, those it has fewer at their annual LTV."""
    if latest is None or not latest.tellable or not latest.n_active_before:
        return Conclusion()
    values = {"lost": latest.n_lost, "before": latest.n_active_before, "now": latest.n_year_active}
    action = say(
        "Work on the step with the highest rate of leaving; one point of retention is worth {amount:money} a year.",
        amount=latest.point_amount,
    )
    if latest.n_year_active >= latest.n_active_before:
        sentence = say(
            "{lost:customers} of {before:count} active a year before did not buy again; new and revived ones made up"
            " for them ({now:count} active).",
            **values,
        )
        return Conclusion(sentence, action, good=True, certain=True, n=latest.n_active_before, kpi="active_customers")
    sentence = say(
        "The base of active customers shrinks, from {before:count} to {now:count}: {lost:customers} did not buy again.",
        **values,
    )
    fewer = latest.n_active_before - latest.n_year_active
    basis = say("{n:customers} fewer, each at the average sales of an active customer in the last 365 days", n=fewer)
    size = fewer * latest.annual_ltv
    facts = {"n": latest.n_active_before, "basis": basis, "kpi": "active_customers"}
    return Conclusion(sentence, action, size, certain=True, **facts)


def stages(table: DataFrame) -> Conclusion:
    """How many have not passed the second purchase."""
    first = table[table["stage"] == "stage_purchaser"].dropna(subset=["n_customers"])
    if first.empty or not first["n_customers"].iloc[0]:
        return Conclusion()
    row = first.iloc[0]
    total = int(table["n_customers"].sum())
    action = say("Send them what leads to the second purchase: how to use it, customers' voices, then an offer.")
    n = int(row["n_customers"])
    if total < FEW:
        return Conclusion(say("{n:customers} stand in the first stage.", n=n), action, n=total, kpi="f2_rate")
    sentence = say(
        "{n:customers} ({share:share}) still stand in the first stage: they have bought once.",
        n=n, share=row["share_customers"],
    )  # fmt: skip
    return Conclusion(sentence, action, certain=True, n=total, kpi="f2_rate")


def lifecycle(soon: DataFrame, *, within: int) -> Conclusion:
    """Customers who lapse soon, and what they have brought."""
    if soon.empty:
        return Conclusion()
    sentence = say(
        "{n:customers} lapse within {within:days} unless they order; they have brought {amount:money} so far.",
        n=len(soon), within=within, amount=soon["amount"].sum(),
    )  # fmt: skip
    action = say("Reach those who agreed to it now, the largest past sales first, with the list of this report.")
    return Conclusion(sentence, action, certain=True, n=len(soon))


def retention(loss: Any, months: DataFrame, *, window_days: int) -> Conclusion:
    """The purchase after which most are lost; the size is what one point more who buy again would bring in a year."""
    if loss.order_number is None or loss.n_eligible < FEW or loss.step_rate == 1:
        return Conclusion()
    values = {"number": loss.order_number, "n": loss.n_eligible, "rate": 1 - loss.step_rate, "days": window_days}
    sentence = say(
        "Most customers are lost after purchase {number:rank}: {rate:share} of {n:customers} did not buy again within"
        " {days:days}.",
        **values,
    )
    action = say("Test a step mail and an insert after purchase {number:rank} against a held-out group.", **values)
    size, basis = _one_point(loss, months)
    kpi = "f2_rate" if loss.order_number == 1 else ""
    return Conclusion(sentence, action, size, certain=True, n=loss.n_eligible, basis=basis, kpi=kpi)


def ltv(judged: DataFrame, months: list[int]) -> Conclusion:
    """Media that surely cost more than they bring, and by how much in a year; else those worth more budget."""
    paid = judged[judged["cost"] > 0]
    stop, scale = paid[paid["verdict"] == "stop"], paid[paid["verdict"] == "scale"]
    if len(stop) and months:
        over = ((stop["cpo"] - stop["limit_cpo"]) * stop["n_main"]).sum() * YEAR / len(months)
        sentence = say(
            "{n:count} of {all:count} media surely cost more than their customers bring in a year; {name:label} most of"
            " all.",
            n=len(stop), all=len(paid), name=_most(stop),
        )  # fmt: skip
        action = say("Cut their cost to what a customer may cost, or stop them.")
        basis = say(
            "what these media cost beyond the first year's gross profit of their customers, in {n:months}, taken to a"
            " year",
            n=len(months),
        )
        return Conclusion(sentence, action, float(over), certain=True, n=int(stop["n_customers"].sum()), basis=basis)
    if len(scale):
        sentence = say(
            "{n:count} of {all:count} media surely bring far more than they cost.", n=len(scale), all=len(paid)
        )
        action = say("Move budget there step by step, and watch the cost of the next customer.")
        return Conclusion(sentence, action, good=True, certain=True, n=int(scale["n_customers"].sum()))
    if paid.empty:
        return Conclusion()
    sentence = say(
        "Of {all:count} media with a cost none surely loses money, and none surely deserves more.", all=len(paid)
    )
    return Conclusion(sentence, say("Keep the budgets, and look again when more customers have been seen for a year."))


def basket(followed: DataFrame, *, window_days: int) -> Conclusion:
    """The next offer that is surely taken up most."""
    if followed.empty:
        return Conclusion()
    top = followed.sort_values(["follow_rate_low", "item_a"], ascending=[False, True]).iloc[0]
    values = {"a": top["item_a"], "b": top["item_b"], "rate": top["follow_rate"], "days": window_days,
              "median": top["median_days"], "n": int(top["n_could"])}  # fmt: skip
    if values["n"] < FEW:
        return Conclusion()
    sentence = say(
        "After “{a:label}” comes “{b:label}”: {rate:share} of {n:customers} added it within {days:days}.", **values
    )
    action = say(
        "Offer “{b:label}” to those who have “{a:label}” only, about {median:days} after, in an A/B test.", **values
    )
    return Conclusion(sentence, action, good=True, certain=True, n=values["n"])


def _called(found: Any, days: int) -> Conclusion:
    values = {"rate": found.rate_called, "other": found.rate_held_out, "n": found.n_called, "days": days}
    low, high = found.difference_interval.low, found.difference_interval.high
    if low > 0:
        sentence = say(
            "Calling brings customers back: {rate:share} of {n:customers} called bought within {days:days}, against"
            " {other:share} of those held out.",
            **values,
        )
        return Conclusion(
            sentence, say("Go on calling in the order of the list."), good=True, certain=True, n=found.n_called
        )
    if high < 0:
        sentence = say(
            "Calling does harm: {rate:share} of {n:customers} called bought within {days:days}, against"
            " {other:share} of those held out.",
            **values,
        )
        return Conclusion(sentence, say("Stop calling, and listen to the calls made."), certain=True, n=found.n_called)
    sentence = say(
        "Calling makes no clear difference: {rate:share} of {n:customers} called bought within {days:days},"
        " against {other:share} of those held out.",
        **values,
    )
    return Conclusion(
        sentence, say("Go on holding a fifth of the list out until the difference is clear."), n=found.n_called
    )


def _one_point(loss: Any, months: DataFrame) -> tuple[float | None, Sentence | None]:
    """One point more of those who reach the purchase in a year, at one repeat order each; nobody wins all back."""
    last = months[months["state"] == "observed"].tail(YEAR)
    orders = last["n_orders_repeat"].sum()
    if len(last) < YEAR or not orders or not loss.step_rate < 1:
        return None, None
    # share_lost is of all who bought once, the step rate of those who came so far
    reached = last["n_customers_new"].sum() * loss.share_lost / (1 - loss.step_rate)
    price = last["amount_repeat"].sum() / orders
    basis = say(
        "if 1 point more of the {n:customers} who reach it in a year bought once more, at the average repeat order of"
        " {price:money}",
        n=round(reached), price=price,
    )  # fmt: skip
    return float(reached * 0.01 * price), basis


def _most(stop: DataFrame) -> str:
    over = (stop["cpo"] - stop["limit_cpo"]) * stop["n_main"]
    return str(stop.loc[over.idxmax() if not pd.isna(over.max()) else stop.index[0], "media"])
