"""What a mapping of an export can tell and what not, in sentences."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from crmlib import words
from crmlib.words import N_, Sentence, say

# Columns of which one is enough: what cannot be told without any of them.
LOSES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("customer_id",), N_("every report: who bought is not known")),
    (("ordered_at", "order_date"), N_("every report: when it was bought is not known")),
    (("line_amount", "unit_price", "order_amount"), N_("every report: for how much is not known")),
    (("order_id",), N_("which lines are one order: each line counts as an order of its own")),
    (("product_id", "product_name"), N_("what is bought: baskets, first and last product, CPM of products")),
    (("status", "cancelled_at"), N_("which orders were cancelled or returned: all of them count")),
    (("subscription_id", "order_kind"), N_("which orders a subscription brought: continuation and churn by delivery")),
    (("acq_media",), N_("by which medium an order came: F2, LTV and payback by medium")),
    (("quantity",), N_("how many pieces a line has: one each")),
    (("discount_amount", "line_discount", "points_used"), N_("what was taken off: discounts and points")),
    (("refunded_amount",), N_("what was paid back")),
    (("shipping_fee", "fee", "line_type"), N_("what is shipping or a fee and no goods")),
    (("is_test", "is_staff"), N_("which orders are tests or the staff's own")),
)


def written(encodings: Sequence[str], delimiter: str, preset: str) -> Sentence | None:
    """How the file is written, and whose export it is."""
    if not encodings and not preset:
        return None
    named = {"\t": N_("tab"), ",": N_("comma"), ";": N_("semicolon")}
    values = {"encoding": ", ".join(encodings), "mark": words.translate(named[delimiter]) if delimiter in named
              else delimiter or "–"}  # fmt: skip
    if preset:
        return say(
            "Found: encoding {encoding:text}, separator {mark:text}; the header is that of {preset:text}.",
            preset=preset, **values,
        )  # fmt: skip
    return say("Found: encoding {encoding:text}, separator {mark:text}.", **values)


def told(lacking: Sequence[tuple[str, ...]], *, n_mapped: int, n_headers: int) -> list[Sentence]:
    """Whether the reports can be told with these columns; a sentence for each that is missing."""
    values = {"n": n_mapped, "all": n_headers}
    if not lacking:
        return [say("Every report that needs orders alone can be told: {n:count} columns are mapped, the file has"
                    " {all:count}.", **values)]  # fmt: skip
    either = words.translate(N_(" or "))
    return [
        say("No report can be told: nothing is mapped to {names:text}.", names=either.join(group)) for group in lacking
    ]


def codes(names: Sequence[str]) -> Sentence | None:
    """That a column of codes is read only once its values have a meaning."""
    if not names:
        return None
    return say(
        "What the values of {names:text} mean must be said too, under values of the client file; the door refuses a"
        " value that it does not know.",
        names=", ".join(names),
    )


def nothing_open() -> Sentence:
    """That no column is missing that an order can have and a report uses."""
    return say("Nothing that the reports take from orders is missing.")


def elsewhere(file: str) -> Sentence:
    """That the button changes columns only, not which file is read."""
    return say(
        "{file:text} is not the client's own source: the button writes the columns only; paste the lines below to read"
        " this file.",
        file=file,
    )


def untold(mapped: Collection[str]) -> list[tuple[str, str]]:
    """Of each group of columns without one that is mapped: their names, and what cannot be told."""
    either = words.translate(N_(" or "))
    return [(either.join(names), words.translate(lost)) for names, lost in LOSES if not {*names} & {*mapped}]
