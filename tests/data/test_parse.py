from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import duckdb
import pytest

from crmlib.data.parse import days, moment, money, number, share, whole


def value(expression: str, text: str) -> object:
    with duckdb.connect() as con:
        return con.execute(f"SELECT {expression} FROM (SELECT ? AS text)", [text]).fetchall()[0][0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1980", "1980"), ("1,980円", "1980"), ("¥1,980", "1980"), ("￥１，９８０", "1980"), ("\\1980", "1980"),
        ("△500", "-500"), ("▲1,000", "-1000"), ("−3", "-3"), ("－3", "-3"), ("-¥5", "-5"), ("¥-5", "-5"), ("+7", "7"),
        ("(1,234)", "-1234"), ("（1,234円）", "-1234"), ("1 234", "1234"), ("￥1,980-", "1980"),
        ("￥１，９８０－", "1980"), ("-￥1,980", "-1980"), ("5 円", "5"), ("　12　", "12"),
        ("1.50", "1.5"), ("12.", "12"), (".5", "0.5"), ("1,234,567.89", "1234567.89"), ("-0", "0"),
    ],
)  # fmt: skip
def test_numbers_as_shops_write_them(text: str, expected: str) -> None:
    assert value(number("text"), text) == Decimal(expected)


@pytest.mark.parametrize(
    "text",
    ["", "無料", "NaN", "inf", "1e30", "1E5", "1,5", "12,34", "1,2345", "--5", "5-", "1,980-", "¥5△", "¥-5-",
     "1.2.3", "¥", "-", "10%", "$5",
     "٣", "1234567890123", "0x10", "1_000", "1\x002"],
)  # fmt: skip
def test_anything_else_is_not_a_number(text: str) -> None:
    assert value(number("text"), text) is None


def test_money_is_exact_in_smallest_units() -> None:
    assert value(money("text", 2), "0.001") == Decimal("0.1")
    assert value(money("text", 0), "1,980円") == Decimal(1980)


@pytest.mark.parametrize(("text", "expected"), [("3", 3), ("3.0", 3), ("-2", -2), ("1.5", None), ("three", None)])
def test_a_quantity_is_whole(text: str, expected: int | None) -> None:
    assert value(whole("text"), text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-02-29", "2024-02-29 00:00:00"), ("2024/2/9", "2024-02-09 00:00:00"),
        ("2024/2/9 3:04", "2024-02-09 03:04:00"), ("2024-02-09T10:05:06", "2024-02-09 10:05:06"),
        ("2024-02-09 23:59:59.25", "2024-02-09 23:59:59.25"), ("２０２４／０２／０９", "2024-02-09 00:00:00"),
        ("2024年2月9日", "2024-02-09 00:00:00"), ("2024年2月9日 10:20", "2024-02-09 10:20:00"),
        ("2024年2月9日10時5分", "2024-02-09 10:05:00"), ("2024年2月9日10時5分7秒", "2024-02-09 10:05:07"),
        ("20240209", "2024-02-09 00:00:00"), ("20240209 10:00", "2024-02-09 10:00:00"),
        ("20240209100000", "2024-02-09 10:00:00"),
    ],
)  # fmt: skip
def test_dates_as_shops_write_them(text: str, expected: str) -> None:
    assert value(moment("text", None, "Asia/Tokyo"), text) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "text",
    ["2023-02-29", "2023-02-30", "2023年2月30日", "2023-13-01", "0000-00-00", "23-01-05", "2023115", "1/5/2023",
     "2023-01", "2023-01-05 24:00", "2023-01-05 10:60", "2023-01/05", "45000", "NaT", "yesterday", ""],
)  # fmt: skip
def test_impossible_and_ambiguous_dates_are_not_read(text: str) -> None:
    assert value(moment("text", None, "Asia/Tokyo"), text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-01T16:00:00Z", "2024-01-02 01:00:00"),  # Tokyo is nine hours ahead: the next day
        ("2024-01-01 16:00:00 +0000", "2024-01-02 01:00:00"),
        ("2024-01-01 16:00:00+09:00", "2024-01-01 16:00:00"),
        ("2024-01-01 16:00:00 -05:30", "2024-01-02 06:30:00"),
        ("2024/01/01 16:00 UTC", "2024-01-02 01:00:00"),
    ],
)
def test_offsets_are_turned_into_the_shops_own_time(text: str, expected: str) -> None:
    assert value(moment("text", None, "Asia/Tokyo"), text) == datetime.fromisoformat(expected)


def test_a_shop_with_summer_time() -> None:
    at = moment("text", None, "America/New_York")
    assert value(at, "2024-01-15T12:00:00Z") == datetime.fromisoformat("2024-01-15 07:00")
    assert value(at, "2024-07-15T12:00:00Z") == datetime.fromisoformat("2024-07-15 08:00")


def test_formats_of_the_client_file_replace_the_usual_ones() -> None:
    at = moment("text", ["%d/%m/%Y %H:%M %z", "%d.%m.%y"], "Asia/Tokyo")
    assert value(at, "05/01/2023 16:00 +0000") == datetime.fromisoformat("2023-01-06 01:00")
    assert value(at, "05.01.23") == datetime.fromisoformat("2023-01-05")
    assert value(at, "2023-01-05") is None


@pytest.mark.parametrize(
    "text",
    ["2024-01-01T10:00:00+15:00", "2024-01-01T10:00:00+99:00", "2024-01-01 10:00 -14:30", "2024-01-01T10:00+09:75",
     "9999-12-31T23:59:59Z", "1900-01-01", "1989-12-31", "1970-01-01T00:00:00Z", "0001-01-01"],
)  # fmt: skip
def test_offsets_of_no_place_and_years_of_no_shop_are_not_read(text: str) -> None:
    assert value(moment("text", None, "Asia/Tokyo"), text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1990-01-01", "1990-01-01"), ("2024-01-01T00:00:00+14:00", "2023-12-31 19:00"), ("9999-12-31", "9999-12-31")],
)
def test_the_first_year_and_the_widest_offset_are_read(text: str, expected: str) -> None:
    assert value(moment("text", None, "Asia/Tokyo"), text) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0.7", 0.7), ("70%", 0.7), ("７０％", 0.7), ("7割", 0.7), ("70", 70), ("七割", None), ("about 70%", None)],
)
def test_shares_as_shops_write_them(text: str, expected: float | None) -> None:
    assert value(share("text"), text) == expected


@pytest.mark.parametrize(("text", "expected"), [("30", 30), ("30日", 30), ("30 日間", 30), ("1か月", None)])
def test_numbers_of_days(text: str, expected: int | None) -> None:
    assert value(days("text"), text) == expected
