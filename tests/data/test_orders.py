from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from crmlib.analysis.aggregates import cohort_counts
from crmlib.errors import UserError

if TYPE_CHECKING:
    from crmlib.shop import Shop

# Twelve rows that can be added up by eye. Row 3 stands again in row 5; A1's later lines leave blank what its first
# line says; 送料 is not a product; A3's date does not exist; A4's price is a word; row 13 is cut off.
TWELVE = """\
注文番号,会員ID,受注日,状況,区分,商品,単価,個数,値引
A1,c1,2023/04/01,完了,商品,お試し,"1,980円",1,100
A1,,,,商品,本品,3980,2,
A1,,,,送料,送料,500,1,
A1,,,,商品,本品,3980,2,
A2,c2,2023/04/02,取消,商品,本品,3980,1,
A3,c3,2023/02/30,完了,商品,本品,3980,1,
A4,c4,2023/04/03,完了,商品,本品,無料,1,
A5,,2023/04/03,完了,商品,本品,3980,1,
A6,c1,2023/04/04,完了,商品,ガイド,0,1,
A6,c1,2023/04/04,完了,商品,本品,3980,1,
,c1,2023/04/05,完了,商品,本品,3980,1,
A7,c1,2023/04/06,完了
"""
COLUMNS = {
    "order_id": "注文番号", "customer_id": "会員ID", "order_date": "受注日", "status": "状況", "line_type": "区分",
    "product_name": "商品", "unit_price": "単価", "quantity": "個数", "discount_amount": "値引",
}  # fmt: skip
VALUES = {
    "status": {"完了": "valid", "取消": "cancelled"},
    "line_type": {"商品": "product", "送料": "shipping"},
}
SOURCE = {"columns": COLUMNS, "values": VALUES}


def lines(shop: Shop) -> dict[str, tuple[int, float]]:
    frame = shop.ledger.frame().fillna({"amount": -1})
    return {row.reason: (row.n_rows, row.amount) for row in frame.itertuples()}


def amounts(shop: Shop) -> dict[str, int]:
    frame = shop.table("orders")
    return dict(zip(frame["order_id"], frame["amount"], strict=True))


def test_twelve_rows_add_up_by_eye(orders_of: Any) -> None:
    shop = orders_of(TWELVE, source=SOURCE)
    assert lines(shop) == {
        # 1980 + 7960 + 500 + 7960 + 3980 + 3980 + 3980 + 0 + 3980 + 3980; rows 8 and 13 are not known (-1 here)
        "read": (12, 38300),
        "broken_row": (1, -1),
        "no_order_id": (1, 3980),
        "bad_date": (1, 3980),
        "bad_amount": (1, -1),
        "exact_duplicate": (1, 7960),
        "not_product": (1, 500),
        "cancelled": (1, 3980),  # nothing in this export can mean returned, pending or test, so they have no line
        "negative": (0, 0),
        "zero_yen": (1, 0),
        "no_customer": (1, 3980),
        "discount": (0, 100),  # printed as money taken off: the rows below `read` add up to it
        "rounding": (0, 0),
        "used": (3, 13820),  # 1980 + 7960 + 3980 - 100
    }
    assert shop.ledger.balanced()


def test_reasons_stand_in_the_printed_order(orders_of: Any) -> None:
    assert list(lines(orders_of(TWELVE, source=SOURCE)))[1:6] == [
        "broken_row", "no_order_id", "bad_date", "bad_amount", "exact_duplicate",
    ]  # fmt: skip


def test_an_order_is_the_sum_of_its_counted_lines_less_its_discount(orders_of: Any) -> None:
    orders = orders_of(TWELVE, source=SOURCE).table("orders").set_index("order_id")
    assert list(orders.index) == ["A1", "A6"]
    assert orders.loc["A1", ["gross_amount", "discount_amount", "amount", "n_items"]].tolist() == [9940, 100, 9840, 3]
    assert orders.loc["A6", ["gross_amount", "discount_amount", "amount", "n_items"]].tolist() == [3980, 0, 3980, 1]


