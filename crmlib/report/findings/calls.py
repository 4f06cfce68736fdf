"""What the call list and the revivals say, in sentences."""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING, Any

from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame

STANDARD = 0.1  # a standardised difference beyond it is commonly taken for a difference


def listed(table: DataFrame, *, min_orders: int) -> Sentence:
    """How many are to be contacted and what they brought in a year, from the call table."""
    rows = table[table["step"] == "on_the_list"]
    if rows.empty:
        return _nobody(table, min_orders)
    action = int((rows["silence_zone"] == "zone_action").sum())
    return say(
        "Today's list holds {n:customers}, {action:count} of them in zone 2, where a contact comes in time; they bought"
        " for {amount:money} in the last 365 days.",
        n=len(rows), action=action, amount=rows["amount_year"].sum(),
    )  # fmt: skip


def _nobody(table: DataFrame, min_orders: int) -> Sentence:
    silent = table[~table["step"].isin(["few_orders", "other_zone"])]
    if silent.empty:
        return say("Nobody with {least:orders} or more is in the zones that are called.", least=min_orders)
    if (silent["step"] == "consent_not_known").all():
        return say(
            "Whom to contact cannot be told: of {n:customers} who fit by their orders nobody's consent is known. Add"
            " what customers agreed to (telephone, mail, LINE, post) to the customers' data.",
            n=len(silent),
        )  # fmt: skip
    return say(
        "Nobody can be contacted: of {n:customers} who fit by their orders, none has a channel that is allowed and is"
        " due.",
        n=len(silent),
    )  # fmt: skip


def left_out(table: DataFrame, *, told: bool) -> Sentence:
    """How many of those who fit by their orders may not be contacted, or whose consent nobody knows."""
    silent = table[~table["step"].isin(["few_orders", "other_zone"])]
    if not told:
        return say(
            "Whether these customers may be contacted cannot be told from the data: the table of customers is missing."
            " Check consent and refusals before anybody is called."
        )
    if silent.empty:
        return say("Nobody who fits by orders is left out for want of consent.")
    steps = silent["step"].value_counts()
    return say(
        "Of {n:customers} who fit by their orders, {refused:count} may be contacted by no channel or asked not to"
        " be, and of {unknown:count} consent is not known; these are not on the list.",
        n=len(silent), refused=int(steps.get("not_contactable", 0) + steps.get("asked_not_to_be_called", 0)),
        unknown=int(steps.get("consent_not_known", 0)),
    )  # fmt: skip


def paid(found: Any, *, days: int, told: bool = True) -> Sentence:
    """Whether calling brought customers back, and how sure that is; `told`: the data have contacts."""
    if not told:
        return say("Whether calling pays cannot be told from the data: the table of contacts is missing.")
    if not found.n_called:
        return say("Whether calling pays cannot be told yet: no contact with a dormant customer is {days:days} old.",
                   days=days)  # fmt: skip
    values = {"n": found.n_called, "rate": found.rate_called, "days": days}
    if found.basis == "untellable":
        return say(
            "Of {n:customers} contacted while dormant, {rate:share} bought again within {days:days}; how many would"
            " have come back without it cannot be told.",
            **values,
        )
    values |= {"other": found.rate_held_out, "m": found.n_held_out, "points": found.difference,
               "low": found.difference_interval.low, "high": found.difference_interval.high}  # fmt: skip
    return _held_out(values) if found.basis == "held_out" else _weak(values)


def _held_out(values: dict[str, Any]) -> Sentence:
    if values["low"] > 0:
        return say(
            "Calling brings dormant customers back: {rate:share} of {n:customers} on the list to be called bought"
            " within {days:days}, against {other:share} of {m:customers} held out; the difference lies between"
            " {low:points} and {high:points}.",
            **values,
        )
    if values["high"] < 0:
        return say(
            "Fewer came back of those called: {rate:share} of {n:customers} bought within {days:days}, against"
            " {other:share} of {m:customers} held out; the difference lies between {low:points} and {high:points}.",
            **values,
        )
    return say(
        "Whether calling brings dormant customers back cannot be told yet: {rate:share} of {n:customers} called bought"
        " within {days:days}, against {other:share} of {m:customers} held out; the difference lies between {low:points}"
        " and {high:points}.",
        **values,
    )


def _weak(values: dict[str, Any]) -> Sentence:
    return say(
        "{rate:share} of {n:customers} contacted while dormant bought within {days:days}; of customers as dormant on"
        " the same days whom nobody contacted, {other:share}. Nobody drew lots, so this is weak evidence: hold out a"
        " share of the next list.",
        **values,
    )


