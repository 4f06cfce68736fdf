"""What `crm new` takes a column for where no preset knows the header: by hand, from a few rows each."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmlib.new import facts
from crmlib.new.cuts import m_cuts
from crmlib.new.look import look
from crmlib.new.presets import aliases
from crmlib.new.propose import Proposal, propose
from crmlib.new.write import told


def of(folder: Path, text: str, table: str = "orders", like: str = "") -> Proposal:
    path = folder / "export.csv"
    path.write_text(text, encoding="utf-8")
    return propose(table, look(table, (path,), folder), aliases(table), 0.0, like=like)


def mapped(proposal: Proposal) -> dict[str, str]:
    return {one.name: one.header for one in proposal.mapped}


def export(header: str, *rows: str) -> str:
    return "\n".join((header, *rows)) + "\n"


# --- who bought ------------------------------------------------------------------------------------------------------

WHOSE = ["得意先CD", "得意先コード", "得意先番号", "顧客CD", "顧客No", "顧客ＮＯ．", "会員CD", "会員コード", "会員Ｎｏ",
         "会員 ID", "お客様コード", "お客様CD", "取引先コード", "Customer_No", "member id", "顧客番号"]  # fmt: skip


@pytest.mark.sample(4)
@pytest.mark.parametrize(
    ("header", "personal"), [(name, ("TEL", "メールアドレス")[n % 2]) for n, name in enumerate(WHOSE)]
)
def test_the_customers_number_is_taken_and_no_personal_column_beside_it(
    tmp_path: Path, header: str, personal: str
) -> None:
    rows = export(
        f"伝票番号,{personal},{header},受注日,単価",
        "1,090-1234-5678,501,2025-01-01,10",
        "2,a@b.jp,502,2025-01-02,10",
    )
    found = of(tmp_path, rows)
    assert mapped(found)["customer_id"] == header
    assert (found.to_do, "random id" in " ".join(found.to_know)) == ([], False)


def test_where_the_only_key_is_personal_it_is_said(tmp_path: Path) -> None:
    found = of(tmp_path, export("伝票番号,TEL,メールアドレス,受注日,単価", "1,0312345678,a@b.jp,2025-01-01,10"))
    assert mapped(found)["customer_id"] == "メールアドレス"
    (said,) = [line for line in found.to_know if "random id" in line]
    assert said == (
        "the only key of a customer is personal, column 'メールアドレス': each becomes a random id, and a person with "
        "two of them is two customers."
    )


@pytest.mark.parametrize(
    ("rows", "header", "n_to_do"),
    [
        (["1,501,A,2025-01-01,10", "2,502,B,2025-01-02,10"], "会員番号", 0),  # one for one: either will do
        (["1,501,A,2025-01-01,10", "2,502,A,2025-01-02,10"], None, 1),  # both on every row, and they differ
        (["1,501,A,2025-01-01,10", "2,,B,2025-01-02,10"], "顧客コード", 0),  # more rows have it
        (["1,,A,2025-01-01,10", "2,,B,2025-01-02,10"], "顧客コード", 0),  # the other is blank
    ],
)
def test_of_two_numbers_the_fuller_is_taken_and_equals_are_a_to_do(
    tmp_path: Path, rows: list[str], header: str | None, n_to_do: int
) -> None:
    found = of(tmp_path, export("伝票番号,会員番号,顧客コード,受注日,単価", *rows))
    assert mapped(found).get("customer_id") == header
    assert len(found.to_do) == n_to_do
    if n_to_do:
        assert found.to_do == [
            (
                "customer_id: columns '会員番号', '顧客コード' tell customers on equally many rows and do not "
                "agree; say which of them it is."
            )
        ]


def test_the_fuller_of_two_numbers_is_said(tmp_path: Path) -> None:
    rows = ["1,501,A,2025-01-01,10", "2,,B,2025-01-02,10"]
    found = of(tmp_path, export("伝票番号,会員番号,顧客コード,受注日,単価", *rows))
    assert "customer_id is taken from '顧客コード': 2 rows have it, and '会員番号' 1." in found.to_know


def test_the_members_are_told_by_the_column_that_the_orders_have(tmp_path: Path) -> None:
    members = export("会員番号,顧客コード,生年月日", "501,A,1981-04-29", "502,B,1979-01-02")
    assert mapped(of(tmp_path, members, "customers", like="顧客コード"))["customer_id"] == "顧客コード"


# --- what stands under which header ----------------------------------------------------------------------------------

WORDS = [
    ("ordered_at", "お買上日"), ("ordered_at", "受注日付"), ("ordered_at", "売上日"), ("quantity", "数"),
    ("quantity", "点数"), ("acq_media", "媒体コード"), ("acq_media", "初回媒体"),
]  # fmt: skip


@pytest.mark.sample(3)
@pytest.mark.parametrize(("name", "header"), WORDS)
def test_words_of_japanese_exports_are_known(tmp_path: Path, name: str, header: str) -> None:
    cells = {"ordered_at": "2025-01-01", "quantity": "2", "acq_media": "TV"}
    head = [header, *(one for one in ("受注日", "数量") if name not in ("ordered_at", "quantity") or one != "受注日")]
    head = [one for one in head if not (name == "quantity" and one == "数量")]
    row = [cells[name], *("2025-01-01" if one == "受注日" else "1" for one in head[1:])]
    found = of(tmp_path, export(",".join(["伝票番号", "会員番号", "単価", *head]), ",".join(["1", "501", "10", *row])))
    assert mapped(found)[name] == header


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "header", ["お買上金額(税込)", "税込金額", "売上金額", "購入金額", "小計", "revenue", "金額（税抜）"]
)
def test_money_of_an_order_or_of_a_line_is_told_by_the_rows(tmp_path: Path, header: str) -> None:
    head = f"伝票番号,会員番号,受注日,商品名,{header}"
    lines = export(head, "1,501,2025-01-01,a,100", "1,501,2025-01-01,b,250", "2,502,2025-01-02,a,100")
    found = of(tmp_path, lines)
    assert mapped(found)["line_amount"] == header
    assert f"column '{header}' differs between the rows of one order: it is the amount of a line." in found.to_know
    totals = export(head, "1,501,2025-01-01,a,350", "1,501,2025-01-01,b,350", "2,502,2025-01-02,a,100")
    found = of(tmp_path, totals)
    assert mapped(found)["order_amount"] == header
    assert f"column '{header}' is the same on every row of an order: it counts once an order." in found.to_know
    single = export(head, "1,501,2025-01-01,a,350", "2,502,2025-01-02,a,100")
    assert mapped(of(tmp_path, single))["order_amount"] == header


def test_a_total_of_the_order_that_differs_within_it_is_money_of_the_line(tmp_path: Path) -> None:
    rows = export("伝票番号,会員番号,受注日,合計金額", "1,501,2025-01-01,100", "1,501,2025-01-01,250")
    assert mapped(of(tmp_path, rows))["line_amount"] == "合計金額"


def test_price_times_quantity_is_held_against_the_money_beside_it(tmp_path: Path) -> None:
    head = "伝票番号,会員番号,受注日,単価,数量,小計"
    same = of(tmp_path, export(head, '1,501,2025-01-01,"1,000",2,"2,000"', "1,501,2025-01-01,500,1,500"))
    assert {"unit_price", "quantity"} <= mapped(same).keys()
    assert "line_amount" not in mapped(same)
    assert not [line for line in same.to_know if "小計" in line]
    taxed = of(tmp_path, export(head, "1,501,2025-01-01,1000,2,2200", "1,501,2025-01-01,500,1,550"))
    assert (
        "unit price times quantity is not '小計' in 2 rows of 2 (tax, or a discount?): map line_amount to '小計' if "
        "that is what was paid." in taxed.to_know
    )
    alone = of(tmp_path, export("伝票番号,会員番号,受注日,単価,売上金額", "1,501,2025-01-01,500,1000",
                                "1,501,2025-01-01,500,500"))  # fmt: skip
    assert mapped(alone)["line_amount"] == "売上金額"


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    ("header", "basis"),
    [
        ("単価(税込)", "included"),
        ("単価（税抜き）", "excluded"),
        ("販売価格(消費税込)", "included"),
        ("税別単価", "excluded"),
        ("単価", "unknown"),
    ],
)
def test_whether_prices_hold_the_tax_stands_in_their_header(tmp_path: Path, header: str, basis: str) -> None:
    found = of(tmp_path, export(f"伝票番号,会員番号,受注日,{header}", "1,501,2025-01-01,100"))
    assert mapped(found)["unit_price"] == header
    assert facts.tax_basis(found) == basis


YEN = "no column tells the currency: it is taken for JPY, the yen; change it where it is another."
CENTS = (
    "no column tells the currency, and amounts have cents, which the yen has not: it is taken for USD; change it where "
    "it is another."
)


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    ("cell", "currency", "said"),
    [
        ('"1,980円"', "JPY", ""),
        ("￥1980", "JPY", ""),
        ("1980", "JPY", YEN),
        ("19.80", "USD", CENTS),
        ("1980.00", "JPY", YEN),
    ],
)
def test_yen_or_cents_are_told_by_the_amounts(tmp_path: Path, cell: str, currency: str, said: str) -> None:
    found = of(tmp_path, export("伝票番号,会員番号,受注日,単価", f"1,501,2025-01-01,{cell}"))
    assert facts.currency(found) == (currency, [said] if said else [])


def test_of_a_date_of_birth_the_year_alone_is_taken_and_no_day_is_shown(tmp_path: Path) -> None:
    found = of(tmp_path, export("会員番号,生年月日,性別", "501,1981-04-29,女"), "customers")
    assert mapped(found)["birth_year"] == "生年月日"
    assert "  birth_year  ← 生年月日: 9999-99-99" in told(found)


# --- what counts -----------------------------------------------------------------------------------------------------


def test_a_flag_of_cancellation_has_its_meaning(tmp_path: Path) -> None:
    head = "伝票番号,会員番号,受注日,単価,キャンセルフラグ"
    found = of(tmp_path, export(head, "1,501,2025-01-01,10,0", "2,501,2025-01-02,10,1"))
    (status,) = [one for one in found.mapped if one.name == "status"]
    assert (status.header, status.values, found.to_do) == ("キャンセルフラグ", {"0": "valid", "1": "cancelled"}, [])
    found = of(tmp_path, export(head, "1,501,2025-01-01,10,", "2,501,2025-01-02,10,1"))
    (status,) = [one for one in found.mapped if one.name == "status"]
    assert (status.values, found.to_do) == ({"": "valid", "1": "cancelled"}, [])


def test_a_column_that_tells_cancellations_is_mapped_and_what_has_no_meaning_is_to_do(tmp_path: Path) -> None:
    head = "伝票番号,会員番号,受注日,単価,処理"
    rows = ["1,501,2025-01-01,10,売上", "2,502,2025-01-02,10,取消", "3,502,2025-01-03,10,電話"]
    found = of(tmp_path, export(head, *rows))
    (status,) = [one for one in found.mapped if one.name == "status"]
    assert (status.header, status.values) == ("処理", {"売上": "valid", "取消": "cancelled"})
    assert found.to_do == [
        "status: column '処理' holds values without a meaning: '電話' (1 row); say under values what each means."
    ]


def test_a_column_filled_in_only_where_a_sale_was_taken_back_is_blank_elsewhere(tmp_path: Path) -> None:
    head = "伝票No,会員番号,受注日,単価,商品CD,取消区分"
    found = of(
        tmp_path, export(head, "1,501,2025-01-01,10,A,", "2,502,2025-01-02,10,A,取消", "3,502,2025-01-03,9,A,返品")
    )
    (status,) = [one for one in found.mapped if one.name == "status"]
    assert status.values == {"取消": "cancelled", "返品": "returned", "": "valid"}
    assert (found.to_do, mapped(found)["order_id"], mapped(found)["product_id"]) == ([], "伝票No", "商品CD")


def test_a_second_column_of_cancellations_is_to_do_unless_the_status_says_the_same(tmp_path: Path) -> None:
    head = "伝票番号,会員番号,受注日,単価,状態,取消区分"
    rows = ["1,501,2025-01-01,10,発送済み,", "2,502,2025-01-02,10,発送済み,取消", "3,502,2025-01-03,10,発送済み,返品"]
    found = of(tmp_path, export(head, *rows))
    assert found.to_do == [
        (
            "status: taken from '状態', by which 2 rows count that column '取消区分' calls '取消' (1 row), '返品' "
            "(1 row); say which of the two columns tells what counts."
        )
    ]
    agreeing = [row.replace("発送済み,取消", "キャンセル,取消").replace("発送済み,返品", "返品,返品") for row in rows]
    assert of(tmp_path, export(head, *agreeing)).to_do == []


def test_a_blank_status_of_a_whole_order_is_to_do(tmp_path: Path) -> None:
    head = "伝票番号,会員番号,受注日,単価,対応状況"
    later = ["1,501,2025-01-01,10,発送済み", "1,501,2025-01-01,10,"]
    assert of(tmp_path, export(head, *later)).to_do == []
    found = of(tmp_path, export(head, *later, "2,501,2025-01-02,10,"))
    assert found.to_do == [
        "status: column '対応状況' holds values without a meaning: a blank (1 row); say under values what each means."
    ]


def test_a_row_of_totals_is_no_guest_and_no_status(tmp_path: Path) -> None:
    head = "伝票番号,会員番号,受注日,単価,対応状況"
    found = of(tmp_path, export(head, "1,501,2025-01-01,10,発送済み", "合計,,,10,"))
    assert (found.to_do, [line for line in found.to_know if "guests" in line]) == ([], [])
    assert "1 row of totals stands among the orders: it is left out." in found.to_know


# --- what is worth knowing -------------------------------------------------------------------------------------------


def test_an_export_without_order_numbers_or_with_rows_below_zero_says_so(tmp_path: Path) -> None:
    found = of(tmp_path, export("会員番号,受注日,単価,数量", "501,2025-01-01,100,1", "501,2025-01-02,100,-1"))
    assert "no column has order numbers: every row is an order of its own." in found.to_know
    assert (
        "1 row is below zero: it is left out, and a sale that it takes back counts in full; the keys returned and "
        "negative of policy settle it (docs/client-file.md, Reversed sales)." in found.to_know
    )


def test_a_file_that_is_no_export_of_orders_is_told(tmp_path: Path) -> None:
    found = of(tmp_path, export("customer_id,gender,birth_day", "501,1,1981-04-29"))
    assert found.to_do[0] == (
        "orders: this does not look like an export of orders; those of members and products go to --customers and "
        "--products."
    )
    members = of(tmp_path, export("customer_id,gender,birth_day", "501,女性,1981-04-29"), "customers")
    assert mapped(members) == {"customer_id": "customer_id", "sex": "gender", "birth_year": "birth_day"}


def test_of_a_large_export_the_first_rows_are_looked_at_and_it_is_said(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("注文番号,会員番号,受注日,単価,状態\n" + "1,5,2025-01-01,10,完了\n" * 9, encoding="utf-8")
    found = propose("orders", look("orders", (path,), tmp_path, most=4), aliases("orders"), 0.0)
    assert "the first 4 rows were looked at; crm check reads all of them." in found.to_know
    (status,) = [one for one in found.mapped if one.name == "status"]
    assert status.values["キャンセル"] == "cancelled"  # may stand further down


def test_the_cuts_of_m_in_another_currency_are_fifths_of_the_customers(tmp_path: Path) -> None:
    rows = [f"{n},C{n},2025-01-01,{n * 10}.70,1" for n in range(1, 11)]
    found = of(tmp_path, export("order id,customer id,order date,unit price,quantity", *rows))
    assert facts.currency(found)[0] == "USD"
    # 10.70 to 100.70: the second, fourth, sixth and eighth of the ten, to two figures.
    assert m_cuts(found) == ["21", "41", "61", "81"]
    assert m_cuts(of(tmp_path, export("order id,customer id,order date,unit price"))) == ["10", "25", "50", "100"]
