"""Kinds of values: how each is written in a sentence, in a header and on a sheet."""

from __future__ import annotations

from dataclasses import dataclass


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "mark, do not translate yet"
    """Mark a literal for extraction."""
    return message


@dataclass(frozen=True)
class Kind:
    """How a value is written: form, unit in a header, decimals, number format on a sheet, singular and plural."""

    form: str = "number"
    unit: str = ""
    decimals: int = 0
    sheet: str = "#,##0"
    one: str = ""
    many: str = ""


KINDS: dict[str, Kind] = {
    "customers": Kind(unit=N_("customers"), one=N_("{n} customer"), many=N_("{n} customers")),
    "orders": Kind(unit=N_("orders"), one=N_("{n} order"), many=N_("{n} orders")),
    "purchases": Kind(unit=N_("times"), decimals=1, sheet="#,##0.0", one=N_("{n} time"), many=N_("{n} times")),
    "responses": Kind(unit=N_("responses"), one=N_("{n} response"), many=N_("{n} responses")),
    "contracts": Kind(unit=N_("contracts"), one=N_("{n} contract"), many=N_("{n} contracts")),
    "rows": Kind(unit=N_("rows"), one=N_("{n} row"), many=N_("{n} rows")),
    "count": Kind(),
    "rank": Kind(),
    "score": Kind(),
    "number": Kind(decimals=1, sheet="#,##0.0"),
    "days": Kind(unit=N_("days"), one=N_("{n} day"), many=N_("{n} days")),
    "average_days": Kind(unit=N_("days"), decimals=1, sheet="#,##0.0", one=N_("{n} day"), many=N_("{n} days")),
    "months": Kind(unit=N_("months"), one=N_("{n} month"), many=N_("{n} months")),
    "share": Kind(form="share", decimals=1, sheet="#,##0.0%"),
    "change": Kind(form="change", decimals=1, sheet="+#,##0.0%;-#,##0.0%;0.0%"),
    "signed_share": Kind(form="signed_share", decimals=1, sheet="+#,##0.0;-#,##0.0;0.0"),
    "points": Kind(
        form="points", unit=N_("pt"), decimals=1, sheet="#,##0.0", one=N_("{n} points"), many=N_("{n} points")
    ),
    "signed_points": Kind(form="signed", unit=N_("pt"), decimals=1, sheet="+#,##0.0;-#,##0.0;0.0"),
    "signed_number": Kind(form="signed", decimals=2, sheet="+#,##0.00;-#,##0.00;0.00"),
    "nps": Kind(form="signed", decimals=1, sheet="+#,##0.0;-#,##0.0;0.0"),
    "ratio": Kind(decimals=2, sheet="#,##0.00"),
    "pvalue": Kind(form="pvalue", decimals=3, sheet='[<0.001]"<0.001";0.000'),
    "money": Kind(form="money"),
    # A column whose rows are of different kinds, and one of their differences; the row says which (`words.row_kind`).
    "measure": Kind(decimals=1, sheet="#,##0.0"),
    "measure_change": Kind(decimals=1, sheet="#,##0.0"),
    "date": Kind(form="date", sheet="yyyy-mm-dd"),
    "month": Kind(form="month", sheet="yyyy-mm"),
    "id": Kind(form="text", sheet="@"),
    "text": Kind(form="text", sheet="@"),
    "label": Kind(form="label", sheet="@"),
    "state": Kind(form="label", sheet="@"),
}
