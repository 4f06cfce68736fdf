"""Test orders told by their pattern: the names of products and the keys of customers; nothing personal leaves."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from crmlib.data.beside import has
from crmlib.data.keys import surrogates
from crmlib.data.sql import literals

if TYPE_CHECKING:
    import duckdb

    from crmlib.data.read import Reading
    from crmlib.data.settings import Settings

# The whole name: a tester (テスター), a contest (コンテスト) and a kit for allergy tests are products.
_THING = "商品|注文|購入|受注|決済|用|用商品|データ|item|order|product|purchase"
NAME = rf"(?:【?(?:テスト|ﾃｽﾄ|test|ダミー|dummy)】?)[ _\-]?(?:{_THING})?[ _\-]?\d*|動作確認(?:用)?(?:商品)?"
_KEY = re.compile(
    r"(?:test|testuser|dummy|テスト|ダミー)[._+\-]?\d*(?:@.+)?|[^@]+@(?:test|dummy|example)\.[a-z.]+|テスト[ 　].+",
    re.IGNORECASE,
)


def named_tests(con: duckdb.DuckDBPyConnection, reading: Reading) -> dict[str, str]:
    """The condition of rows whose product is called a test; nothing where there is none."""
    tests = []
    for name in ("product_name", "product_id"):
        if has(reading, name):
            rows = con.execute(
                f"SELECT DISTINCT {name} FROM judged WHERE reason IS NULL AND "
                f"regexp_matches({name}, '(?i)テスト|ﾃｽﾄ|test|ダミー|dummy|動作確認|ｔｅｓｔ')"
            ).fetchall()
            found = [text for (text,) in rows if is_test_name(text)]
            tests += [f"{name} IN ({literals(found)})"] if found else []
    return {"test_product": f"reason IS NULL AND ({' OR '.join(tests)})"} if tests else {}


def tested(con: duckdb.DuckDBPyConnection, where: str, reading: Reading) -> dict[str, Any]:
    """The header and up to three names by which the rows are told."""
    for name in ("product_name", "product_id"):
        if has(reading, name):
            rows = con.execute(f"SELECT DISTINCT {name} FROM judged WHERE {where} ORDER BY 1").fetchall()
            found = [text for (text,) in rows if text and is_test_name(text)]
            if found:
                return {"header": reading.headers[name], "cells": found[:3]}
    return {}


def is_test_name(text: str) -> bool:
    """True for a product that is called a test and nothing else.

    Example:
        >>> is_test_name("テスト商品 2"), is_test_name("テスターセット"), is_test_name("パッチテスト")
        (True, False, False)
    """
    return bool(re.fullmatch(NAME, unicodedata.normalize("NFKC", text).strip(), re.IGNORECASE))


def keyed_tests(settings: Settings, readings: dict[str, Reading]) -> dict[str, str]:
    """The condition of rows whose customer's key was a test's; keys that were replaced are asked for by the new one."""
    cells = [cell for reading in readings.values() for cell in reading.personal.cells.get("key", ())]
    keys = sorted({key for (key, *_) in cells if is_test_key(str(key))})
    if not keys:
        return {}
    known = surrogates(keys, settings)
    return {"test_customer": f"reason IS NULL AND customer_id IN ({literals(sorted(known.values()))})"}


def is_test_key(key: str) -> bool:
    """True for a key such as test@, anyone@example.com or テスト 太郎.

    Example:
        >>> is_test_key("test01@shop.jp"), is_test_key("testa.rossa@mail.it"), is_test_key("テスト 太郎")
        (True, False, True)
    """
    return bool(_KEY.fullmatch(unicodedata.normalize("NFKC", key).strip()))
