"""Clients at the edges: no order, one customer, 3,000 products, and one whose every text attacks."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = '"><script>alert(1)</script>=HYPERLINK("x")'
NASTY = (
    HOSTILE, "=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "<b>太字</b>&amp;", "改行\nのある\n名前", "１２３４５",
    "🎁ギフト👨‍👩‍👧", "長い名前" * 15, "..", "'引用'\"符\"", "[表]:*?/\\", "{n} %s {{x}}",
)  # fmt: skip
ALL = (
    "quality", "rfm", "calls", "portfolio", "stages", "lifecycle", "retention", "ltv", "basket", "nps", "abtest",
    "scenario", "kpi", "contracts",
)  # fmt: skip
AS_OF = date(2026, 3, 31)
ORDERS = ("order_id", "customer_id", "order_date", "status", "product_id", "product_name", "quantity", "line_amount")
DELIVERIES = (*ORDERS, "subscription_id", "subscription_seq", "order_kind")
SUBSCRIPTIONS = ("subscription_id", "customer_id", "product_id", "start_date", "interval_days", "status")

Rows = Iterable[Sequence[Any]]


def home(folder: Path) -> Path:
    """A home with the notebooks and no client yet."""
    (folder / "parameters").mkdir(parents=True)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    return folder


def client(
    home: Path, name: str, title: str, tables: dict[str, tuple[Sequence[str], Rows]], notebooks: Sequence[str] = ALL,
    **more: Any,
) -> str:  # fmt: skip
    """Write the exports and the client file; the headers are the canonical names. Returns the client's name."""
    told: dict[str, Any] = {
        "name": name, "title": title, "language": "ja", "currency": "JPY", "tax_basis": "included",
        "business_model": "single_item", "as_of": AS_OF, "notebooks": list(notebooks), "sources": {}, **more,
    }  # fmt: skip
    for table, (columns, rows) in tables.items():
        path = home / "data" / name / f"{table}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([columns, *rows])
        told["sources"][table] = {
            "path": str(path.relative_to(home)), "encoding": "utf-8", "columns": {name: name for name in columns},
        }  # fmt: skip
        if "status" in columns and table == "orders":
            told["sources"][table]["values"] = {"status": {"ok": "valid", "no": "cancelled"}}
        if table == "subscriptions":
            told["sources"][table]["values"] = {"status": {"active": "active"}}
        if "order_kind" in columns:
            told["sources"][table]["values"]["order_kind"] = {"subscription": "subscription", "trial": "trial"}
    text = yaml.safe_dump(told, allow_unicode=True, sort_keys=False)
    (home / "parameters" / f"{name}.yml").write_text(text, encoding="utf-8")
    return name


def header_only(home: Path, **more: Any) -> str:
    """An export of orders that has a header and nothing below it."""
    return client(home, "header", "見出しだけの店", {"orders": (ORDERS, [])}, **more)


def all_cancelled(home: Path, **more: Any) -> str:
    """Forty orders, every one of them cancelled."""
    rows = [(f"A{n}", f"C{n % 9}", AS_OF - timedelta(days=9 * n), "no", "P1", "ジェル", 1, 5480) for n in range(40)]
    return client(home, "cancelled", "全件取消しの店", {"orders": (ORDERS, rows)}, **more)


def one_order(home: Path, **more: Any) -> str:
    """One customer who bought once."""
    rows = [("A1", "C1", date(2026, 2, 3), "ok", "P1", "ジェル", 1, 5480)]
    return client(home, "one", "お客様が一人の店", {"orders": (ORDERS, rows)}, **more)


def twelve_orders(home: Path, **more: Any) -> str:
    """One customer with a trial and eleven deliveries of one subscription."""
    days = [date(2025, 4, 10) + timedelta(days=30 * n) for n in range(12)]
    rows = [
        (f"A{n}", "C1", day, "ok", *(("P1", "本品", 1, 4380, "T1", n, "subscription") if n else
                                     ("P0", "お試し", 1, 1480, "", "", "trial")))
        for n, day in enumerate(days)
    ]  # fmt: skip
    subscribed = (SUBSCRIPTIONS, [("T1", "C1", "P1", days[1], 30, "active")])
    tables = {"orders": (DELIVERIES, rows), "subscriptions": subscribed}
    return client(home, "twelve", "一人が十二回買った店", tables, **more)


def many_products(home: Path, n_products: int = 3000, n_customers: int = 6000, **more: Any) -> str:
    """Thousands of products with long names, some of which attack."""
    draw = random.Random(5)
    names = [_product(n) for n in range(n_products)]
    rows = []
    for customer in range(n_customers):
        day = date(2024, 4, 1) + timedelta(days=draw.randrange(700))
        while day <= AS_OF and len(rows) < 10 * n_customers:
            order = f"A{len(rows):06}"
            for product in sorted({int(n_products * draw.random() ** 3) for _ in range(draw.randint(1, 3))}):
                price = 980 + 100 * (product % 70)
                rows.append((order, f"C{customer:05}", day, "ok", f"P{product:04}", names[product], 1, price))
            day += timedelta(days=20 + int(draw.expovariate(1 / 120)))
            if draw.random() < 0.4:
                break
    catalogue = [(f"P{n:04}", name, f"大分類{n % 12}", f"小分類{n % 90}") for n, name in enumerate(names)]
    tables = {"orders": (ORDERS, rows),
              "products": (("product_id", "product_name", "category_l1", "category_l2"), catalogue)}  # fmt: skip
    return client(home, "many", "三千商品の店", tables, business_model="one_off", **more)


def _product(n: int) -> str:
    if n < 3 * len(NASTY) and n % 3 == 0:
        return NASTY[n // 3]
    size = f"大容量{n % 9 + 1}00g"
    return f"結ノ葉　無添加うるおいジェルクリーム・季節限定〈{n:04}〉しっとりタイプ詰替用（定期便の方限定）{size}"


def hostile(home: Path, title: str = HOSTILE, **more: Any) -> str:
    """Forty customers of a shop whose title and products attack."""
    rows = []
    for n in range(40):
        for again in range(1 + n % 4):
            product = (n + again) % len(NASTY)
            day = date(2025, 1, 10) + timedelta(days=7 * n + 40 * again)
            rows.append((f"A{n}-{again}", f"C{n}", day, "ok", f"P{product:02}", NASTY[product], 1, 2980 + 100 * n))
    catalogue = [(f"P{n:02}", name, name, HOSTILE) for n, name in enumerate(NASTY)]
    tables = {"orders": (ORDERS, rows),
              "products": (("product_id", "product_name", "category_l1", "category_l2"), catalogue)}  # fmt: skip
    return client(home, "hostile", title, tables, **more)
