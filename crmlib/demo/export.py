"""The simulated shop written as its shop system would export it: Japanese headers, one exporter a table."""

from __future__ import annotations

import csv
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crmlib.demo import market

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

ORDER_COLUMNS = (
    "注文番号", "会員ID", "氏名", "フリガナ", "メールアドレス", "電話番号", "住所", "会員区分", "広告媒体",
    "受注日", "対応状況", "受注区分", "定期番号", "定期回数", "支払方法", "明細番号", "明細区分", "商品コード",
    "商品名", "価格", "個数", "値引き", "返金額", "支払合計", "備考",
)  # fmt: skip
KIND_WORDS = np.array(["お試し", "都度", "定期", "サンプル"])
LINE_WORDS = np.array(["商品", "送料", "手数料"])


def order_texts(orders: pd.DataFrame, lines: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Cells of the order export as text, one row a line of `lines`, columns ORDER_COLUMNS."""
    head = orders.iloc[lines["order"]].reset_index(drop=True)
    cells = {**_head_cells(head), **person_cells(people.iloc[head["customer"]]), **_line_cells(lines)}
    return pd.DataFrame(cells, dtype=object)[list(ORDER_COLUMNS)]


def _head_cells(head: pd.DataFrame) -> dict[str, Any]:
    media = market.MEDIA["acq_media"].to_numpy(dtype=object)
    subscribed = head["delivery"].to_numpy() > 0
    return {
        "注文番号": head["order_id"].to_numpy(),
        "会員ID": head["customer_id"].to_numpy(),
        "会員区分": head["member_class"].to_numpy(),
        "広告媒体": np.where(head["media"] < 0, "", media[head["media"]]),
        "受注日": moment_texts(head["day"], head["second"]),
        "対応状況": head["status"].to_numpy(),
        "受注区分": KIND_WORDS[head["kind"]],
        "定期番号": np.where(subscribed, head["subscription_id"], ""),
        "定期回数": np.where(subscribed, head["delivery"].astype(str), ""),
        "支払方法": np.where(head["later_payment"], "後払い", "クレジットカード"),
        "値引き": head["discount_amount"].astype(str).to_numpy(),
        "返金額": head["refunded_amount"].astype(str).to_numpy(),
        "支払合計": head["payment"].astype(str).to_numpy(),
        "備考": head["memo"].to_numpy(),
    }


def _line_cells(lines: pd.DataFrame) -> dict[str, Any]:
    product = lines["product"].to_numpy()
    kind = LINE_WORDS[lines["line_type"]]
    ids = market.PRODUCTS["product_id"].to_numpy(dtype=object)
    names = market.PRODUCTS["product_name"].to_numpy(dtype=object)
    return {
        "明細番号": lines.groupby("order").cumcount().add(1).astype(str).to_numpy(),
        "明細区分": kind,
        "商品コード": np.where(product < 0, "", ids[product]),
        "商品名": np.where(product < 0, kind, names[product]),
        "価格": lines["unit_price"].astype(str).to_numpy(),
        "個数": lines["quantity"].astype(str).to_numpy(),
    }


def person_cells(people: pd.DataFrame) -> dict[str, Any]:
    """Personal cells that an export carries and nobody maps: name, kana, mail, phone and address, all invented."""
    number = people["customer_id"].str[-7:].to_numpy(dtype=object)
    name = market.SURNAMES[people["surname"]] + "　" + market.GIVEN[people["given"]]
    place = market.PREFECTURES[people["prefecture"]]
    return {
        "氏名": name,
        "フリガナ": market.KANA[people["given"]],
        "メールアドレス": "u" + number + "@example.jp",
        "電話番号": "0000" + number,
        "住所": place + "架空市見本町" + number,
    }


def moment_texts(day: pd.Series, second: pd.Series) -> np.ndarray:
    """Times as a shop system prints them: 2025/04/01 12:34:56."""
    moment = (day.to_numpy(dtype=np.int64) * 86400 + second.to_numpy(dtype=np.int64)).astype("datetime64[s]")
    iso = np.datetime_as_string(moment)
    return np.char.replace(np.char.replace(iso, "-", "/"), "T", " ").astype(object)


def day_texts(day: pd.Series | np.ndarray) -> np.ndarray:
    """Dates as 2025/04/01."""
    iso = np.datetime_as_string(np.asarray(day, dtype=np.int64).astype("datetime64[D]"))
    return np.char.replace(iso, "-", "/").astype(object)


class Exports:
    """Open CSV files of one export, each begun with its header when first written to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self._writers: dict[str, Any] = {}

    def __enter__(self) -> Exports:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def append(self, name: str, header: Sequence[str], rows: Iterable[Sequence[str]], *, encoding: str) -> None:
        """Write `rows` to the file `name`, after its header when the file is new."""
        if name not in self._writers:
            path = self._folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = self._stack.enter_context(path.open("w", encoding=encoding, newline=""))
            self._writers[name] = csv.writer(handle)
            self._writers[name].writerow(header)
        self._writers[name].writerows(rows)