def best_case(revived: DataFrame, *, told: bool = True) -> Sentence:
    """The revived customer with the largest sales so far, by id; `told`: the data have contacts."""
    if not told:
        return say("Who came back after a contact cannot be told either.")
    if revived.empty:
        return say("No dormant customer has bought again after a contact so far.")
    top = revived.iloc[0]
    return say(
        "The best case is customer {id:id}: {silence:days} without an order, contacted on {day:date}, back on"
        " {back:date}, and sales of {amount:money} so far, {after:money} of them since the contact.",
        id=top["customer_id"], silence=int(top["recency_days"]), day=int(top["contacted_day"]),
        back=int(top["return_day"]), amount=top["amount"], after=top["amount_after"],
    )  # fmt: skip


def brought(found: Any) -> Sentence:
    """Customers and sales that calling brought beyond those who come back anyway."""
    if found.basis == "untellable":
        return say("What calling brought beyond those who come back anyway cannot be told: nobody was held out.")
    bounds = found.extra_interval
    values = {"n": round(found.extra_customers), "low": round(bounds.low), "high": round(bounds.high)}
    if found.amount_difference != found.amount_difference:
        return say(
            "That would be {n:customers} beyond those who come back anyway, between {low:count} and {high:count}.",
            **values,
        )
    total = found.n_called
    return say(
        "That is {n:customers} beyond those who come back anyway, between {low:count} and {high:count}, and sales of"
        " {amount:money}, between {least:money} and {most:money}.",
        **values, amount=found.amount_difference * total, least=found.amount_interval.low * total,
        most=found.amount_interval.high * total,
    )  # fmt: skip


def cost(costs: Any) -> Sentence:
    """What a revived customer costs beside a new one."""
    if costs.per_revived != costs.per_revived:
        return say("What a revival costs cannot be told: the cost of one contact is not given.")
    if costs.per_new != costs.per_new:
        return say(
            "A revived customer cost {cost:money}; what a new one costs cannot be told, for there is no cost of"
            " advertising.",
            cost=costs.per_revived,
        )  # fmt: skip
    if costs.per_extra == costs.per_extra:
        return say(
            "A revived customer cost {cost:money}; counting only those beyond who come back anyway, {extra:money}; a"
            " new one by advertising {new:money}.",
            cost=costs.per_revived, extra=costs.per_extra, new=costs.per_new,
        )  # fmt: skip
    return say(
        "A revived customer cost {cost:money}, a new one {new:money}: {times:ratio} times as much.",
        cost=costs.per_revived, new=costs.per_new, times=costs.new_per_revived,
    )  # fmt: skip


def cost_basis(given: float | None, contact_cost: float) -> Sentence:
    """Where the cost of one contact comes from: the client, our guess, or nowhere."""
    if contact_cost != contact_cost:
        return say("The cost of one contact is not known, so nothing that rests on it can be told.")
    if given is None:
        return say(
            "One contact is taken to cost {cost:money}, our assumption for a call; the client's own figure can replace"
            " it.",
            cost=contact_cost,
        )
    return say("One contact costs {cost:money}, as the client says.", cost=contact_cost)


def alert(passing: DataFrame) -> Sentence:
    """Who will pass the last threshold within the longest horizon."""
    if passing.empty or not passing["n_customers"].sum():
        return say("Nobody passes a threshold of silence in the days to come.")
    rows = passing[passing["horizon_days"] == passing["horizon_days"].max()]
    first, last = rows.iloc[0], rows.iloc[-1]
    return say(
        "Within {days:days}, {n:customers} become dormant ({first:days} without an order) and {m:customers} lapse"
        " ({last:days}), unless they order; they are easiest to keep now.",
        days=int(first["horizon_days"]), n=int(first["n_customers"]), first=int(first["threshold_days"]),
        m=int(last["n_customers"]), last=int(last["threshold_days"]),
    )  # fmt: skip


def method(
    *, as_of_day: int, min_orders: int, zone_days: Any, order_by: str, rest_days: int, told: bool
) -> Sentence:  # fmt: skip
    """The rule of the list, for the note that goes with it."""
    values = {"day": as_of_day, "least": min_orders, "first": int(zone_days[0]), "second": int(zone_days[1]),
              "rest": rest_days}  # fmt: skip
    if not told:
        return say(
            "As of {day:date}. {least:orders} or more; zones up to {first:days}, up to {second:days} and beyond; nobody"
            " contacted in the last {rest:days}. Consent is not known for anybody: check it before calling.",
            **values,
        )
    if order_by == "zone_first":
        return say(
            "As of {day:date}. {least:orders} or more, zone 2 first, then most orders, then the longest silence; zones"
            " up to {first:days}, up to {second:days} and beyond; only with consent, nobody contacted in the last"
            " {rest:days}.",
            **values,
        )
    return say(
        "As of {day:date}. {least:orders} or more, most orders first, then the longest silence; zones up to"
        " {first:days}, up to {second:days} and beyond; only with consent, nobody contacted in the last {rest:days}.",
        **values,
    )


