"""The files of the shop's own plans and of its mailing tool: experiments, scenarios, messages, sends, targets, log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crmlib.demo import advertising, experiments, further, market, plans, scenarios, words
from crmlib.demo.export import day_texts
from crmlib.demo.subscriptions import subscription_ids

if TYPE_CHECKING:
    from crmlib.demo.world import World


def static_cells(*, customers: int, last_day: int) -> dict[str, pd.DataFrame]:
    """The files that people type, by the name of their table."""
    return {
        "scenarios": scenario_cells(last_day),
        "messages": message_cells(),
        "kpi_targets": target_cells(customers=customers, last_day=last_day),
        "actions": action_cells(last_day),
    }


def experiment_row(trial: further.Trial, last_day: int) -> dict[str, str]:
    """An experiment as the shop wrote it down; with several arms the share is that of all but the control."""
    product = "" if trial.target_product is None else str(market.PRODUCTS["product_id"].iloc[trial.target_product])
    share = round(1 - trial.planned[0], 4)
    return {
        "施策ID": trial.experiment_id,
        "施策名": trial.name,
        "仮説": trial.hypothesis,
        "単位": words.UNITS[trial.unit],
        "割付方法": words.METHODS[trial.method],
        "開始日": _date(last_day - trial.enrolled[0]),
        "終了日": _date(last_day - trial.enrolled[1]),
        "主要指標": words.METRICS[trial.metric],
        "判定日数": str(trial.window_days),
        "実施群の予定割合": str(share) if len(trial.arms) > 1 else "",
        "対象者": trial.population,
        "目標回数": str(trial.target_number or ""),
        "対象商品": product,
        "1件あたり費用": f"￥{trial.cost_per_unit:,}",
        "固定費": f"￥{trial.fixed_cost:,}",
        "シナリオID": trial.scenario_id,
        "KPI": trial.kpi_id,
    }


def assigned_cells(shop: World) -> dict[str, Any]:
    """Units, arms and names of the assignments of `further`, for 割付."""
    told = shop.further
    names = np.array([trial.experiment_id for trial in further.TRIALS], dtype=object)
    return {
        "施策ID": names[told["experiment"]],
        "対象ID": unit_ids(shop),
        "群": words.ARMS[told["arm"]],
        "実施": np.where(told["done"], "済", "未"),
    }


def unit_ids(shop: World) -> np.ndarray:
    """The customer's number, or the subscription's where the trial is of subscriptions."""
    told = shop.further
    ids = subscription_ids(shop.people, told["customer"], told["subscription"])
    plain = shop.people["customer_id"].to_numpy(dtype=object)[told["customer"]]
    return np.where(told["subscription"] > 0, ids, plain)


def scenario_cells(last_day: int) -> pd.DataFrame:
    """シナリオ: whom, why, when, and what it is judged by; the last one is not planned to its end."""
    rows = [
        {
            "シナリオID": scenario.scenario_id,
            "シナリオ名": scenario.name,
            "対象セグメント": words.SEGMENTS[scenario.target_segment],
            "対象者": scenario.population,
            "目的": scenario.goal,
            "段階": words.STAGES[scenario.stage],
            "戦略": words.STRATEGIES[scenario.strategy],
            "区分": words.CATEGORIES[scenario.category],
            "起点": words.START_EVENTS[scenario.start_event],
            "保留の割合": "" if scenario.hold_out_rate is None else f"{scenario.hold_out_rate:.0%}",
            "KPI": scenario.kpi_id,
            "施策ID": scenario.experiment_id,
            "目標商品": scenario.goal_product,
            "開始日": _day_or_blank(last_day, scenario.dates[0]),
            "終了日": _day_or_blank(last_day, scenario.dates[1]),
            "優先": "○" if scenario.is_focus else "",
        }
        for scenario in scenarios.SCENARIOS
    ]
    return pd.DataFrame(rows, dtype=object)


def message_cells() -> pd.DataFrame:
    """メッセージ: the steps of each scenario."""
    rows = [
        {
            "メッセージID": message.message_id,
            "シナリオID": message.scenario_id,
            "通数": str(message.step_no),
            "件名": message.name,
            "起点からの日数": str(message.offset_days),
            "手段": words.CHANNELS[message.channel],
            "内容": words.CONTENTS[message.content_type],
            "要素": message.content_tags,
            "オファー": words.OFFERS[message.offer_kind],
            "割引率": "" if message.discount_rate is None else f"{message.discount_rate:.0%}",
            "1通の費用": f"￥{message.cost_per_send}",
        }
        for message in scenarios.MESSAGES
    ]
    return pd.DataFrame(rows, dtype=object)


def send_cells(shop: World) -> pd.DataFrame:
    """配信: what the mailing tool keeps of each message."""
    told = shop.sends
    ids = shop.people["customer_id"].to_numpy(dtype=object)[told["customer"]]
    at = _moments(told["at"])
    delivered = np.array(["×", "○", ""], dtype=object)[told["delivered"]]
    cells = {
        "配信ID": send_ids(shop),
        "メッセージID": message_ids()[told["message"]],
        "会員ID": ids,
        "配信日時": at,
        "到達": delivered,
        **{name: _moments(told[column]) for name, column in MOMENTS.items()},
        "費用": told["cost"].astype(str).to_numpy(dtype=object),
        "群": np.where(told["held_out"], "保留", "配信"),
    }
    return pd.DataFrame(cells, dtype=object)


MOMENTS = {"開封日時": "opened", "クリック日時": "clicked", "配信停止日時": "left"}


def message_ids() -> np.ndarray:
    """Names of the messages, in the order of scenarios.MESSAGES."""
    return np.array([message.message_id for message in scenarios.MESSAGES], dtype=object)


def send_ids(shop: World) -> np.ndarray:
    """A number for each row: message, customer and day."""
    told = shop.sends
    ids = shop.people["customer_id"].to_numpy(dtype=object)[told["customer"]]
    day = (told["at"] // 86_400).astype(str).to_numpy(dtype=object)
    return message_ids()[told["message"]] + "-" + ids + "-" + day


def target_cells(*, customers: int, last_day: int) -> pd.DataFrame:
    """KPI目標: a row a month and KPI, as people type them."""
    last = int(advertising.months(np.array([last_day]))[0])
    rows = [
        {
            "KPI": target.kpi_id,
            "年月": str(np.datetime64(last - plans.MONTHS + 1 + place, "M")).replace("-", "/"),
            "範囲": "全体",
            "目標": words.target_text(value, target.unit),
            "向き": words.DIRECTIONS[target.direction],
            "重み": f"{target.weight:g}",
            "担当": target.owner,
            "備考": target.note,
        }
        for target in plans.TARGETS
        for place, value in enumerate(target.months(customers))
    ]
    return pd.DataFrame(rows, dtype=object)


def action_cells(last_day: int) -> pd.DataFrame:
    """改善記録: what was found, tried and learnt."""
    rows = [
        {
            "番号": f"P{number:03d}",
            "起票日": _date(last_day - action.created),
            "KPI": action.kpi_id,
            "区分": words.CATEGORIES[action.category],
            "わかったこと": action.finding,
            "仮説": action.hypothesis,
            "打ち手": action.action,
            "担当": action.owner,
            "期限": _date(last_day - action.due),
            "状況": words.STATES[action.status],
            "結果": action.result,
            "次の一手": action.next,
            "施策ID": action.experiment_id,
        }
        for number, action in enumerate(plans.ACTIONS, start=1)
    ]
    return pd.DataFrame(rows, dtype=object)


# What the first four experiments cost and serve: population, yen a unit, yen at once, KPI.
FIRST_FOUR = {
    "EX01": ("3回目のお届けを終えた定期会員", 320, 0, "continuation_rate"),
    "EX02": ("20～240日前に購入した、メルマガ希望の会員", 3, 15_000, "repeat_share"),
    "EX03": ("400日以内に購入した、メルマガ希望の会員", 3, 40_000, "amount"),
    "EX04": ("180日以内に購入した、2回以上の会員", 350, 0, "repeat_share"),
}


def first_row(design: experiments.Design) -> dict[str, str]:
    """The further columns of one of the first four experiments."""
    population, cost, fixed, kpi = FIRST_FOUR[design.experiment_id]
    money = {"1件あたり費用": f"￥{cost:,}", "固定費": f"￥{fixed:,}"}
    return {"対象者": population, "目標回数": "", "対象商品": "", **money, "シナリオID": "", "KPI": kpi}


def _moments(seconds: pd.Series) -> np.ndarray:
    known = (seconds >= 0).to_numpy()
    texts = np.full(len(seconds), "", dtype=object)
    iso = np.datetime_as_string(seconds.to_numpy()[known].astype("datetime64[s]"))
    texts[known] = np.char.replace(np.char.replace(iso, "-", "/"), "T", " ")
    return texts


def _date(day: int) -> str:
    return str(day_texts(np.array([day]))[0])


def _day_or_blank(last_day: int, days: int | None) -> str:
    return "" if days is None else _date(last_day - days)
