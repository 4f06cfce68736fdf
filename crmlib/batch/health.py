"""The health of an export as `crm check` tells it: findings, what they do to the numbers, keys that settle them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from crmlib import words
from crmlib.words import N_, Sentence, say

if TYPE_CHECKING:
    from crmlib.shop import Shop

# Names of columns have no other name in any language.
_COLUMNS = {name: name for name in ("channel", "order_amount", "line_amount")}
# Rows without a customer are told from this share on.
GUESTS = 0.01
_WIDTH = 10_000

_SAID = {
    "exact_duplicate": N_("The same as an earlier row in every cell: {n_rows:rows} of {n_orders:orders}, left out."),
    "customer_conflict": N_("Several customers under one order number: {n_orders:orders} ({n_rows:rows}), left out. "
                            "Where several shops share numbers, map the shop as {channel:text}."),
    "order_dates": N_("Several days under one order number: {n_orders:orders} ({n_rows:rows}); each counts once, on "
                      "its first day. Where several shops share numbers, map the shop as {channel:text}."),
    "below_zero": N_("Below zero: {n_rows:rows} of {n_customers:customers}, {amount:money} in all, left out; the sales "
                     "that they take back still count."),
    "below_zero_counted": N_("Below zero: {n_rows:rows} of {n_customers:customers}, {amount:money} in all, counted."),
    "placeholder": N_("Nothing but nines for an amount: {n_rows:rows} of {n_customers:customers}, {amount:money} in "
                      "all; these are no prices."),
    "future": N_("Dated after the file was made: {n_rows:rows} of {n_customers:customers}, {amount:money} in all."),
    "test_product": N_("A product that is called a test: {n_rows:rows} of {n_customers:customers}, {amount:money} in "
                       "all, counted as sales."),
    "test_customer": N_("A customer key that is called a test: {n_rows:rows} of {n_customers:customers}, "
                        "{amount:money} in all, counted as sales."),
    "one_yen": N_("Orders of one yen, perhaps tests: {n_orders:orders} of {n_customers:customers}."),
    "same_basket": N_("The same customer, day and amount as another order, perhaps entered twice: {n_orders:orders} "
                      "of {n_customers:customers}, {amount:money} in all. Merged they are one purchase of both "
                      "amounts; what was entered twice must leave the export itself."),
    "repeated_total": N_("The same amount on every line of an order: {same:count} of {orders:orders} with several "
                         "products, and what a product costs changes from order to order. The column is the order's "
                         "total, counted once a line: map it as {order_amount:text}, in place of {column:text}."),
    "lines_as_total": N_("Another amount on each line of an order: {n_orders:orders} of {orders:count} with several "
                         "lines; only the first line counts. The column is the line's amount: map it as "
                         "{line_amount:text}, in place of {order_amount:text}."),
    "changed_unit": N_("{month:month}: {products:count} of {of:count} products compared cost {factor:ratio} times what "
                       "they cost the month before. Prices without tax, or in another unit, until then? No key changes "
                       "amounts; ask for an export in one unit."),
    "no_customer": N_("No customer: {n_rows:rows}, {share:share} of what would count, left out; most in {month:month} "
                      "({most:share})."),
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """A sentence, what changes in the numbers (None where nothing can be said), lines to paste (or none).

    `counted`: whether the rows that it touches are in the numbers now.
    """

    code: str
    said: Sentence
    change: Sentence | None
    paste: dict[str, Any]
    counted: bool = True


def findings(shop: Shop) -> list[Finding]:
    """Holes and parts that stop first, then what is counted and should not be, then what is left out; largest first."""
    from crmlib.analysis import coverage
    from crmlib.analysis.aggregates.coverage import daily_counts

    if not shop.has("orders"):
        return []
    daily = daily_counts(shop.orders, shop.order_items)
    months = coverage.months(daily, as_of_day=shop.as_of_day)
    now = _now(shop, daily)
    rows = sorted(shop.health["findings"], key=lambda one: (not one["counted"], -abs(one["d_amount"])))
    told = [told for one in rows if (told := _of_rows(shop, one, now))]
    return [*_holes(months), *_stopped(shop, months), *told, *_ages(shop)]


def _now(shop: Shop, daily: Any) -> dict[str, int]:
    customers = shop.orders.aggregate("count(DISTINCT customer_id)").fetchall()[0][0]
    return {"orders": int(daily["n_orders"].sum()), "customers": int(customers), "amount": int(daily["amount"].sum())}


def _holes(months: Any) -> Iterator[Finding]:
    """Months on end are one hole."""
    found = months[months["month_verdict"].isin(["empty", "far_below"])]
    for _, run in found.groupby((found["month"].diff() != 1).cumsum()):
        first, last, n = int(run["month"].min()), int(run["month"].max()), int(run["n_orders"].sum())
        usual = round(run["n_neighbours"].median())
        if first == last:
            said = say(
                "{month:month} has {n:orders}, the months around it about {usual:orders}: ask whether the export is "
                "complete before any trend is believed.",
                month=first, n=n, usual=usual,
            )  # fmt: skip
        else:
            said = say(
                "{month:month} to {last:month} have {n:orders} in {months:months}, the months around them about "
                "{usual:orders} each: ask whether the export is complete before any trend is believed.",
                month=first, last=last, n=n, months=len(run), usual=usual,
            )  # fmt: skip
        yield Finding("hole", said, None, {})


def _stopped(shop: Shop, months: Any) -> Iterator[Finding]:
    import pandas as pd

    from crmlib.analysis import health

    parts = pd.DataFrame(shop.health["parts"], columns=["part_of", "part", "month", "n_orders", "amount"])
    for row in health.sudden_zero(parts, months).itertuples():
        part = words.label(row.part) if row.part_of == "order_kind" else str(row.part)
        said = say(
            "{part_of:text} “{part:text}” has no order in {months:months} from {month:month} on, after about "
            "{usual:orders} and {amount:money} a month: did it end, has it another name since, or is it missing?",
            part_of=_part_of(row.part_of), part=part[:40], months=int(row.n_months), month=int(row.month),
            usual=int(row.n_usual), amount=int(row.amount),
        )  # fmt: skip
        yield Finding("stopped", said, None, {})


def _part_of(name: str) -> str:
    return words.translate(N_("Sales channel")) if name == "channel" else words.label(name)


def _of_rows(shop: Shop, one: dict[str, Any], now: dict[str, int]) -> Finding | None:
    code, facts = one["check"], one["facts"]
    values = {**one, **facts, **_COLUMNS}
    keys = paste(code, facts)
    if code == "no_customer":
        guests = _guests(shop)
        if guests is None:
            return None
        values |= guests
        # Mail addresses join orders alone: other tables know the customers by the key that they have now.
        if facts.get("instead") and len(shop.client.sources) == 1:
            keys = _orders({"columns": {"customer_id": facts["instead"]}})
    said = say(_SAID[code], **{name: values[name] for name, _ in words.placeholders(_SAID[code])})
    return Finding(code, said, _change(one, now), keys, one["counted"])


def _guests(shop: Shop) -> dict[str, Any] | None:
    import pandas as pd

    from crmlib.analysis import health

    table = health.guests(pd.DataFrame(shop.health["months"], columns=["month", "n_rows", "n_guests"]))
    share = table["n_guests"].sum() / max(int(table["n_rows"].sum()), 1)
    if share < GUESTS:
        return None
    top = table.sort_values("share", ascending=False, kind="stable").iloc[0]
    return {"share": float(share), "month": int(top["month"]), "most": float(top["share"])}


def _change(one: dict[str, Any], now: dict[str, int]) -> Sentence | None:
    then = {name: now[name] + one[f"d_{name}"] for name in now}
    if then == now:
        return None
    told = {f"{name}_then": n for name, n in then.items()} | now
    told |= {name: words.text(n, "money") for name, n in told.items() if name.startswith("amount")}
    if one["check"] in ("repeated_total", "lines_as_total", "changed_unit"):
        return say("Settled: sales {amount:text} → {amount_then:text}.", **_only(told, "amount"))
    if one["counted"]:
        return say("Without them: orders {orders:count} → {orders_then:count}, customers {customers:count} → "
                   "{customers_then:count}, sales {amount:text} → {amount_then:text}.", **told)  # fmt: skip
    return say("With them: orders {orders:count} → {orders_then:count}, customers {customers:count} → "
               "{customers_then:count}, sales {amount:text} → {amount_then:text}.", **told)  # fmt: skip


def _only(told: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in told.items() if key.startswith(name)}


def _ages(shop: Shop) -> Iterator[Finding]:
    from crmlib.analysis import health

    n = health.odd_ages(shop.table("customers"), year=shop.as_of.year) if shop.has("customers") else 0
    if n:
        said = say(
            "More than 110 years old by the year of birth, or less than 5: {n:customers}; their ages are not theirs.",
            n=n,
        )
        yield Finding("odd_age", said, None, {})


def paste(code: str, facts: dict[str, Any]) -> dict[str, Any]:
    """The keys of the client file that settle a finding; nothing where none does, or the export lacks the column."""
    header, cells = facts.get("header"), facts.get("cells", [])
    policies = {
        "exact_duplicate": {"exact_duplicates": "keep"},
        "below_zero": {"returned": "keep", "negative": "keep"},
        "below_zero_counted": {"negative": "leave_out"},
        "same_basket": {"same_day": "merge"},
    }
    if code in policies:
        return {"policy": policies[code]}
    if code == "future":
        return {"as_of": facts["made"]}
    if code == "placeholder" and cells:
        return _orders({"blank": cells})
    if code in ("test_product", "one_yen") and header:
        named = {**dict.fromkeys(cells or ["1"], "true"), "*": "false"}
        return _orders({"columns": {"is_test": header}, "values": {"is_test": named}})
    if code == "repeated_total":
        return _orders({"columns": {"order_amount": header}})
    if code == "lines_as_total":
        return _orders({"columns": {"line_amount": header}})
    return {}


def _orders(keys: dict[str, Any]) -> dict[str, Any]:
    return {"sources": {"orders": keys}}


def health_lines(shop: Shop) -> list[str]:
    """The part of `crm check` that tells the health of the export, in the current language."""
    head = words.translate(N_("Health of the export (nothing is changed by itself)"))
    found = findings(shop)
    if not found:
        return [head, "  " + words.translate(N_("Nothing looks wrong."))] if shop.has("orders") else []
    return [head, *(line for number, one in enumerate(found, 1) for line in _told(number, one))]


def _told(number: int, one: Finding) -> list[str]:
    change = [f"     {one.change.text()}"] if one.change else []
    pasted = yaml.safe_dump(one.paste, allow_unicode=True, sort_keys=False, width=_WIDTH) if one.paste else ""
    keys = [f"       {line}" for line in pasted.splitlines()]
    lead = N_("To settle it, in the client file:") if one.counted else N_("To count them, in the client file:")
    if one.code == "no_customer":
        lead = N_("To know all customers by their mail address instead, in the client file:")
    head = [f"     {words.translate(lead)}"] if keys else []
    return [f"  {number}. {one.said.text()}", *change, *head, *keys]
