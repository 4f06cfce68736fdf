"""Faults in the files beside the orders: faulty rows and second copies, planted beside the true ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Faults:
    """What is wrong with a file: `cells` (the ledger's reason, column, text), one faulty row each, and `copies`.

    `key` is the column that tells rows apart; faulty rows get one of their own.
    """

    cells: tuple[tuple[str, str, str], ...]
    copies: int
    key: str = ""


FAULTS = {
    "survey": Faults(
        cells=(
            ("bad_score", "おすすめ度", "11"),
            ("bad_score", "おすすめ度", "とても"),
            ("bad_score", "おすすめ度", ""),
            ("bad_date", "回答日時", "2025/11/31 21:05:00"),
            ("no_customer", "会員ID", ""),
        ),
        copies=2,
        key="回答ID",
    ),
    "subscriptions": Faults(
        cells=(
            ("bad_date", "申込日", "2025/02/29"),
            ("bad_date", "申込日", ""),
            ("bad_value", "お届け間隔（日）", "隔月"),
            ("bad_value", "解約日", "1999/01/01"),
            ("no_customer", "会員ID", ""),
        ),
        copies=3,
        key="定期番号",
    ),
    "subscription_events": Faults(
        cells=(
            ("bad_date", "日時", "2024/13/01 09:00:00"),
            ("orphan", "定期番号", "T99999999-1"),
            ("no_id", "定期番号", ""),
        ),
        copies=5,
    ),
    "engagement": Faults(
        cells=(
            ("bad_date", "日時", "0000/00/00 00:00:00"),
            ("no_customer", "会員ID", ""),
            ("no_customer", "会員ID", ""),
        ),
        copies=4,
    ),
    "referrals": Faults(cells=(("no_customer", "紹介者会員ID", ""), ("bad_date", "紹介日時", "昨年の春")), copies=1),
    "contacts": Faults(
        cells=(
            ("bad_date", "対応日時", "2025/06/31 14:00:00"),
            ("bad_date", "対応日時", ""),
            ("no_customer", "会員ID", ""),
        ),
        copies=2,
    ),
    "inquiries": Faults(cells=(("bad_date", "受付日時", "先週"),), copies=2, key="受付番号"),
    "sends": Faults(
        cells=(
            ("bad_date", "配信日時", "2025/02/30 10:00:00"),
            ("no_customer", "会員ID", ""),
            ("no_id", "メッセージID", ""),
        ),
        copies=4,
        key="配信ID",
    ),
    "scenarios": Faults(cells=(("no_id", "シナリオID", ""),), copies=1),
    "messages": Faults(cells=(("no_id", "メッセージID", ""),), copies=1),
    "kpi_targets": Faults(cells=(("no_id", "KPI", ""), ("bad_date", "年月", "2025年度")), copies=2),
    "actions": Faults(cells=(("bad_date", "起票日", "先月"),), copies=1),
    "ad_costs": Faults(cells=(("bad_value", "費用（税込）", "請求書待ち"), ("bad_date", "年月", "年間")), copies=1),
}


def with_faults(rng: np.random.Generator, cells: pd.DataFrame, table: str) -> pd.DataFrame:
    """`cells` with the faulty rows and the copies of the file `table` below them."""
    wrong = FAULTS[table]
    n = len(wrong.cells)
    source = rng.choice(len(cells), n + wrong.copies, replace=len(cells) < n + wrong.copies)
    faulty = cells.iloc[source[:n]].reset_index(drop=True)
    if wrong.key:
        faulty[wrong.key] = [f"X-{i}" for i in range(n)]
    for i, (_, column, text) in enumerate(wrong.cells):
        faulty.iloc[i, faulty.columns.get_loc(column)] = text
    return pd.concat([cells, faulty, cells.iloc[source[n:]]], ignore_index=True)


def counted(table: str, n_true: int) -> dict[str, int]:
    """The ledger of a file with `n_true` true rows: rows_read, rows_used and the rows of each reason."""
    wrong = FAULTS[table]
    reasons = [reason for reason, _, _ in wrong.cells]
    lines = {reason: reasons.count(reason) for reason in dict.fromkeys(reasons)} | {"exact_duplicate": wrong.copies}
    return {"rows_read": n_true + len(reasons) + wrong.copies, "rows_used": n_true, **lines}
