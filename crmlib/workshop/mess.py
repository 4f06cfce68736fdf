"""The messy variant of the export: the same orders after they went through hands and Excel.

What is changed is form only: title lines and a total, ids without their leading zeros, yen signs and full-width
digits, dates as Excel prints them, blanks behind words. Who cleans it finds the figures of the clean one.
"""

from __future__ import annotations

import random

ID, DAY, STATUS, TOTAL, ORDER = "会員ID", "受注日", "対応状況", "支払合計", "注文番号"
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_SHARES = {"id": 0.45, "day": 0.3, "status": 0.15, "sign": 0.35, "wide": 0.03}


def messy(rows: list[list[str]], *, seed: int, drawn: str) -> list[list[str]]:
    """The rows with their header below two title lines, and a total of all lines at the end."""
    header, *body = rows
    places = {name: header.index(name) for name in (ID, DAY, STATUS, TOTAL, ORDER)}
    rng = random.Random(seed)  # noqa: S311 - for mess, not for secrets
    # Excel loses the zeros of the file that somebody opened and saved: the older part, order by order.
    old = int(len(body) * _SHARES["id"])
    changed = [_row(row, places, rng, resaved=number < old) for number, row in enumerate(body)]
    title = [["受注明細一覧　結ノ葉堂"], [f"出力日：{drawn}　出力者：受注管理"], []]
    return [*title, header, *changed, _total(header, body, places)]


def _row(row: list[str], places: dict[str, int], rng: random.Random, *, resaved: bool) -> list[str]:
    found = list(row)
    cell = {name: row[place] for name, place in places.items()}
    if resaved:
        found[places[ID]] = cell[ID].lstrip("0")
        found[places[DAY]] = _excel_date(cell[DAY])
    if rng.random() < _SHARES["status"]:
        found[places[STATUS]] = cell[STATUS] + "　"
    # All lines of an order repeat its total in the same form, so that equal rows stay equal.
    turn = random.Random(cell[ORDER]).random()  # noqa: S311
    found[places[TOTAL]] = _amount(cell[TOTAL], turn)
    return found


def _excel_date(text: str) -> str:
    """2025/04/01 09:05:00 as Excel prints it: 2025/4/1 9:05."""
    day, _, clock = text.partition(" ")
    parts = day.split("/")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return text
    return f"{int(parts[0])}/{int(parts[1])}/{int(parts[2])} {clock[:5].removeprefix('0')}"


def _amount(text: str, turn: float) -> str:
    if not text.lstrip("-").isdigit():
        return text
    if turn < _SHARES["wide"]:
        return text.translate(_WIDE)
    return f"￥{int(text):,}" if turn < _SHARES["sign"] else text


def _total(header: list[str], body: list[list[str]], places: dict[str, int]) -> list[str]:
    amounts = [int(row[places[TOTAL]]) for row in body if row[places[TOTAL]].lstrip("-").isdigit()]
    row = [""] * len(header)
    row[places[ORDER]], row[places[TOTAL]] = "合計", f"{sum(amounts):,}"
    return row