def test_blank_cells_of_later_lines_are_those_of_the_first(orders_of: Any) -> None:
    items = orders_of(TWELVE, source=SOURCE).table("order_items")
    assert items[items["order_id"] == "A1"]["customer_id"].tolist() == ["c1", "c1"]
    # 2023-04-01 is day 19,448 since 1970-01-01: 53 years of 365 days, 13 leap days, 90 days to the 1st of April.
    assert items["order_day"].tolist() == [53 * 365 + 13 + 90] * 2 + [53 * 365 + 13 + 93]


def test_the_policy_decides_and_the_ledger_follows(orders_of: Any) -> None:
    policy = {"cancelled": "keep", "exact_duplicates": "keep", "zero_yen": "keep", "shipping_and_fees": "keep"}
    shop = orders_of(TWELVE, source=SOURCE, policy=policy)
    assert lines(shop)["used"] == (7, 13820 + 3980 + 7960 + 0 + 500)
    assert not {"cancelled", "exact_duplicate", "zero_yen"} & set(lines(shop))


ONCE = """\
order_id,customer_id,order_date,product_name,order_amount,status
A1,c1,2024-01-01,soap,5000,valid
A1,c1,2024-01-01,cream,5000,valid
A1,c1,2024-01-01,lotion,5000,valid
A2,c2,2024-01-02,soap,,valid
A2,c2,2024-01-02,cream,700,valid
A3,c3,2024-01-03,soap,0,valid
A3,c3,2024-01-03,cream,0,valid
"""


def test_an_orders_total_is_counted_once_an_order_not_once_a_line(orders_of: Any) -> None:
    shop = orders_of(ONCE)
    assert amounts(shop) == {"A1": 5000, "A2": 700}
    assert lines(shop)["read"] == (7, 5700)
    assert lines(shop)["zero_yen"] == (2, 0)
    assert shop.table("orders")["n_items"].tolist() == [3, 2]


def test_an_orders_total_moves_to_the_first_line_that_counts(orders_of: Any) -> None:
    text = """\
order_id,customer_id,order_date,order_amount,line_type
A1,c1,2024-01-01,5000,shipping
A1,c1,2024-01-01,5000,product
"""
    shop = orders_of(text)
    assert lines(shop)["not_product"] == (1, 0)
    assert lines(shop)["used"] == (1, 5000)


def test_an_orders_own_amount_already_stands_after_its_discount(orders_of: Any) -> None:
    text = "order_id,customer_id,order_date,order_amount,discount_amount\nA1,c1,2024-01-01,4500,500\n"
    orders = orders_of(text).table("orders")
    assert orders[["amount", "gross_amount", "discount_amount"]].iloc[0].tolist() == [4500, 5000, 500]


WITH_SHIPPING = """\
order_id,customer_id,order_date,order_amount,shipping_fee,fee,discount_amount
A1,c1,2024-01-01,2860,550,330,
A2,c2,2024-01-02,5480,,,500
A3,c3,2024-01-03,550,550,,
"""


def test_shipping_and_fees_are_taken_off_the_amount_of_a_whole_order(orders_of: Any) -> None:
    shop = orders_of(WITH_SHIPPING)
    # 2,860 - 550 - 330; A3 is shipping alone and bought nothing
    assert amounts(shop) == {"A1": 1980, "A2": 5480}
    assert shop.table("orders")["gross_amount"].tolist() == [1980, 5980]
    found = lines(shop)
    assert (found["read"], found["zero_yen"]) == ((3, 8890), (1, 550))
    assert (found["shipping"], found["fee"], found["used"]) == ((0, 550), (0, 330), (2, 7460))
    assert "no_effect: orders: discount_amount" in shop.read_notes


def test_kept_shipping_and_fees_stay_in_the_amount_of_a_whole_order(orders_of: Any) -> None:
    shop = orders_of(WITH_SHIPPING, policy={"shipping_and_fees": "keep"})
    assert amounts(shop) == {"A1": 2860, "A2": 5480, "A3": 550}
    assert not {"shipping", "fee", "shipping_added", "fee_added"} & set(lines(shop))
    assert "no_effect: orders: discount_amount, shipping_fee, fee" in shop.read_notes


