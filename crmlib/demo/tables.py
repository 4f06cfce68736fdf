"""Every other file of the export, one function a table, as the systems that keep them would write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crmlib.demo import defects, experiments, market
from crmlib.demo.export import day_texts, moment_texts, person_cells
from crmlib.demo.survey import WAVES
from crmlib.demo.world import FOLLOW_UP_FROM, FOLLOW_UP_TO, World

if TYPE_CHECKING:
    from collections.abc import Sequence

USAGE_WORDS = np.array(["毎日使っている", "ときどき使っている", "使わなくなった", "まだ開けていない"], dtype=object)
ROLE_WORDS = {"trial": "お試し", "front": "本商品", "backend": "上位商品", "cross": "関連商品", "insert": "同梱物"}
RANKS = np.array(["一般", "シルバー", "ゴールド"], dtype=object)
COMMENTS = np.array(
    ["", "", "", "しっとりします。", "毎朝使っています", "香りが少し苦手です", "べたつく\n気がします", "価格が高い…"],
    dtype=object,
)
HOSTILE_PRODUCT_NAME = '=1+1 <b>特別</b>セット "限定" ㈱みほん別注'
HOSTILE_PRODUCT = ("YH-X99", HOSTILE_PRODUCT_NAME, "販売終了", "セット", "本商品", "", "￥9,800", "2100", "30")
SURVEY_FAULTS = (
    ("bad_score", "おすすめ度", "11"),
    ("bad_score", "おすすめ度", "とても"),
    ("bad_score", "おすすめ度", ""),
    ("bad_date", "回答日時", "2025/11/31 21:05:00"),
    ("no_customer", "会員ID", ""),
)
N_SURVEY_COPIES = 2


@dataclass(frozen=True, kw_only=True)
class Table:
    """One file of the export: where, in which encoding, and its cells."""

    file: str
    encoding: str
    cells: pd.DataFrame

    @property
    def header(self) -> Sequence[str]:
        """The file's first row."""
        return list(self.cells.columns)

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The rows below it."""
        return list(self.cells.itertuples(index=False, name=None))


def other_tables(rng: np.random.Generator, shop: World, *, last_day: int, first_batch: bool) -> list[Table]:
    """All files beside the orders; products and the list of experiments are written once."""
    answers = survey_cells(shop)
    if first_batch:
        answers = _with_faults(rng, answers)
    written = [
        Table(file="customers.csv", encoding="cp932", cells=customer_cells(shop)),
        Table(file="survey_sent.csv", encoding="cp932", cells=sent_cells(shop)),
        # The form's own download: UTF-8 with a byte order mark.
        Table(file="survey.csv", encoding="utf-8-sig", cells=answers),
        Table(file="assignments.csv", encoding="cp932", cells=assignment_cells(shop)),
    ]
    if not first_batch:
        return written
    return [
        *written,
        Table(file="products.csv", encoding="cp932", cells=product_cells()),
        Table(file="experiments.csv", encoding="cp932", cells=experiment_cells(last_day)),
    ]


def customer_cells(shop: World) -> pd.DataFrame:
    """会員: every member, the shop's own people among them, with personal cells."""
    people = shop.export_people
    outside = np.arange(len(people)) - len(shop.people)
    classes = np.select([outside < 0, outside < defects.N_TEST], ["一般", "テスト"], "社員")
    n_orders = np.bincount(shop.orders["customer"], minlength=len(people))
    media = market.MEDIA["acq_media"].to_numpy(dtype=object)[people["media"]]
    cells = {
        "会員ID": people["customer_id"].to_numpy(dtype=object),
        **person_cells(people),
        "都道府県": market.PREFECTURES[people["prefecture"]],
        "性別": np.where(people["is_female"], "女性", "男性"),
        "生まれ年": people["birth_year"].astype(str).to_numpy(dtype=object),
        "会員ランク": RANKS[np.searchsorted([3, 8], n_orders, side="right")],
        "広告媒体": np.where(people["media_known"], media, ""),
        "会員区分": classes,
        "登録日": day_texts(people["arrival_day"]),
        "メルマガ": np.where(people["mail_optin"], "希望する", "希望しない"),
    }
    return pd.DataFrame(cells, dtype=object)


