from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import narwhals as nw
import pytest

import crmlib
from crmlib.data.ledger import Unused
from crmlib.errors import UserError

if TYPE_CHECKING:
    from crmlib.shop import Shop

HEAD = "order_id,customer_id,order_date,line_amount\n"
ORDERS = HEAD + "A1,c1,2024-01-01,100\nA2,c1,2024-01-31,200\nA3,c2,2024-02-10,400\n"
SOURCES = "sources:\n  orders:\n    path: data/o.csv\n"


def shop_of(
    folder: Path, text: str = ORDERS, as_of: str | date | None = None, more: str = "", sources: str = SOURCES
) -> Shop:
    (folder / "parameters").mkdir(exist_ok=True)
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "o.csv").write_text(text, encoding="utf-8")
    client = folder / "parameters" / "acme.yml"
    client.write_text(f"name: acme\n{more}{sources}", encoding="utf-8")
    return crmlib.open_shop(client, as_of=as_of)


def test_observation_ends_with_the_last_counted_order_never_today(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, ORDERS + "A4,,2024-03-01,800\n")
    assert shop.as_of == date(2024, 2, 10)  # A4 has no customer and does not count
    # 54 years and 14 leap days from 1970-01-01 to 2024-02-10, the 41st day of its year
    assert (shop.first_day, shop.as_of_day) == (54 * 365 + 13, 54 * 365 + 13 + 40)
    assert repr(shop) == "Shop('acme', as_of=2024-02-10)"


def test_the_argument_comes_before_the_client_file_and_that_before_the_data(tmp_path: Path) -> None:
    assert shop_of(tmp_path, more="as_of: 2024-02-01\n").as_of == date(2024, 2, 1)
    assert shop_of(tmp_path, as_of="2024-01-15", more="as_of: 2024-02-01\n").as_of == date(2024, 1, 15)
    assert shop_of(tmp_path, as_of=date(2024, 1, 15)).as_of == date(2024, 1, 15)


def test_everything_ends_at_the_base_date(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, as_of="2024-01-31")
    assert shop.orders.df()["order_id"].tolist() == ["A1", "A2"]
    assert shop.order_items.df()["order_id"].tolist() == ["A1", "A2"]
    assert shop.ledger.rows("after_as_of") == 1
    assert shop.ledger.amount_used == 300


def test_a_date_in_the_future_asks_for_a_base_date(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        shop_of(tmp_path, ORDERS + "A4,c1,2999-12-31,1\n")
    assert str(error.value) == (
        "client 'acme': the last date in the data is 2999-12-31, which lies in the future;"
        " set as_of in the client file, what comes after it is left out."
    )
    assert len(shop_of(tmp_path, ORDERS + "A4,c1,2999-12-31,1\n", as_of="2024-12-31").table("orders")) == 3


def test_a_base_date_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        shop_of(tmp_path, as_of="31.3.2024")
    assert str(error.value) == "as_of is '31.3.2024', must be a date such as 2026-03-31."


def test_orders_are_a_relation_that_narwhals_takes(tmp_path: Path) -> None:
    shop = shop_of(tmp_path)
    sums = nw.from_native(shop.orders).group_by("customer_id").agg(nw.col("amount").sum()).sort("customer_id")
    assert sums.collect("pandas").to_native()["amount"].tolist() == [300, 400]
    relation = shop.orders
    assert (shop.has("orders"), len(shop.table("orders"))) == (True, 3)
    assert relation.aggregate("sum(amount)").fetchall() == [(700,)]


def test_orders_that_end_before_the_base_date_are_named(tmp_path: Path) -> None:
    assert "orders_end: orders: 2024-02-10" in shop_of(tmp_path, as_of="2024-03-12").read_notes
    assert "orders_end: orders: 2024-01-31" in shop_of(tmp_path, as_of="2024-02-01").read_notes
    assert not [n for n in shop_of(tmp_path, as_of="2024-01-31").read_notes if n.startswith("orders_end")]
    assert not [n for n in shop_of(tmp_path).read_notes if n.startswith("orders_end")]


def test_a_base_date_before_the_first_order_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        shop_of(tmp_path, as_of="2023-12-31")
    assert str(error.value) == (
        "client 'acme': no order counts up to the base date 2023-12-31, the first one is of 2024-01-01;"
        " set a later as_of."
    )


def test_orders_of_which_none_counts_are_refused_with_or_without_a_base_date(tmp_path: Path) -> None:
    text = HEAD + "A1,,2024-01-01,100\nA2,,2024-01-31,200\nA3,c2,2024-02-10,0\n"
    for as_of in (None, "2024-12-31"):
        with pytest.raises(UserError) as error:
            shop_of(tmp_path, text, as_of=as_of)
        assert str(error.value) == (
            "client 'acme': no order counts; 3 rows read, none used (2: no customer, 1: amount of zero)."
        )


def test_a_table_of_which_no_row_is_used_says_why(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "s.csv").write_text(
        "customer_id,answered_at,nps\nc1,2024-03-01,10\nc2,2024-03-01,9\nc3,2024-01-01,11\n", encoding="utf-8"
    )
    more = "sources:\n  surveys:\n    path: data/s.csv\n  orders:\n    path: data/o.csv\n"
    shop = shop_of(tmp_path, sources=more)
    assert str(shop.why_empty("surveys")) == "3 rows read, none used: 2 after_as_of, 1 bad_score"
    assert shop.why_empty("surveys") == Unused("surveys", 3, (("after_as_of", 2), ("bad_score", 1)))
    assert (shop.why_empty("orders"), shop.why_empty("order_items"), shop.why_empty("products")) == (None, None, None)
    assert shop_of(tmp_path, sources=more, as_of="2024-03-01").why_empty("surveys") is None
    with pytest.raises(ValueError, match=r"^unknown table 'survey', did you mean 'surveys'\?$"):
        shop.why_empty("survey")


def test_an_unknown_table_is_answered_with_the_nearest_name(tmp_path: Path) -> None:
    shop = shop_of(tmp_path)
    with pytest.raises(ValueError, match=r"^unknown table 'survey', did you mean 'surveys'\?$"):
        shop.table("survey")
    assert not shop.has("survey")


def test_two_shops_live_side_by_side(tmp_path: Path) -> None:
    early, late = shop_of(tmp_path, as_of="2024-01-01"), shop_of(tmp_path)
    assert (len(early.table("orders")), len(late.table("orders"))) == (1, 3)


def test_what_was_read_can_be_named_by_its_hash(tmp_path: Path) -> None:
    import hashlib

    shop = shop_of(tmp_path)
    assert shop.inputs == {"orders/data/o.csv": hashlib.sha256(ORDERS.encode()).hexdigest()}


def test_the_connection_reaches_nothing_outside(tmp_path: Path) -> None:
    shop = shop_of(tmp_path)
    settings = dict(
        shop._con.execute(
            "SELECT name, value FROM duckdb_settings() WHERE name IN ('autoinstall_known_extensions',"
            " 'autoload_known_extensions', 'threads', 'temp_directory', 'python_enable_replacements')"
        ).fetchall()
    )
    assert settings.pop("temp_directory") == str(tmp_path / "data" / "acme" / "tmp" / str(os.getpid()))
    assert settings == {
        "autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": "2",
        "python_enable_replacements": "false",
    }  # fmt: skip
