"""Exclusions that add up, identities by hand, attributes and switches, also of data with nothing in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crmlib.analysis import quality
from crmlib.data.tables import TABLES, empty
from tests.analysis.helpers import refused


@dataclass
class Ledger:
    """As much of a ledger as the analysis asks for."""

    lines: list[tuple[str, int, float]]

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame(self.lines, columns=["reason", "n_rows", "amount"])


ORDERS = Ledger([
    ("read", 100, 9_000), ("bad_amount", 2, np.nan), ("exact_duplicate", 3, 300), ("no_customer", 5, 700),
    ("discount", 0, 500), ("rounding", 0, -1), ("used", 90, 7_501),
])  # fmt: skip


def test_what_was_left_out_is_shown_with_its_share_of_the_rows() -> None:
    table = quality.exclusions(ORDERS.frame())
    assert table["share_rows"].tolist() == [1.0, 0.02, 0.03, 0.05, 0.0, 0.0, 0.9]
    assert table.columns.tolist() == ["reason", "n_rows", "share_rows", "ledger_amount"]


def test_a_ledger_that_does_not_add_up_is_refused() -> None:
    frame = ORDERS.frame()
    frame.loc[0, "n_rows"] = 101
    with refused("ledger does not balance in n_rows: 101.0 read, 10.0 left out, 90.0 used."):
        quality.exclusions(frame)


def test_an_empty_ledger_has_no_share() -> None:
    table = quality.exclusions(Ledger([("read", 0, 0), ("used", 0, 0)]).frame())
    assert table["share_rows"].isna().all()


def test_tables_have_orders_first_and_then_their_names() -> None:
    other = Ledger([("read", 4, np.nan), ("bad_score", 1, np.nan), ("used", 3, np.nan)])
    table = quality.tables({"surveys": other, "orders": ORDERS, "products": Ledger([("read", 0, 0), ("used", 0, 0)])})
    assert table["table"].tolist() == ["orders", "products", "surveys"]
    assert table[["n_read", "n_left_out", "n_used"]].to_numpy().tolist() == [[100, 10, 90], [0, 0, 0], [4, 1, 3]]
    assert table["share_used"].fillna(-1).tolist() == [0.9, -1, 0.75]


def test_identities_are_counted_by_hand() -> None:
    # Seven pairs of one order, two of two, one of three: 7 + 4 + 3 = 14 orders, 2 + 2 = 4 beyond the first of a day.
    same_day = pd.DataFrame({"n_on_day": [1, 2, 3], "n_pairs": [7, 2, 1], "n_customers": [1, 2, 1]})
    ids = ["kabcdefgh23", "501", "kabcdefghi1", "k234567abcd"]
    table = quality.identities(same_day, quality.exclusions(ORDERS.frame()), customer_ids=ids)
    assert table[["check", "n_found", "n_of"]].to_numpy().tolist() == [
        ["exact_duplicate", 3, 100], ["customer_conflict", 0, 100], ["no_customer", 5, 100],
        ["same_day_orders", 4, 14], ["same_day_customers", 3, 4], ["surrogate_keys", 2, 4],
    ]  # fmt: skip


def test_without_customers_there_is_no_share() -> None:
    nobody = pd.DataFrame({"n_on_day": [], "n_pairs": [], "n_customers": []}, dtype="int64")
    nothing = quality.exclusions(Ledger([("read", 0, 0), ("used", 0, 0)]).frame())
    table = quality.identities(nobody, nothing, customer_ids=[])
    assert table["n_found"].sum() == 0
    assert table["share"].isna().all()


def test_every_optional_table_of_the_door_switches_something() -> None:
    assert set(quality.SWITCHES) == {*TABLES, "order_items"} - {"orders"}
    read = quality.tables({"orders": ORDERS, "products": Ledger([("read", 2, 0), ("used", 2, 0)])})
    table = quality.switches(read, n_lines=90).set_index("table")
    assert table.loc[["order_items", "products", "surveys"], "n_rows"].tolist() == [90, 2, 0]
    assert table.loc[["order_items", "products", "surveys"], "presence"].tolist() == ["there", "there", "not_there"]


def people(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=empty("customers").columns)


def test_attributes_count_customers_who_bought_whether_or_not_they_have_a_row() -> None:
    customers = people([
        {"customer_id": "a", "sex": "female", "birth_year": 1980, "acq_media": "unknown", "mail_optin": False},
        {"customer_id": "b", "sex": None, "age_band": "30代", "acq_media": "line", "mail_optin": pd.NA},
        {"customer_id": "lead", "sex": "male", "birth_year": 1990, "acq_media": "line", "mail_optin": True},
    ])  # fmt: skip
    filled = pd.DataFrame({"table": ["orders"], "attribute": ["acq_media"], "n_filled": [3], "n_of": [4]})
    table = quality.attributes(filled, customers, empty("products"), customer_ids=["a", "b", "c", "d"])
    found = table[table["table"] == "customers"].set_index("attribute")
    assert found.loc[["sex", "age", "acq_media", "mail_optin"], "n_filled"].tolist() == [1, 2, 1, 1]
    assert set(found["n_of"]) == {4}
    assert table[table["table"] == "products"]["share"].isna().all()
    assert table["share"].iloc[0] == 0.75


def test_without_a_customer_table_nothing_is_known_of_anybody() -> None:
    nothing = pd.DataFrame({"table": [], "attribute": [], "n_filled": [], "n_of": []})
    table = quality.attributes(nothing, empty("customers"), empty("products"), customer_ids=["a", "b"])
    assert table.loc[table["table"] == "customers", "n_filled"].sum() == 0


def test_conditions_are_dates_and_codes_and_nothing_blank() -> None:
    table = quality.conditions(
        first_day=0, last_day=None, as_of_day=31, currency="JPY", tax_basis="included", business_model="one_off",
        timezone="",
    )  # fmt: skip
    assert table.to_numpy().tolist() == [
        ["first_order", "1970-01-01"], ["base_date", "1970-02-01"], ["currency", "JPY"], ["tax_basis", "included"],
        ["business_model", "one_off"],
    ]  # fmt: skip


def test_a_policy_that_the_export_cannot_tell_is_said_so() -> None:
    settings = {"cancelled": "leave_out", "exact_duplicates": "leave_out", "refunds": "subtract",
                "shipping_and_fees": "leave_out"}  # fmt: skip
    table = quality.policy(settings, {"exact_duplicates": True}, quality.exclusions(ORDERS.frame()))
    assert table["tellable"].tolist() == ["not_told", "told", "not_told", "not_told"]
    assert table["n_rows"].fillna(-1).tolist() == [-1, 3, -1, -1]