def test_shipping_stands_once_an_order_also_where_every_line_repeats_it(orders_of: Any) -> None:
    text = """order_id,customer_id,order_date,product_name,order_amount,shipping_fee
A1,c1,2024-01-01,soap,5550,550
A1,c1,2024-01-01,cream,5550,550
"""
    shop = orders_of(text)
    assert amounts(shop) == {"A1": 5000}
    assert lines(shop)["shipping"] == (0, 550)


def test_an_order_of_less_than_its_shipping_is_negative(orders_of: Any) -> None:
    text = "customer_id,order_date,order_amount,shipping_fee\nc1,2024-01-01,50,550\nc2,2024-01-01,1550,550\n"
    assert lines(orders_of(text))["negative"] == (1, 50)
    assert amounts(orders_of(text, policy={"negative": "keep"})) == {"r000001": -500, "r000002": 1000}


BESIDE_LINES = """order_id,customer_id,order_date,line_amount,shipping_fee,fee
A1,c1,2024-01-01,1000,550,330
A1,c1,2024-01-01,2000,550,330
A2,c2,2024-01-02,4000,,
"""


def test_shipping_beside_lines_is_not_in_their_sum_and_is_left_out_by_doing_nothing(orders_of: Any) -> None:
    shop = orders_of(BESIDE_LINES)
    assert amounts(shop) == {"A1": 3000, "A2": 4000}
    assert shop.table("orders")["shipping_fee"].tolist() == [550, 0]
    assert not {"shipping", "fee", "shipping_added", "fee_added"} & set(lines(shop))
    assert "no_effect: orders: shipping_fee, fee" in shop.read_notes


def test_kept_shipping_beside_lines_is_added_once_an_order(orders_of: Any) -> None:
    shop = orders_of(BESIDE_LINES, policy={"shipping_and_fees": "keep"})
    assert amounts(shop) == {"A1": 3880, "A2": 4000}
    found = lines(shop)
    # printed as money taken off, so what is added is below zero: 7,000 = -550 - 330 + 7,880
    assert (found["read"], found["used"]) == ((3, 7000), (3, 7880))
    assert (found["shipping_added"], found["fee_added"]) == ((0, -550), (0, -330))
    assert not [note for note in shop.read_notes if note.startswith("no_effect")]


def test_shipping_after_the_base_date_is_not_in_the_ledger(orders_of: Any) -> None:
    found = lines(orders_of(WITH_SHIPPING.replace("A2,c2,2024-01-02,5480,,", "A2,c2,2024-01-02,5480,80,"),
                            as_of="2024-01-01"))  # fmt: skip
    assert (found["shipping"], found["after_as_of"], found["used"]) == ((0, 550), (1, 5480), (1, 1980))


def test_merged_orders_leave_out_the_shipping_of_both(orders_of: Any) -> None:
    text = "order_id,customer_id,order_date,order_amount,shipping_fee\n"
    text += "A1,c1,2024-01-01,1550,550\nA2,c1,2024-01-01,2550,550\n"
    shop = orders_of(text, policy={"same_day": "merge"})
    assert amounts(shop) == {"A1": 3000}
    assert lines(shop)["shipping"] == (0, 1100)


def test_mapped_money_that_changes_no_amount_is_named_by_its_header(orders_of: Any) -> None:
    text = "id,day,yen,合計,ポイント\nc1,2024-01-01,100,650,10\n"
    columns = {"customer_id": "id", "order_date": "day", "line_amount": "yen", "order_amount": "合計",
               "points_used": "ポイント"}  # fmt: skip
    assert "no_effect: orders: 合計, ポイント" in orders_of(text, source={"columns": columns}).read_notes


TWICE = """番号,会員,日,額,区分,値引き,送料
A1,c1,2024-01-01,5000,商品,500,550
A1,c1,2024-01-01,-500,割引,500,550
A1,c1,2024-01-01,550,送料,500,550
A2,c2,2024-01-02,3000,商品,0,0
A3,c3,2024-01-03,3000,商品,100,0
"""
TWICE_SOURCE = {
    "columns": {"order_id": "番号", "customer_id": "会員", "order_date": "日", "line_amount": "額", "line_type": "区分",
                "discount_amount": "値引き"},
    "values": {"line_type": {"商品": "product", "割引": "discount", "送料": "shipping"}},
}  # fmt: skip


