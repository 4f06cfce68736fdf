"""Sheets of actions and of targets come back as people fill them in, in any language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from crmlib.shop import open_shop

if TYPE_CHECKING:
    from pathlib import Path

HEADERS = {
    "ja": ["施策ID", "起票日", "KPI", "気づき", "施策", "担当コード", "期限", "状況", "結果", "次の一手", "メモ"],
    "en": ["Action id", "Noted on", "KPI", "Finding", "Action", "Owner", "Due", "Status", "Result", "Next", "Memo"],
}
COLUMNS = ["action_id", "created", "kpi_id", "finding", "action", "owner", "due", "status", "result", "next"]
DONE = {"ja": {"完了": "done", "着手": "doing"}, "en": {"Done": "done", "Doing": "doing"}}


def save(path: Path, language: str, rows: list[list[Any]]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "log"
    for row in [["クライアント"], [], HEADERS[language], *rows]:
        sheet.append(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_sheet_of_actions_is_read_back(tmp_path: Path, make_client: Any, language: str) -> None:
    done, doing = DONE[language]
    save(tmp_path / "data" / "log" / "1.xlsx", language, [
        ["A1", "2024-01-05", "f2", "高い", "同梱物を変える", "S01", "2024-02-01", doing, None, None, "x"],
        ["A2", "2024-01-06", "f2", None, "鈴木様に090-1234-5678で\n電話", "鈴木一郎", None, None, None, None, None],
        ["A3", None, "sales", "低い", None, None, None, None, None, None, None],
        ["A4", "soon", "sales", None, "値引き", None, None, None, None, None, None],
    ])  # fmt: skip
    save(tmp_path / "data" / "log" / "2.xlsx", language, [
        ["A1", "2024-01-05", "f2", "高い", "同梱物を変える", "S01", "2024-02-01", done, "上がった", None, "y"],
        ["A2", "2024-01-06", "f2", None, "鈴木様に090-1234-5678で\n電話", "鈴木一郎", None, None, None, None, "z"],
    ])  # fmt: skip
    source = {"path": "data/log", "pattern": "*.xlsx", "sheet": "log", "header_row": "find",
              "columns": dict(zip(COLUMNS, HEADERS[language], strict=False)),
              "values": {"status": DONE[language]}}  # fmt: skip
    shop = open_shop(make_client({}, {"actions": source}), as_of="2024-01-31")
    ledger = shop.ledgers["actions"]
    assert {line.reason: line.rows for line in ledger.lines} == {
        "not_filled": 1, "bad_date": 1, "exact_duplicate": 1, "duplicate_id": 1,
    }  # fmt: skip
    found = shop.table("actions").sort_values("action_id")
    assert found[["action_id", "status", "created_day"]].values.tolist() == [
        ["A1", "done", 19727], ["A2", "unknown", 19728],
    ]  # fmt: skip
    assert found["owner"].fillna("").tolist() == ["S01", ""]
    assert found["action"].tolist() == ["同梱物を変える", "［氏名］様に［電話］で 電話"]


def test_a_sheet_of_targets_is_read_back(tmp_path: Path, make_client: Any) -> None:
    book = openpyxl.Workbook()
    for row in [
        ["目標"],
        ["KPI", "年月", "目標値", "メモ"],
        ["f2", "2024年4月", 0.35, "a"],
        ["f2", "2024-05", None, None],
    ]:
        book.active.append(row)
    (tmp_path / "data").mkdir()
    book.save(tmp_path / "data" / "t.xlsx")
    source = {"path": "data/t.xlsx", "header_row": "find",
              "columns": {"kpi_id": "KPI", "period": "年月", "target": "目標値", "note": "メモ"}}  # fmt: skip
    shop = open_shop(make_client({}, {"kpi_targets": source}), as_of="2024-01-31")
    assert shop.ledgers["kpi_targets"].rows("not_filled") == 1
    assert shop.table("kpi_targets")[["kpi_id", "month", "target"]].values.tolist() == [["f2", 2024 * 12 + 3, 0.35]]


HOSTILE = ("=cmd|' /C calc'!A0", "'); DROP TABLE sends; --", "a\nb", "１２３", "高橋 様", "\u202e\u200b", "x" * 2000)


@pytest.mark.sample(2)
@pytest.mark.parametrize("cell", HOSTILE)
def test_hostile_cells_leave_the_ledgers_balanced(make_client: Any, cell: str) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    files: dict[str, str | bytes] = {
        "p.csv": f"scenario_id,name,goal,population\nS1,{quoted},{quoted},{quoted}\n{quoted},x,y,z\n",
        "s.csv": f"message_id,customer_id,sent_at,opened_at\n{quoted},c1,2024-01-02,\n"
        f"M1,{quoted},2024-01-02,2024-01-03\n",
        "a.csv": f"created,action,owner,result\n2024-01-02,{quoted},{quoted},{quoted}\n",
    }
    sources = {"scenarios": {"path": "data/p.csv"}, "sends": {"path": "data/s.csv"}, "actions": {"path": "data/a.csv"}}
    shop = open_shop(make_client(files, sources), as_of="2024-01-31")
    assert all(ledger.balanced() for ledger in shop.ledgers.values())
    assert shop.ledgers["sends"].rows_used == 2
    for table in ("scenarios", "actions"):
        comments = shop.table(table)[["goal", "population"] if table == "scenarios" else ["action", "result"]]
        texts = [text for text in comments.to_numpy().ravel() if isinstance(text, str)]
        assert not any("\n" in text or "高橋" in text or len(text) > 500 for text in texts)
    # A cell of marks that nobody sees is blank.
    assert shop.table("actions")["owner"].fillna("").tolist() == ([] if "\u200b" in cell else [""])