def balanced(balance: DataFrame, *, basis: str) -> Sentence:
    """Whether both groups were alike on the day of the contact; drawn by lot, they differ by chance alone."""
    known = balance.dropna(subset=["standardised_difference"])
    if known.empty:
        return say("Nobody to compare with.")
    if basis == "held_out":
        return say("Who was held out was drawn by lot as recorded, so what differs here does so by chance.")
    widest = known.loc[known["standardised_difference"].abs().idxmax()]
    if abs(widest["standardised_difference"]) <= STANDARD:
        return say("Both groups were alike in recency, orders and sales on the day of the contact.")
    return say(
        "The groups were not alike: they differ most in “{measure:label}” (standardised difference {gap:ratio}).",
        measure=widest["balance_measure"], gap=widest["standardised_difference"],
    )  # fmt: skip


def by_zone(zones: DataFrame) -> Sentence:
    """Whether the share who order falls from zone 2 to zone 3, among those contacted; by the difference's interval."""
    rates = zones.dropna(subset=["revival_rate"]).set_index("silence_zone")
    if not {"zone_action", "zone_long"} <= set(rates.index):
        return say("Whether fewer order after a longer silence cannot be told: too few contacts in one of the zones.")
    action, late = rates.loc["zone_action"], rates.loc["zone_long"]
    points, low, high = _apart(action, late)
    values = {"action": action["revival_rate"], "late": late["revival_rate"], "low": low, "high": high,
              "points": points}  # fmt: skip
    if low > 0:
        return say(
            "Fewer order after a longer silence: {action:share} of those contacted in zone 2, {late:share} in zone 3;"
            " the difference lies between {low:points} and {high:points}. Those who come back anyway are among them.",
            **values,
        )
    return say(
        "Of those contacted in zone 2, {action:share} ordered, of those in zone 3 {late:share}; that fewer order after"
        " a longer silence is not clear from these figures (difference {points:points}, between {low:points} and"
        " {high:points}).",
        **values,
    )


def _apart(one: Any, other: Any) -> tuple[float, float, float]:
    """Difference of two shares with Newcombe's interval (method 10), made of their Wilson bounds."""
    points = one["revival_rate"] - other["revival_rate"]
    down = hypot(one["revival_rate"] - one["revival_rate_low"], other["revival_rate_high"] - other["revival_rate"])
    up = hypot(one["revival_rate_high"] - one["revival_rate"], other["revival_rate"] - other["revival_rate_low"])
    return points, points - down, points + up


def funnel_title(funnel: DataFrame) -> Sentence:
    """The message of the funnel."""
    n, total = int(funnel["n_customers"].iloc[-1]), int(funnel["n_customers"].iloc[0])
    if not total:
        return say("There is no counted order.")
    return say("Of {total:customers}, {n:count} are on the list", total=total, n=n)


def effect_title(found: Any) -> Sentence:
    """The message of the chart of both groups."""
    if found.basis == "untellable":
        return say("Revival rate of those contacted while dormant")
    if found.basis != "held_out":
        return say("Contacted and not contacted customers differ by {points:points}, but nobody drew lots",
                   points=found.difference)  # fmt: skip
    if found.difference_interval.low <= 0 <= found.difference_interval.high:
        return say("Called and held out do not differ clearly")
    if found.difference > 0:
        return say("Of those called, {points:points} more come back", points=found.difference)
    return say("Of those called, {points:points} fewer come back", points=-found.difference)


def channels_title(by_channel: DataFrame) -> Sentence:
    """The message of the chart of channels: that of the channel used most, as far as it has a rate."""
    rows = by_channel[by_channel["revival_rate"].notna()]
    if rows.empty:
        return say("Revival rate by channel")
    top = rows.sort_values(["n_windowed", "contact_channel"], ascending=[False, True]).iloc[0]
    return say(
        "“{channel:label}”: {rate:share} of {n:customers} contacted came back",
        channel=top["contact_channel"], rate=top["revival_rate"], n=top["n_windowed"],
    )  # fmt: skip


def faq_title(months: DataFrame) -> Sentence:
    """The message of the chart of inquiries: how many there were in the last whole month."""
    whole = months[months["state"] == "observed"]
    if whole.empty:
        return say("Inquiries by month")
    last = whole.iloc[-1]
    return say(
        "{n:count} inquiries in {month:month}, {settled:count} of them settled",
        n=last["n_inquiries"], month=last["month"], settled=last["n_resolved"],
    )  # fmt: skip


def faq(categories: DataFrame, *, told: bool = True) -> Sentence:
    """What is asked most, and how much of it is settled; `told`: the data have inquiries."""
    if not told:
        return say("What customers ask cannot be told from the data: the table of inquiries is missing.")
    if categories.empty:
        return say("No inquiry is recorded.")
    top = categories.iloc[0]
    return say(
        "{share:share} of {n:count} inquiries are about “{about:text}”; {settled:share} of these are settled. What is"
        " asked most belongs in the FAQ first.",
        share=top["share_inquiries"], n=int(categories["n_inquiries"].sum()), about=_name(top["inquiry_category"]),
        settled=top["resolved_share"],
    )  # fmt: skip


def _name(code: str) -> str:
    from crmlib import words

    return words.label(code)