def test_a_discount_that_stands_on_a_line_and_beside_the_order_is_refused(orders_of: Any) -> None:
    with pytest.raises(UserError) as error:
        orders_of(TWICE, source=TWICE_SOURCE)
    assert str(error.value) == (
        "parameters/acme.yml line 12: 1 order has both lines of type 'discount' (column '区分') and discount_amount"
        " (column '値引き'), which would be taken off twice; leave one of them out of the mapping, most simply"
        " discount_amount."
    )


def test_a_discount_may_stand_on_lines_of_some_orders_and_beside_others(orders_of: Any) -> None:
    # A1 has its discount on a line alone, A3 beside the order alone.
    shop = orders_of(TWICE.replace(",500,550", ",0,550"), source=TWICE_SOURCE)
    assert amounts(shop) == {"A1": 4500, "A2": 3000, "A3": 2900}
    assert lines(shop)["discount"] == (0, 600)


def test_kept_shipping_that_stands_on_a_line_and_beside_the_order_is_refused(orders_of: Any) -> None:
    columns = {**TWICE_SOURCE["columns"], "shipping_fee": "送料"}
    columns.pop("discount_amount")
    source = {**TWICE_SOURCE, "columns": columns}
    with pytest.raises(UserError) as error:
        orders_of(TWICE, source=source, policy={"shipping_and_fees": "keep"})
    assert str(error.value) == (
        "parameters/acme.yml line 14: 1 order has both lines of type 'shipping' (column '区分') and shipping_fee"
        " (column '送料'), which would be added twice; leave one of them out of the mapping, most simply shipping_fee."
    )
    assert amounts(orders_of(TWICE, source=source)) == {"A1": 4500, "A2": 3000, "A3": 3000}


def test_lines_come_before_the_orders_total_where_both_are_mapped(orders_of: Any) -> None:
    text = "order_id,customer_id,order_date,order_amount,line_amount\nA1,c1,2024-01-01,999,300\nA1,,,,200\n"
    assert amounts(orders_of(text)) == {"A1": 500}


def test_a_discount_on_a_line_of_its_own_is_no_product_and_is_taken_off_all_the_same(orders_of: Any) -> None:
    text = """\
order_id,customer_id,order_date,line_amount,line_type
A1,c1,2024-01-01,5000,product
A1,c1,2024-01-01,△500,discount
A2,c2,2024-01-02,3000,product
A2,c2,2024-01-02,200,discount
"""
    shop = orders_of(text)
    assert amounts(shop) == {"A1": 4500, "A2": 2800}
    # read 5000 - 500 + 3000 + 200; left out -500 + 200; taken off 500 + 200
    assert (lines(shop)["read"], lines(shop)["not_product"]) == ((4, 7700), (2, -300))
    assert (lines(shop)["discount"], lines(shop)["used"]) == ((0, 700), (2, 7300))


def test_a_line_discount_lowers_the_line(orders_of: Any) -> None:
    text = "customer_id,order_date,unit_price,quantity,line_discount\nc1,2024-01-01,1000,3,250\nc2,2024-01-01,1000,1,\n"
    assert orders_of(text).table("orders")["amount"].tolist() == [2750, 1000]


def test_refunds_are_subtracted_or_ignored_as_the_policy_says(orders_of: Any) -> None:
    text = "order_id,customer_id,order_date,line_amount,refunded_amount\nA1,c1,2024-01-01,5000,\nA1,,,1000,1200\n"
    shop = orders_of(text)
    assert amounts(shop) == {"A1": 4800}
    assert lines(shop)["refund"] == (0, 1200)
    ignored = orders_of(text, policy={"refunds": "ignore"})
    assert amounts(ignored) == {"A1": 6000}
    assert ignored.table("orders")["refunded_amount"].tolist() == [1200]
    assert "refund" not in lines(ignored)


def test_money_is_rounded_once_at_the_line_halves_away_from_zero(orders_of: Any) -> None:
    text = """\
order_id,customer_id,order_date,unit_price,quantity
A1,c1,2024-01-01,0.005,1
A1,c1,2024-01-01,0.125,1
A2,c2,2024-01-02,0.001,2001
"""
    shop = orders_of(text, currency="USD", policy={"exact_duplicates": "keep"})
    # 0.5 cents is 1, 12.5 cents are 13, 200.1 cents are 200
    assert shop.table("order_items")["line_amount"].tolist() == [1, 13, 200]
    assert shop.ledger.amount_read == Decimal("213.1")
    assert lines(shop)["rounding"] == (0, pytest.approx(-0.9))
    assert shop.ledger.amount_used == 214


