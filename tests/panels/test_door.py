"""The door's mapping: what the file holds without anybody's data, what is missing, and the lines in the client file."""

from __future__ import annotations

import re
from html import unescape
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from crmlib import panels, words
from crmlib.client import load_client
from crmlib.data.tables import INPUTS, REQUIRED
from crmlib.new.presets import aliases
from crmlib.new.propose import propose
from crmlib.panels import door, frame

HEADER = "注文番号,会員ID,受注日,氏名,メールアドレス,金額,状況,メモ<b>"
ROWS = [
    "A1,501,2024-01-05,山田 花子,hanako@example.jp,3000,発送済み,090-1234-5678",
    "A2,502,2024-01-06,鈴木 一郎,ichiro@example.jp,5000,キャンセル,",
    "A3,503,2024-01-07,佐藤 美咲,misaki@example.jp,7000,発送済み,",
]
CLIENT = """name: acme      # the shop
sources:
  orders:
    path: orders.csv
    columns:
      order_id: 注文番号
      customer_id: 会員ID   # agreed on
      order_date: 受注日
      order_amount: 金額
    values:
      status: {発送済み: shipped}
formats: [html]
"""


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    """A client whose export is a small cp932 file."""
    (tmp_path / "orders.csv").write_bytes("\r\n".join([HEADER, *ROWS, ""]).encode("cp932"))
    text = CLIENT.replace("    values:\n      status: {発送済み: shipped}\n", "")
    (tmp_path / "acme.yml").write_text(text, encoding="utf-8")
    return SimpleNamespace(client=load_client(tmp_path / "acme.yml"))


def page(shop: Any, shown: list[Any], **more: Any) -> str:
    panels.door.mapping(shop, **more)
    return shown[-1].data


def test_before_the_export_can_be_read_the_client_file_is_enough(shop: Any, shown: list[Any]) -> None:
    whole = page(shop, shown)
    assert page(shop.client, shown, language="en") == whole
    assert page(shop.client, shown, language="ja") != whole


def boxes(desk: Any) -> dict[str, Any]:
    """The lists by canonical column."""
    rows = [child for child in desk.children[1].children[0].children if type(child).__name__ == "HBox"]
    lists = [box for row in rows for box in row.children if type(box).__name__ == "Dropdown"]
    return {re.findall(r"[(（](\w+)[)）]", box.description)[0]: box for box in lists}


def to_paste(html: str) -> Any:
    """What the lines to paste say; there is one block of them."""
    (block,) = re.findall(r"<pre>(.*?)</pre>", html, re.DOTALL)
    return yaml.safe_load(unescape(block))["sources"]["orders"]


def inner(desk: Any) -> Any:
    return desk.children[1].children[0]


def html_of(desk: Any) -> str:
    (output,) = [child for child in inner(desk).children if type(child).__name__ == "Output"]
    return output.outputs[0]["data"]["text/html"]


def sentences(html: str) -> list[str]:
    return re.findall(r'<p role="status">(.*?)</p>', unescape(html))


def press(desk: Any) -> str:
    (button,) = [child for child in inner(desk).children if type(child).__name__ == "Button"]
    button.click()
    return inner(desk).children[-1].value


def test_headless_it_shows_the_mapping_as_it_stands(shop: Any, shown: list[Any]) -> None:
    html = page(shop, shown)
    said = sentences(html)
    assert said[0] == "Found: encoding cp932, separator comma."
    assert said[1] == "Every report that needs orders alone can be told: 4 columns are mapped, the file has 8."
    assert "<td>受注日</td><td>2024-01-05, 2024-01-06, 2024-01-07</td><td>order_date</td>" in html
    assert "which orders were cancelled or returned: all of them count" in html
    assert "      order_id: 注文番号" in html


MORE = """    date_format: ["%Y-%m-%d", "%Y/%m/%d"]
    customer_key: personal
    encoding: cp932
    values:
      status: {発送済み: shipped, "no": cancelled, "*": pending}
formats:"""


def test_the_lines_hold_all_that_the_source_says(shop: Any, shown: list[Any], tmp_path: Path) -> None:
    text = shop.client.path.read_text(encoding="utf-8").replace("formats:", MORE.replace("shipped", "valid"))
    shop.client.path.write_text(
        text.replace("      order_date", "      status: 状況\n      order_date"), encoding="utf-8"
    )
    shop.client = load_client(shop.client.path)
    source = to_paste(page(shop, shown))
    assert source == yaml.safe_load(shop.client.path.read_text(encoding="utf-8"))["sources"]["orders"]
    # Of another file what a value means and whose keys are personal goes on; how it is written is its own.
    (tmp_path / "new.csv").write_text(HEADER + "\n" + ROWS[1], encoding="utf-8")
    other = to_paste(page(shop, shown, path=str(tmp_path / "new.csv")))
    assert other["values"] == source["values"]
    assert (other["date_format"], other["customer_key"]) == (source["date_format"], "personal")
    assert "encoding" not in other