def product_cells() -> pd.DataFrame:
    """商品: the range, and one product that is no longer sold and has a hostile name."""
    products = market.PRODUCTS
    cells = pd.DataFrame(
        {
            "商品コード": products["product_id"],
            "商品名": products["product_name"],
            "大分類": products["category_l1"],
            "小分類": products["category_l2"],
            "役割": products["role"].map(ROLE_WORDS),
            "定期": np.where(products["is_subscription"], "○", ""),
            "販売価格（税込）": [f"￥{price:,}" for price in products["price"]],
            "原価": products["unit_cost"].astype(str),
            "標準使用日数": products["cycle_days"].astype(str),
        },
        dtype=object,
    )
    return pd.concat([cells, pd.DataFrame([HOSTILE_PRODUCT], columns=cells.columns)], ignore_index=True)


def sent_cells(shop: World) -> pd.DataFrame:
    """アンケート配信: who was asked, once a wave."""
    sent = shop.survey.sent
    names = np.array([name for name, _ in WAVES], dtype=object)
    at_ten = moment_texts(sent["day"], pd.Series(10 * 3600, index=sent.index))
    return pd.DataFrame({"調査ID": names[sent["survey"]], "会員ID": _ids(shop, sent), "配信日時": at_ten}, dtype=object)


def survey_cells(shop: World) -> pd.DataFrame:
    """アンケート: every answer, with a free text that nobody maps."""
    answers = shop.survey.answers
    names = np.array([name for name, _ in WAVES], dtype=object)
    ids = _ids(shop, answers)
    told = answers[["nps", "expectation", "experience"]].astype(str)
    return pd.DataFrame(
        {
            "回答ID": names[answers["survey"]] + "-" + ids + "-" + answers["day"].astype(str).to_numpy(dtype=object),
            "調査ID": names[answers["survey"]],
            "会員ID": ids,
            "回答日時": moment_texts(answers["day"], answers["second"]),
            "おすすめ度": told["nps"].to_numpy(),
            "購入前の期待度": told["expectation"].to_numpy(),
            "使ってみた満足度": told["experience"].to_numpy(),
            "ご使用状況": USAGE_WORDS[answers["usage"]],
            "ご意見": COMMENTS[(answers["customer"] * 7 + answers["nps"]) % len(COMMENTS)],
        },
        dtype=object,
    )


def experiment_cells(last_day: int) -> pd.DataFrame:
    """施策: the four experiments as the shop wrote them down."""
    rows = [
        {
            "施策ID": design.experiment_id,
            "施策名": design.name,
            "仮説": design.hypothesis,
            "単位": "会員",
            "割付方法": design.method,
            "開始日": day_texts(np.array([last_day - design.sent[0]]))[0],
            "終了日": day_texts(np.array([last_day - design.sent[1]]))[0],
            "主要指標": design.metric,
            "判定日数": str(experiments.WINDOW_DAYS),
            "実施群の予定割合": str(experiments.CALLED_SHARE if design.kind == "manual" else 0.5),
        }
        for design in designs()
    ]
    return pd.DataFrame(rows, dtype=object)


def assignment_cells(shop: World) -> pd.DataFrame:
    """割付: one row a customer and experiment."""
    assigned = shop.assignments
    names = np.array([design.experiment_id for design in designs()], dtype=object)
    return pd.DataFrame(
        {
            "施策ID": names[assigned["experiment"]],
            "会員ID": _ids(shop, assigned),
            "群": np.where(assigned["treatment"], "実施群", "対照群"),
            "割付日時": moment_texts(assigned["day"], pd.Series(9 * 3600, index=assigned.index)),
            "実施": np.where(assigned["done"], "済", "未"),
        },
        dtype=object,
    )


def designs() -> tuple[experiments.Design, ...]:
    """The experiments of this shop."""
    return experiments.designs(follow_up=(FOLLOW_UP_FROM, FOLLOW_UP_TO))


def _with_faults(rng: np.random.Generator, answers: pd.DataFrame) -> pd.DataFrame:
    """Faulty rows beside the true ones: unreadable scores and dates, no customer, and the same answer twice."""
    source = rng.choice(len(answers), len(SURVEY_FAULTS) + N_SURVEY_COPIES, replace=False)
    faulty = answers.iloc[source[: len(SURVEY_FAULTS)]].reset_index(drop=True)
    faulty["回答ID"] = [f"X-{i}" for i in range(len(faulty))]
    for i, (_, column, text) in enumerate(SURVEY_FAULTS):
        faulty.iloc[i, faulty.columns.get_loc(column)] = text
    return pd.concat([answers, faulty, answers.iloc[source[len(SURVEY_FAULTS) :]]], ignore_index=True)


def _ids(shop: World, frame: pd.DataFrame) -> np.ndarray:
    return shop.people["customer_id"].to_numpy(dtype=object)[frame["customer"]]