def test_negative_lines_round_away_from_zero_too(orders_of: Any) -> None:
    text = "order_id,customer_id,order_date,line_amount\nA1,c1,2024-01-01,-2.5\n"
    assert amounts(orders_of(text, policy={"negative": "keep"})) == {"A1": -3}


def test_test_and_staff_are_known_from_the_order_or_from_the_customer(make_shop: Any) -> None:
    files: dict[str, str | bytes] = {
        "o.csv": "order_id,customer_id,order_date,line_amount,is_test\n"
        "A1,c1,2024-01-01,100,yes\nA2,c2,2024-01-01,200,\nA3,c3,2024-01-01,400,no\nA4,c4,2024-01-01,800,\n",
        "c.csv": "customer_id,is_test,is_staff\nc2,済,\nc3,,はい\n",
    }
    shop = make_shop(files, {"orders": {"path": "data/o.csv"}, "customers": {"path": "data/c.csv"}})
    assert (lines(shop)["test"], lines(shop)["staff"], lines(shop)["used"]) == ((2, 300), (1, 400), (1, 800))


def test_an_order_that_names_several_customers_is_left_out_whole(orders_of: Any) -> None:
    text = "order_id,customer_id,order_date,line_amount\n"
    text += "A1,c1,2024-01-01,100\nA1,c2,,200\nA1,,,400\nA2,c2,2024-01-01,800\n"
    shop = orders_of(text)
    assert lines(shop)["customer_conflict"] == (3, 700)
    assert amounts(shop) == {"A2": 800}


def test_order_ids_are_unique_within_a_channel_only(orders_of: Any) -> None:
    text = """\
order_id,channel,customer_id,order_date,line_amount
1,rakuten,c1,2024-01-01,100
1,,,,50
1,own,c2,2024-01-02,200
"""
    orders = orders_of(text).table("orders")
    assert orders[["channel", "customer_id", "amount"]].values.tolist() == [["rakuten", "c1", 150], ["own", "c2", 200]]


def test_without_order_ids_one_row_is_one_order(orders_of: Any) -> None:
    text = "customer_id,order_date,line_amount\nc1,2024-01-01,100\nc1,2024-01-01,100\nc1,2024-01-02,300\n"
    shop = orders_of(text, policy={"exact_duplicates": "keep"})
    assert amounts(shop) == {"r000001": 100, "r000002": 100, "r000003": 300}
    assert lines(orders_of(text))["exact_duplicate"] == (1, 100)


def test_orders_of_one_day_are_merged_when_asked(orders_of: Any) -> None:
    text = """\
order_id,customer_id,order_date,line_amount,refunded_amount
A1,c1,2024-01-01 09:00,100,10
A2,c1,2024-01-01 21:00,200,
A3,c1,2024-01-02 09:00,400,
A4,c2,2024-01-01 09:00,800,
"""
    shop = orders_of(text, policy={"same_day": "merge"})
    assert amounts(shop) == {"A1": 290, "A4": 800, "A3": 400}
    assert lines(shop)["same_day_merge"] == (0, 0)
    items = shop.table("order_items")
    assert items[items["order_id"] == "A1"]["line_no"].tolist() == [1, 2]
    assert len(orders_of(text).table("orders")) == 4


def test_rows_after_the_base_date_are_left_out_as_such(orders_of: Any) -> None:
    text = """\
order_id,customer_id,order_date,line_amount,refunded_amount
A1,c1,2024-01-01,100,
A2,c1,2024-01-02,200,50
A3,c1,2024-01-03,400,70
"""
    shop = orders_of(text, as_of="2024-01-02")
    assert lines(shop)["after_as_of"] == (1, 400)
    assert lines(shop)["refund"] == (0, 50)
    assert lines(shop)["used"] == (2, 250)
    assert len(shop.table("order_items")) == 2


