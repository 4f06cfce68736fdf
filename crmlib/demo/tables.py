"""Every other file of the export, one function a table, as the systems that keep them would write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crmlib.demo import defects, experiments, faults, further, loop_cells, market, records, words
from crmlib.demo.export import day_texts, moment_texts, person_cells
from crmlib.demo.survey import WAVES
from crmlib.demo.world import FOLLOW_UP_FROM, FOLLOW_UP_TO, World

if TYPE_CHECKING:
    from collections.abc import Sequence

USAGE_WORDS = np.array(["毎日使っている", "ときどき使っている", "使わなくなった", "まだ開けていない"], dtype=object)
ROLE_WORDS = {"trial": "お試し", "front": "本商品", "backend": "上位商品", "cross": "関連商品", "insert": "同梱物"}
RANKS = np.array(["一般", "シルバー", "ゴールド"], dtype=object)
RATING_WORDS = {
    "product": "商品の満足度", "price": "価格の満足度", "delivery": "配送の満足度", "packaging": "梱包の満足度",
    "support": "サポートの満足度", "site": "サイトの満足度",
}  # fmt: skip
HOSTILE_PRODUCT_NAME = '=1+1 <b>特別</b>セット "限定" ㈱みほん別注'
HOSTILE_PRODUCT = ("YH-X99", HOSTILE_PRODUCT_NAME, "販売終了", "セット", "本商品", "", "￥9,800", "2100", "30", "", "")


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


def other_tables(
    rng: np.random.Generator,
    other: np.random.Generator,
    loop: np.random.Generator,
    shop: World,
    *,
    customers: int,
    last_day: int,
    first_batch: bool,
) -> list[Table]:
    """All files beside the orders but the costs; products and the list of experiments are written once."""
    answers = survey_cells(shop)
    kept = records.cells(other, shop)
    sent = {"sends": loop_cells.send_cells(shop)}
    if first_batch:
        answers = faults.with_faults(rng, answers, "survey")
        kept = {name: faults.with_faults(other, cells, name) for name, cells in kept.items()}
        sent |= loop_cells.static_cells(customers=customers, last_day=last_day)
        sent = {name: faults.with_faults(loop, cells, name) for name, cells in sent.items()}
    kept["engagement"] = pd.concat([kept["engagement"], records.engagement_cells(shop, shop.carts)], ignore_index=True)
    kept |= sent
    written = [
        Table(file="customers.csv", encoding="cp932", cells=customer_cells(shop)),
        Table(file="survey_sent.csv", encoding="cp932", cells=sent_cells(shop)),
        # The form's own download: UTF-8 with a byte order mark.
        Table(file="survey.csv", encoding="utf-8-sig", cells=answers),
        Table(file="assignments.csv", encoding="cp932", cells=assignment_cells(shop)),
        # The tools for mail and LINE are not Japanese shop systems.
        *(
            Table(file=f"{name}.csv", encoding="utf-8" if name == "engagement" else "cp932", cells=cells)
            for name, cells in kept.items()
        ),
    ]
    if not first_batch:
        return written
    return [
        *written,
        Table(file="products.csv", encoding="cp932", cells=product_cells()),
        Table(file="experiments.csv", encoding="cp932", cells=experiment_cells(last_day)),
    ]


def customer_cells(shop: World) -> pd.DataFrame:
    """会員: every member, the shop's own people and those who only asked among them, with personal cells."""
    people = pd.concat([shop.export_people, shop.leads], ignore_index=True)
    place = np.arange(len(people))
    outside = place - len(shop.people)
    is_lead = place >= len(shop.export_people)
    classes = np.select([is_lead | (outside < 0), outside < defects.N_TEST], ["一般", "テスト"], "社員")
    n_orders = np.bincount(shop.orders["customer"], minlength=len(people))
    media = market.MEDIA["acq_media"].to_numpy(dtype=object)[people["media"]]
    asked = (people["lead_source"] >= 0).to_numpy()
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
        "メルマガ": words.MAIL[people["mail_told"]],
        "LINE友だち": words.LINE_FRIEND[people["line_friend"]],
        "LINEアカウント": words.LINE_ACCOUNTS[people["line_account"]],
        "電話可": words.ASKED[people["call_ok"]],
        "電話不可の申出": words.REFUSED[people["do_not_call"]],
        "DM可": words.ASKED[people["dm_ok"]],
        "見込み客": np.where(is_lead, "○", ""),
        "見込み経路": words.LEAD_SOURCES[people["lead_source"]],
        "見込み登録日": np.where(asked, day_texts(people["lead_day"].clip(lower=0)), ""),
    }
    return pd.DataFrame(cells, dtype=object)


def product_cells() -> pd.DataFrame:
    """商品: the range, and one product that is no longer sold and has a hostile name."""
    products = market.PRODUCTS
    settled = [market.SETTLED.get(place, ("", "")) for place in range(len(products))]
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
            "標準使用日数": [str(days or "") for days in products["cycle_days"]],
            "定着回数": [str(orders) for orders, _ in settled],
            "定着日数": [str(days) for _, days in settled],
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
    """アンケート: every answer, with a free text that may name people."""
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
            "効果の実感": words.EFFECTS[answers["effect"]],
            "ほめられた・認められた": words.RECOGNITIONS[answers["recognised"]],
            "継続意向": _told(answers["intent"]),
            **{word: _told(answers[name]) for name, word in RATING_WORDS.items()},
            "ご意見": answers["comment"].to_numpy(dtype=object),
        },
        dtype=object,
    )


def experiment_cells(last_day: int) -> pd.DataFrame:
    """施策: the experiments as the shop wrote them down."""
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
            **loop_cells.first_row(design),
        }
        for design in designs()
    ]
    rows += [loop_cells.experiment_row(trial, last_day) for trial in further.TRIALS]
    return pd.DataFrame(rows, dtype=object)


def assignment_cells(shop: World) -> pd.DataFrame:
    """割付: one row a unit and experiment."""
    assigned = shop.assignments
    names = np.array([design.experiment_id for design in designs()], dtype=object)
    first = {
        "施策ID": names[assigned["experiment"]],
        "対象ID": _ids(shop, assigned),
        "群": np.where(assigned["treatment"], "実施群", "対照群"),
        "割付日時": _at_nine(assigned),
        "実施": np.where(assigned["done"], "済", "未"),
    }
    more = {**loop_cells.assigned_cells(shop), "割付日時": _at_nine(shop.further)}
    parts = [pd.DataFrame(cells, dtype=object) for cells in (first, more)]
    return pd.concat(parts, ignore_index=True)[list(first)]


def _at_nine(assigned: pd.DataFrame) -> np.ndarray:
    return moment_texts(assigned["day"], pd.Series(9 * 3600, index=assigned.index))


def _told(numbers: pd.Series) -> np.ndarray:
    return np.where(numbers >= 0, numbers.astype(str), "")


def designs() -> tuple[experiments.Design, ...]:
    """The first four experiments of this shop."""
    return experiments.designs(follow_up=(FOLLOW_UP_FROM, FOLLOW_UP_TO))


def _ids(shop: World, frame: pd.DataFrame) -> np.ndarray:
    return shop.people["customer_id"].to_numpy(dtype=object)[frame["customer"]]
