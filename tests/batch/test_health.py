"""What `crm check` says of an export's health, and that the lines it gives to paste settle what they are given for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from crmlib import words
from crmlib.batch.health import _COLUMNS, _SAID, findings, health_lines
from crmlib.shop import open_shop

HEAD = "order_id,customer_id,order_date,product_name,line_amount\n"
CLEAN = [f"{i},C{i % 40},2024-{1 + i // 10:02d}-{1 + i % 10 * 2:02d},Soap,{900 + i % 7 * 100}" for i in range(120)]
PLANTED = {
    "placeholder": "x1,C1,2024-02-03,Soap,9999999",
    "test_product": "x1,C1,2024-02-03,テスト商品,1000",
    "one_yen": "x1,C1,2024-02-03,Soap,1",
    "below_zero": "x1,C1,2024-02-03,Soap,-900",
    "exact_duplicate": CLEAN[3],
}


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    words.speak("en")
    yield
    words.speak("en")


def client_of(folder: Path, rows: list[str], **keys: Any) -> Path:
    (folder / "parameters").mkdir(exist_ok=True)
    (folder / "o.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    client = folder / "parameters" / "acme.yml"
    sources = {"orders": {"path": "o.csv", "columns": {name: name for name in HEAD.strip().split(",")}}}
    client.write_text(yaml.safe_dump(merged({"name": "acme", "sources": sources}, keys)), encoding="utf-8")
    return client


def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    both = {name: merged(old[name], new[name]) for name in old.keys() & new.keys() if isinstance(new[name], dict)}
    return {**old, **new, **both}


def test_a_clean_export_is_said_to_be_clean(tmp_path: Path) -> None:
    assert health_lines(open_shop(client_of(tmp_path, CLEAN))) == [
        "Health of the export (nothing is changed by itself)", "  Nothing looks wrong.",
    ]  # fmt: skip


@pytest.mark.parametrize("code", PLANTED)
@pytest.mark.sample(3)
def test_the_lines_to_paste_settle_the_finding(tmp_path: Path, code: str) -> None:
    (found,) = findings(open_shop(client_of(tmp_path, [*CLEAN, PLANTED[code]])))
    assert found.code == code
    shop = open_shop(client_of(tmp_path, [*CLEAN, PLANTED[code]], **found.paste))
    assert [one.code for one in findings(shop) if one.code == code] == []
    n_more = shop.table("orders").shape[0] - len(CLEAN)
    assert n_more == (code == "below_zero")


def test_findings_are_told_with_numbers_and_keys(tmp_path: Path) -> None:
    rows = [row for row in CLEAN if not row.split(",")[2].startswith("2024-06")]
    rows += ["x1,C99,2024-02-03,Soap,9999999", CLEAN[3]]
    text = health_lines(open_shop(client_of(tmp_path, rows)))
    sold = sum(int(row.rpartition(",")[2]) for row in rows[:110])
    hole, *rest = text[1:]
    assert hole == (
        "  1. June 2024 has 0 orders, the months around it about 10 orders: ask whether the export is complete before "
        "any trend is believed."
    )
    assert rest == [
        "  2. Nothing but nines for an amount: 1 row of 1 customer, ¥9,999,999 in all; these are no prices.",
        f"     Without them: orders 111 → 110, customers 41 → 40, sales {sold + 9_999_999:,} → {sold:,}.",
        "     To settle it, in the client file:", "       sources:", "         orders:", "           blank:",
        "           - '9999999'",
        "  3. The same as an earlier row in every cell: 1 row of 1 order, left out.",
        f"     With them: orders 111 → 111, customers 41 → 41, sales {sold + 9_999_999:,} → {sold + 10_001_199:,}.",
        "     To count them, in the client file:", "       policy:", "         exact_duplicates: keep",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_sentence_can_be_said_in_both_languages(language: str) -> None:
    words.speak(language)
    counts = {"n_rows": 3, "n_orders": 2, "n_customers": 2, "amount": 900, "same": 9, "orders": 9, "products": 4}
    values = {
        **counts,
        **_COLUMNS,
        "of": 5,
        "month": 24291,
        "column": "unit_price",
        "factor": 1.1,
        "share": 0.1,
        "most": 0.2,
    }
    said = [words.say(template, **values).text() for template in _SAID.values()]
    assert len(set(said)) == len(_SAID)
    assert (language == "ja") == all("。" in text or "件" in text for text in said)


def test_holes_on_end_are_one_finding_and_a_medium_that_stops_is_another(tmp_path: Path) -> None:
    rows = [
        f"{y}-{m}-{i},C{i},20{y}-{m:02d}-{2 * i + 1:02d},{'TV' if (y, m) < (24, 7) else 'Web'},{600 + i}"
        for y in (23, 24) for m in range(1, 13) for i in range(14) if not (y == 23 and 3 <= m <= 5)
    ]  # fmt: skip
    client = client_of(tmp_path, CLEAN)
    (tmp_path / "o.csv").write_text("order_id,customer_id,order_date,acq_media,line_amount\n" + "\n".join(rows) + "\n")
    client.write_text("name: acme\nsources: {orders: {path: o.csv}}\n", encoding="utf-8")
    hole, stop = [one.said.text() for one in findings(open_shop(client))]
    assert hole.startswith(
        "March 2023 to May 2023 have 0 orders in 3 months, the months around them about 14 orders each:"
    )
    assert stop.partition(",")[0].endswith(" “TV” has no order in 5 months from July 2024 on")
    assert "after about 14 orders and ¥8,491 a month:" in stop
