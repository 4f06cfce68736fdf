"""What an orders export tells about the shop itself: its currency, whether prices hold the tax, its time zone."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from crmlib.data.naming import listed
from crmlib.new.amounts import number
from crmlib.new.presets import tax_of

if TYPE_CHECKING:
    from crmlib.new.propose import Proposal

_OFFSET = re.compile(r"\d:\d\d[^ +-]* ?(?:(Z|UTC|GMT)|([+-]\d\d):?(\d\d)?)$")
# Places by the offsets that a year's times have there; where they tell several places, the date is the same in all.
_PLACES = {
    ("+0900",): "Asia/Tokyo", ("+0530",): "Asia/Kolkata", ("-0500", "-0400"): "America/New_York",
    ("-0600", "-0500"): "America/Chicago", ("-0700", "-0600"): "America/Denver",
    ("-0800", "-0700"): "America/Los_Angeles", ("+0000", "+0100"): "Europe/London",
    ("+0100", "+0200"): "Europe/Paris", ("+0200", "+0300"): "Europe/Athens", ("+1000", "+1100"): "Australia/Sydney",
    ("+1200", "+1300"): "Pacific/Auckland",
}  # fmt: skip
JAPAN = "Asia/Tokyo"
YEN = "JPY"
_JAPANESE = re.compile("[\u3041-\u30ff\u3400-\u9fff]")


def currency(orders: Proposal) -> tuple[str, list[str]]:
    """The currency of most orders, and a sentence where there are others; the preset's, else yen."""
    preset = orders.preset
    header = orders.look.name_of(preset.currency_column) if preset.currency_column else None
    found = {text: n for text, n in ((orders.look.values(header) or {}) if header else {}).items() if text}
    if not found:
        return (preset.currency, []) if preset.currency else _by_amounts(orders)
    main, *others = found
    told = f"orders in {listed(others)} are in the export too and would be added up as {main}: take them out of it."
    return main, [told] if others else []


def _by_amounts(orders: Proposal) -> tuple[str, list[str]]:
    """The yen where an amount says so or has no cents, else dollars, in which cents are kept; a sentence on it."""
    named = (orders.header_of(name) for name in ("line_amount", "unit_price", "order_amount"))
    texts = [text for header in named if header for text in orders.look.samples[header]]
    if any(re.search("[円¥￥]", text) for text in texts):
        return "JPY", []
    amounts = [amount for text in texts if (amount := number(text)) is not None]
    if any(amount % 1 for amount in amounts):
        told = "no column tells the currency, and amounts have cents, which the yen has not: it is taken for USD"
        return "USD", [f"{told}; change it where it is another."]
    return "JPY", ["no column tells the currency: it is taken for JPY, the yen; change it where it is another."]


def language(orders: Proposal, money: str) -> str:
    """The preset's language for a currency; without a preset, Japanese where a header holds a Japanese letter."""
    if orders.preset.name:
        return orders.preset.languages.get(money, orders.preset.languages.get("*", "ja"))
    return "ja" if any(_JAPANESE.search(name) for name in orders.look.header) else "en"


def timezone(orders: Proposal) -> tuple[str, list[str]]:
    """The zone in which the shop's dates are: the preset's, or by the offsets of its times; Japan's without any."""
    if orders.preset.timezone:
        return orders.preset.timezone, []
    header = orders.header_of("ordered_at")
    found = Counter(_offset(text) for (text,) in orders.look.rows(header)) if header else Counter()
    offsets = tuple(sorted((text for text in found if text), key=_minutes))
    if not offsets:
        return JAPAN, []
    if offsets in _PLACES:
        return _PLACES[offsets], []
    if len(offsets) == 1 and _minutes(offsets[0]) % 60 == 0:
        hours = -_minutes(offsets[0]) // 60
        return f"Etc/GMT{hours:+d}" if hours else "Etc/UTC", []
    return JAPAN, [
        f"the times have the offsets {listed(offsets)}: set timezone to the shop's, it is taken for Japan's."
    ]


def tax_basis(orders: Proposal) -> str:
    """Whether prices hold the tax: by the preset or the header, else by whether the order's total adds it."""
    names = orders.preset.tax_columns
    if not names and not orders.preset.name:
        money = next((h for n in ("line_amount", "unit_price", "order_amount") if (h := orders.header_of(n))), "")
        return tax_of(money)
    if not names:
        return orders.preset.tax_basis
    votes = Counter(_vote(cells) for cells in orders.look.rows(*names))
    included, excluded = votes["included"], votes["excluded"]
    if included and not excluded:
        return "included"
    return "excluded" if excluded and not included else "unknown"


def _vote(cells: tuple[str, ...]) -> str:
    try:
        subtotal, shipping, tax, total = (Decimal(cell) for cell in cells)
    except InvalidOperation:
        return ""
    if not tax:
        return ""
    sums = {subtotal + shipping: "included", subtotal + shipping + tax: "excluded"}
    return sums.get(total, "")


def _offset(text: str) -> str:
    found = _OFFSET.search(text)
    if found is None:
        return ""
    return "+0000" if found[1] else f"{found[2]}{found[3] or '00'}"


def _minutes(offset: str) -> int:
    size = int(offset[1:3]) * 60 + int(offset[3:])
    return -size if offset[0] == "-" else size