def test_a_blank_amount_or_quantity_is_unreadable_not_zero(orders_of: Any) -> None:
    text = "customer_id,order_date,unit_price,quantity\n"
    text += "c1,2024-01-01,,1\nc2,2024-01-01,5,\nc3,2024-01-01,5,1.5\nc4,2024-01-01,5,2\n"
    assert lines(orders_of(text))["bad_amount"] == (3, -1)


def test_an_unreadable_discount_makes_the_order_unreadable(orders_of: Any) -> None:
    text = "order_id,customer_id,order_date,line_amount,discount_amount\n"
    text += "A1,c1,2024-01-01,500,many\nA1,,,300,\nA2,c2,2024-01-01,1,\n"
    assert lines(orders_of(text))["bad_amount"] == (2, -1)


def test_an_unmapped_column_changes_nothing(orders_of: Any) -> None:
    # values.md: R's rfm multiplies revenue when the order table carries a per-order column.
    source = {"columns": {n: n for n in ("order_id", "customer_id", "order_date", "order_amount")}}
    assert amounts(orders_of(ONCE, source=source)) == amounts(orders_of(ONCE))


def test_canonical_columns_are_there_and_hold_no_nulls_where_they_are_summed(orders_of: Any) -> None:
    orders = orders_of(ONCE).table("orders")
    assert list(orders.columns) == [
        "order_id", "channel", "customer_id", "ordered_at", "order_date", "order_day", "amount", "gross_amount",
        "discount_amount", "shipping_fee", "fee", "points_used", "refunded_amount", "n_items", "order_kind",
        "subscription_id", "subscription_seq", "acq_media", "status",
    ]  # fmt: skip
    assert not orders.drop(columns=["subscription_id", "subscription_seq"]).isna().any(axis=None)
    assert set(orders["channel"]) == {"own"}
    assert set(orders["acq_media"]) == {"unknown"}
    assert str(orders["amount"].dtype) == "int64"


def test_a_shop_without_a_single_counted_order_says_what_left_them_out(orders_of: Any) -> None:
    text = "customer_id,order_date,line_amount\nc1,2024-12-31,0\nc2,,7\n"
    with pytest.raises(UserError) as error:
        orders_of(text)
    assert str(error.value) == (
        "client 'acme': no order counts; 2 rows read, none used (1: date cannot be read, 1: amount of zero)."
    )


REFUNDS = "order_id,customer_id,order_date,line_amount,discount_amount,refunded_amount\n"


def test_an_order_refunded_in_full_is_returned_and_its_money_is_in_the_ledger(orders_of: Any) -> None:
    # 1000 stays; 2000 and 300 + 400 are refunded in full, 500 beyond it; of 800 a quarter is refunded.
    text = REFUNDS + (
        "A1,c1,2024-01-05,1000,,\nA2,c1,2024-02-05,2000,,2000\nA3,c2,2024-02-06,300,,700\nA3,,,400,,\n"
        "A4,c2,2024-02-07,500,,600\nA5,c3,2024-03-01,800,,200\n"
    )
    shop = orders_of(text)
    ledger = shop.ledger
    assert shop.table("orders")[["order_id", "amount"]].values.tolist() == [["A1", 1000], ["A5", 600]]
    assert [(line.rows, line.amount) for line in ledger.lines if line.reason == "returned"] == [(4, 3200)]
    assert (ledger.amount_read, ledger.amount_used) == (5000, 1600)
    assert [line.amount for line in ledger.adjustments if line.reason == "refund"] == [-200]
    assert shop.table("order_items")["order_id"].tolist() == ["A1", "A5"]


def test_an_order_whose_discount_is_larger_than_itself_is_negative(orders_of: Any) -> None:
    text = REFUNDS + "A1,c1,2024-01-05,1000,1200,\nA2,c1,2024-01-06,1000,1000,\nA3,c1,2024-01-07,1000,1200,50\n"
    shop = orders_of(text)
    # A discount of just its amount leaves a purchase of zero: it was bought.
    assert shop.table("orders")[["order_id", "amount"]].values.tolist() == [["A2", 0]]
    assert [(line.reason, line.rows, line.amount) for line in shop.ledger.lines if line.rows] == [("negative", 2, 2000)]