@pytest.mark.parametrize(
    ("language", "label"), [("en", "Customer id (customer_id)"), ("ja", "顧客番号（customer_id）")]
)
def test_lists_are_labelled_and_stand_in_their_sets(shop: Any, shown: list[Any], language: str, label: str) -> None:
    words.speak(language, "JPY")
    panels.door.mapping(shop, desk=True)
    rows = [child for child in inner(shown[-1]).children if type(child).__name__ == "HBox"]
    named = [re.findall(r"[(（](\w+)[)）]", " ".join(box.description for box in row.children[1:])) for row in rows]
    assert named[:3] == [[*group] for group in REQUIRED["orders"]]
    assert boxes(shown[-1])["customer_id"].description == label
    assert [*boxes(shown[-1])] == [*dict.fromkeys([*chain(*named[:3]), *INPUTS["orders"]])]
    assert len({row.children[0].value for row in rows}) == 4


def test_nothing_of_a_person_is_shown(shop: Any, shown: list[Any]) -> None:
    html = page(shop, shown)
    for private in ("山田", "花子", "hanako", "example.jp", "1234-5678", "鈴木", "美咲"):
        assert private not in html
    assert "999-9999-9999" in html
    assert "メモ&lt;b&gt;" in html
    assert "メモ<b>" not in html
    assert door.masked("山田さんへ", "備考", []) == "aaaaa"
    assert door.masked("一般", "会員区分", []) == "一般"
    for header in (
        "お届け先",
        "郵便番号",
        "Shipping Street",
        "生年月日",
        "お問い合わせ内容",
        "カード番号",
        "名入れ文字",
    ):
        assert "東" not in door.masked("東京都港区", header, [])
    for header in ("配送業者", "商品コード", "支払方法", "Financial Status", "都道府県"):
        assert door.masked("東京都港区", header, []) == "東京都港区"


def test_a_key_that_is_replaced_is_shown_by_its_shape(shop: Any, shown: list[Any]) -> None:
    text = shop.client.path.read_text(encoding="utf-8").replace(
        "    columns:", "    customer_key: personal\n    columns:"
    )
    shop.client.path.write_text(text, encoding="utf-8")
    html = page(SimpleNamespace(client=load_client(shop.client.path)), shown)
    assert "<td>会員ID</td><td>999, 999, 999</td>" in html
    assert "501" not in html


def test_no_shape_is_taken_for_a_mail_address(shop: Any, shown: list[Any]) -> None:
    assert "aaaaaa[at]aaaaaaa.aa" in page(shop, shown)


def test_a_column_taken_away_says_what_can_no_longer_be_told(shop: Any, shown: list[Any]) -> None:
    panels.door.mapping(shop, desk=True)
    desk = shown[-1]
    boxes(desk)["customer_id"].value = ""
    assert "No report can be told: nothing is mapped to customer_id." in sentences(html_of(desk))
    assert "every report: who bought is not known" in html_of(desk)
    boxes(desk)["status"].value = "状況"
    assert "all of them count" not in html_of(desk)
    assert any("What the values of status mean must be said too" in said for said in sentences(html_of(desk)))


def test_the_button_writes_the_columns_and_keeps_every_other_byte(shop: Any, shown: list[Any]) -> None:
    panels.door.mapping(shop, desk=True)
    desk, before = shown[-1], shop.client.path.read_text(encoding="utf-8")
    boxes(desk)["status"].value = "状況"
    boxes(desk)["order_id"].value = ""
    told = press(desk)
    assert '<p role="status">Written to acme.yml' in told
    after = shop.client.path.read_text(encoding="utf-8")
    assert after == before.replace("      order_id: 注文番号\n", "").replace(
        "      order_amount: 金額\n", "      order_amount: 金額\n      status: 状況\n"
    )
    assert load_client(shop.client.path).sources["orders"].columns["status"] == "状況"
    assert "acme.yml says so already" in press(desk)


