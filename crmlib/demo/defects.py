"""What is wrong in a real export, planted on purpose and only in orders and rows that the business never saw.

Every planted order or row stands beside the simulated ones, so the truth of the business is untouched by it.
`reason` is the ledger's code for a row that the default policy leaves out, and empty for a row that counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.demo import boxes, market
from crmlib.demo.market import FREE

SHARES = {"cancelled": 0.020, "returned": 0.006, "no_customer": 0.012, "sample": 0.008}
HANDFUL = {"test": 6, "staff": 10, "negative": 5, "customer_conflict": 2, "after_as_of": 8}
STATUS = {"cancelled": "注文取消し", "returned": "返品"}
ABANDONED, ABANDONED_SHARE = "購入処理中", 0.25  # EC-CUBE writes a basket left at the till as an order
MEMBER_CLASS = {"test": "テスト", "staff": "社員"}
N_TEST, N_STAFF = 2, 4

HOSTILE = (
    ("氏名", "<script>alert('氏名')</script>"),
    ("氏名", "=cmd|'/C calc'!A0"),
    ("住所", '大阪府架空市"見本"町1-2, ㈱みほん内'),
    ("備考", "置き配希望\n玄関前へ\r\n不在なら再配達"),
    ("商品名", '=HYPERLINK("http://example.jp","結ノ葉 うるおいジェル")'),
    ("商品名", "<b>結ノ葉</b> うるおいジェル <img src=x onerror=alert(1)>"),
    ("商品名", '結ノ葉 "限定" うるおいジェル, 増量①'),
    ("商品名", "+結ノ葉 うるおいジェル ～秋の特別便～"),
)
BAD_CELLS = (
    ("no_order_id", "注文番号", ""),
    ("no_order_id", "注文番号", ""),
    ("bad_date", "受注日", "2025/02/30 10:15:00"),
    ("bad_date", "受注日", "日付不明"),
    ("bad_date", "受注日", ""),
    ("bad_amount", "価格", "#REF!"),
    ("bad_amount", "価格", "お問い合わせ"),
)
N_BROKEN_ROWS = 2  # one with a cell too few, one with a cell too many
N_COPIES = 12


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows of the order export in file order, with what the ledger must say of each."""

    cells: list[list[str]]
    day: np.ndarray
    reason: np.ndarray
    amount: np.ndarray  # yen; NaN where it cannot be read


def outsiders(people: pd.DataFrame) -> pd.DataFrame:
    """People of the shop itself: test accounts, then staff, who order but are no customers."""
    n = N_TEST + N_STAFF
    ids = [f"9900{i:04d}" for i in range(1, n + 1)]
    copies = people.iloc[np.arange(n) % len(people)].reset_index(drop=True)
    return copies.assign(customer_id=ids)


def extra_orders(
    rng: np.random.Generator, orders: pd.DataFrame, *, first_outsider: int, last_day: int, handful: bool
) -> pd.DataFrame:
    """Orders that the default policy leaves out: copies of real ones, moved in time and marked.

    `source` is the row of `orders` whose lines they repeat.
    """
    parts = [_copies(rng, orders, reason, round(share * len(orders))) for reason, share in SHARES.items()]
    if handful:
        parts += [_copies(rng, orders, reason, count) for reason, count in HANDFUL.items()]
    extra = pd.concat(parts, ignore_index=True)
    reason = extra["reason"]
    abandoned = (reason == "cancelled") & (rng.random(len(extra)) < ABANDONED_SHARE)
    status = reason.map(STATUS).fillna(extra["status"])
    outsider = np.where(
        reason == "test", first_outsider + extra.index % N_TEST, first_outsider + N_TEST + extra.index % N_STAFF
    )
    sample = (reason == "sample").to_numpy()
    return extra.assign(
        status=np.where(abandoned, ABANDONED, status),
        member_class=reason.map(MEMBER_CLASS).fillna(extra["member_class"]),
        customer=np.where(reason.isin(["test", "staff"]), outsider, extra["customer"]),
        anonymous=reason == "no_customer",
        day=np.where(reason == "after_as_of", last_day + 1, extra["day"]),
        kind=np.where(sample, FREE, extra["kind"]),
        delivery=np.where(sample, 0, extra["delivery"]),
        discount_amount=0,
        refunded_amount=0,
    )


def _copies(rng: np.random.Generator, orders: pd.DataFrame, reason: str, count: int) -> pd.DataFrame:
    source = rng.choice(len(orders), size=count)
    copies = orders.iloc[source].assign(reason=reason, source=source)
    return copies.assign(day=np.maximum(copies["day"] - rng.integers(0, 3, size=count), orders["day"].min()))


def extra_lines(extra: pd.DataFrame, lines: pd.DataFrame, *, first_order: int) -> pd.DataFrame:
    """Lines of the extra orders, numbered from `first_order`.

    A sample is one small pack for nothing, a handful's orders carry paid products only, the rest are as they were.
    """
    places = extra[["source", "reason"]].assign(place=np.arange(len(extra)) + first_order)
    copied = places.merge(lines, left_on="source", right_on="order", sort=False)
    main = ~copied.duplicated("place")
    sample, negative, torn = (copied["reason"] == name for name in ("sample", "negative", "customer_conflict"))
    paid_product = (copied["line_type"] == boxes.PRODUCT_LINE) & (copied["unit_price"] > 0)
    copied = copied.assign(
        quantity=np.select([negative, sample], [-1, 1], copied["quantity"]),
        unit_price=np.where(sample, 0, copied["unit_price"]),
        product=np.where(sample, market.GEL_TRIAL, copied["product"]),
    )
    kept = copied[main | (~sample & (paid_product | ~copied["reason"].isin(HANDFUL)))]
    second = copied[torn & main].assign(product=market.CLEANSER, quantity=1, unit_price=3080)
    return pd.concat([kept, second]).assign(order=lambda frame: frame["place"])[list(lines.columns)]


def line_reasons(orders: pd.DataFrame, lines: pd.DataFrame) -> np.ndarray:
    """The ledger's reason for every line, the first that applies in its printed order; empty when it counts."""
    whole = orders["reason"].to_numpy(dtype=object)[lines["order"]]
    no_product = (lines["line_type"] != boxes.PRODUCT_LINE).to_numpy()
    free = (lines["unit_price"] == 0).to_numpy() & ~np.isin(whole, ["test", "staff", "cancelled", "returned", "sample"])
    return np.select([no_product, free], ["not_product", "zero_yen"], whole).astype(object)