def test_a_policy_that_keeps_returned_and_negative_orders_keeps_these_too(orders_of: Any) -> None:
    text = REFUNDS + "A1,c1,2024-01-05,1000,1200,\nA2,c1,2024-01-06,1000,,1000\n"
    kept = orders_of(text, policy={"returned": "keep", "negative": "keep"})
    assert kept.table("orders")["amount"].tolist() == [-200, 0]
    ignored = orders_of(text, policy={"refunds": "ignore"})
    assert ignored.table("orders")[["order_id", "amount"]].values.tolist() == [["A2", 1000]]


def test_a_sale_reversed_by_a_returned_line_of_minus_its_amount_is_taken_off_only_where_both_are_kept(
    orders_of: Any,
) -> None:
    head, sale, other = "order_id,customer_id,order_date,status,line_amount\n", "A1,c1,2024-01-05,valid,5000\n", "B1,c2"
    text = f"{head}{sale}R1,c1,2024-01-20,returned,-5000\n{other},2024-01-06,valid,3000\n"
    assert amounts(orders_of(text)) == {"A1": 5000, "B1": 3000}
    kept = {"returned": "keep", "negative": "keep"}
    assert amounts(orders_of(text, policy=kept)) == {"A1": 5000, "B1": 3000, "R1": -5000}
    # Under the number of the sale it is no order of its own.
    assert amounts(orders_of(text.replace("R1", "A1"), policy=kept)) == {"A1": 0, "B1": 3000}


def test_a_month_with_only_a_refund_is_not_retained(orders_of: Any) -> None:
    text = REFUNDS + "A1,c1,2024-01-05,1000,,\nA2,c1,2024-02-05,2000,,2000\nA3,c2,2024-02-09,1000,,\n"
    counts = cohort_counts(orders_of(text).orders)
    january = 2024 * 12
    assert counts[["cohort_month", "month", "n_customers"]].values.tolist() == [
        [january, january, 1], [january + 1, january + 1, 1],
    ]  # fmt: skip


def test_amounts_of_a_trillion_and_more_cannot_be_read(orders_of: Any) -> None:
    text = "order_id,customer_id,order_date,unit_price,quantity\nA1,c1,2024-01-01,100,1\n"
    text += "A2,c1,2024-01-02,999999999999,999999999999\n"
    text += "".join(f"A3,c1,2024-01-03,9000000000,100000000{i}\n" for i in range(3))
    text += "A4,c1,2024-01-04,9000000000000000000,1\nA5,c1,2024-01-05,999999999999,1\n"
    shop = orders_of(text)
    assert shop.ledger.rows("bad_amount") == 5
    assert shop.table("orders")["amount"].tolist() == [100, 999_999_999_999]


def test_an_order_with_a_date_of_cancellation_is_cancelled_on_all_its_lines(orders_of: Any) -> None:
    export = (
        "order_id,customer_id,order_date,cancelled_at,line_amount\n"
        "1,a,2025-01-01,,100\n2,b,2025-01-02,2025-01-03 10:00:00,200\n2,,,,300\n"
        "3,c,2025-01-03,0000-00-00 00:00:00,400\n4,d,2025-01-04,someday,500\n"
    )
    shop = orders_of(export)
    found = lines(shop)
    assert (found["cancelled"], found["bad_date"], found["used"]) == ((2, 500), (1, 500), (2, 500))
    assert shop.policy_known["cancelled"]


def test_without_codes_a_product_is_told_by_its_name(orders_of: Any) -> None:
    head = "order_id,customer_id,order_date,line_amount,line_type,product_name"
    rows = "1,a,2025-01-01,100,product,Soap\n1,a,2025-01-01,100,product,\n1,a,2025-01-01,0,insert,Guide\n"
    named = orders_of(f"{head}\n{rows}", policy={"zero_yen": "keep"})
    assert named.table("order_items")["product_id"].fillna("none").tolist() == ["Soap", "none", "none"]
    coded = orders_of(f"{head},product_id\n1,a,2025-01-01,100,product,Soap,\n1,a,2025-01-01,100,product,Oil,X1\n")
    assert coded.table("order_items")["product_id"].fillna("none").tolist() == ["none", "X1"]