def test_another_file_is_mapped_by_the_names_of_its_columns(shop: Any, shown: list[Any], tmp_path: Path) -> None:
    other = tmp_path / "new.csv"
    other.write_text("注文番号,会員ID,受注日,商品名,単価,数量\nB1,7,2024-02-01,ジェル,3000,1\n", encoding="utf-8")
    panels.door.mapping(shop, desk=True)
    desk = shown[-1]
    desk.children[0].value = str(other)
    assert boxes(desk)["customer_id"].value == "会員ID"
    assert boxes(desk)["product_name"].value == "商品名"
    assert any("is not the client's own source" in said for said in sentences(html_of(desk)))
    assert "<pre>" not in html_of(desk)
    source = to_paste("".join(child.value for child in inner(desk).children if type(child).__name__ == "HTML"))
    assert source["columns"]["product_name"] == "商品名"
    assert source["path"].endswith("new.csv")


def test_it_shows_what_crm_new_shows(shop: Any, tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    rows = "".join(f"B{n},A{n},090-1234-000{n},2024-02-0{n},{n}000,税込\n" for n in range(1, 5))
    path.write_text("注文番号,得意先CD,TEL,お買上日,お買上金額(税込),備考\n" + rows, encoding="utf-8")
    ground = panels.door.ground_of(shop.client, str(path))
    proposal = propose("orders", ground.look, aliases("orders"), 0.0)
    assert ground.mapped == {one.name: one.header for one in proposal.mapped}
    table = panels.door.file_table(ground, ground.mapped).set_index("file_header")
    for one in proposal.mapped:
        assert table.loc[one.header].tolist() == [", ".join(proposal.samples(one)), one.name]
    # Three values, of a person their shape; what is mapped to nothing stands there too.
    assert table.loc["得意先CD", "first_values"] == "A1, A2, A3"
    assert table.loc["TEL"].tolist() == ["999-9999-9999, 999-9999-9999, 999-9999-9999", ""]
    assert {name for name in table.index if not table.loc[name, "table_column"]} == {*proposal.unmapped}


@pytest.mark.parametrize("content", [None, b"", b"2024-01-01,5\n", b"\x00\x01\xff\xfe\x80"])
def test_a_file_that_cannot_be_read_is_one_sentence(
    shop: Any, shown: list[Any], tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "bad.csv").write_bytes(content)
    html = page(shop, shown, path=str(tmp_path / "bad.csv"))
    assert html.startswith('<p role="alert">')
    assert html.count("<p") == 1


def test_a_header_without_rows_has_no_values(shop: Any, shown: list[Any], tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("注文番号,会員ID,受注日,単価\n", encoding="utf-8")
    html = page(shop, shown, path=str(tmp_path / "empty.csv"))
    assert "<td>会員ID</td><td></td><td>customer_id</td>" in html


def test_a_redraw_reads_nothing(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = door._panel_of(shop.client, "")  # what the desk opens
    monkeypatch.setattr("pathlib.Path.open", lambda *_args, **_how: pytest.fail("a file was read"))
    monkeypatch.setattr("builtins.open", lambda *_args, **_how: pytest.fail("a file was read"))
    assert "Every report" in frame.view(panel, panel.values)


def test_only_the_first_rows_of_a_large_file_are_kept(shop: Any, tmp_path: Path) -> None:
    rows = "".join(f"A{i},{i},2024-01-05,x,y,100,z{i},\n" for i in range(20_000))
    (tmp_path / "orders.csv").write_text(HEADER + "\n" + rows, encoding="utf-8")
    ground = door.ground_of(shop.client, "")
    assert all(len(values) <= 3 for values in ground.look.samples.values())


def test_a_page_to_show_has_no_button(shop: Any, shown: list[Any]) -> None:
    panels.door.mapping(shop, desk=True, writable=False)
    assert not [child for child in inner(shown[-1]).children if type(child).__name__ == "Button"]


def test_in_japanese_nothing_of_english_is_left(shop: Any, shown: list[Any]) -> None:
    words.speak("ja", "JPY")
    text = re.sub(r"<style>.*?</style>|<pre>.*?</pre>|<[^>]*>", " ", page(shop, shown), flags=re.DOTALL)
    known = r"order_\w+|customer_id|product_\w+|cancelled_at|subscription_id|acq_media|line_\w+|points_used|\w+_amount"
    left = re.sub(known + r"|shipping_fee|quantity|is_\w+|orders\.csv|unit_price|status|a{3,}|discount\w*", " ", text)
    assert re.findall(r"[A-Za-z]{4,}", left.replace("cp932", "")) == []
