"""The files that other systems keep beside orders: subscriptions, calls, referrals, engagement, inquiries, costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crmlib.demo import advertising, calls, circle, market, words
from crmlib.demo.export import day_texts, moment_texts
from crmlib.demo.subscriptions import INTERVAL_DAYS, PLANS, PRODUCT_ID, subscription_ids

if TYPE_CHECKING:
    from crmlib.demo.world import World


def cells(rng: np.random.Generator, shop: World) -> dict[str, pd.DataFrame]:
    """The cells of each file by the name of its table; the costs are written apart, once for all batches."""
    return {
        "subscriptions": subscription_cells(rng, shop),
        "subscription_events": event_cells(rng, shop),
        "engagement": engagement_cells(shop, shop.engagement),
        "referrals": referral_cells(shop),
        "contacts": contact_cells(shop),
        "inquiries": inquiry_cells(shop),
    }


def subscription_cells(rng: np.random.Generator, shop: World) -> pd.DataFrame:
    """定期契約: one row a subscription, as it stands on the last day."""
    rows = shop.subscriptions.rows
    gone = (rows["cancel_day"] > 0).to_numpy()
    media = np.append(market.MEDIA["acq_media"].to_numpy(dtype=object), "")
    return _frame(
        {
            "定期番号": subscription_ids(shop.people, rows["customer"], rows["subscription"]),
            "会員ID": _ids(shop, rows["customer"]),
            "商品コード": np.full(len(rows), PRODUCT_ID, dtype=object),
            "申込日": day_texts(rows["start_day"]),
            "お届け間隔（日）": np.full(len(rows), str(INTERVAL_DAYS), dtype=object),
            "契約状況": words.SUBSCRIPTION_STATUSES[rows["status"]],
            "解約日": np.where(gone, day_texts(rows["cancel_day"].clip(lower=0)), ""),
            "解約理由": words.reason_texts(rows["reason"].to_numpy(), rng.random(len(rows))),
            "広告媒体": media[rows["media"]],
            "お届けコース": np.array(PLANS, dtype=object)[rows["plan"]],
        }
    )


def event_cells(rng: np.random.Generator, shop: World) -> pd.DataFrame:
    """定期履歴: what happened to each subscription."""
    events, rows = shop.subscriptions.events, shop.subscriptions.rows
    ids = subscription_ids(shop.people, rows["customer"], rows["subscription"])
    return _frame(
        {
            "定期番号": ids[events["row"]],
            "日時": moment_texts(events["day"], events["second"]),
            "区分": words.SUBSCRIPTION_EVENTS[events["event"]],
            "回数": _blank_below(events["seq"], 1),
            "理由": words.reason_texts(events["reason"].to_numpy(), rng.random(len(events))),
        }
    )


def engagement_cells(shop: World, told: pd.DataFrame) -> pd.DataFrame:
    """行動履歴: mail, LINE, SNS and the shop's site."""
    return _frame(
        {
            "会員ID": _ids(shop, told["customer"]),
            "日時": moment_texts(told["day"], told["second"]),
            "行動": words.ENGAGEMENTS[told["kind"]],
            "対象": object_ids(told),
            "経路": words.ENGAGEMENT_SOURCES[told["kind"]],
        }
    )


def object_ids(told: pd.DataFrame) -> np.ndarray:
    """What was read, viewed or joined: the month's message, the product or the month's event."""
    kind = told["kind"].to_numpy()
    month = np.datetime_as_string(told["day"].to_numpy(dtype="datetime64[D]").astype("datetime64[M]"))
    month = np.char.replace(month, "-", "").astype(object)
    sends = np.isin(kind, circle.BY_MAIL), np.isin(kind, circle.BY_LINE)
    product = market.PRODUCTS["product_id"].to_numpy(dtype=object)[told["product"]]
    of_product = np.isin(kind, [circle.KINDS.index(name) for name in circle.OF_PRODUCT])
    event = kind == circle.KINDS.index("event_join")
    return np.select([*sends, of_product, event], ["M" + month, "L" + month, product, "E" + month], "")


def referral_cells(shop: World) -> pd.DataFrame:
    """紹介: who brought whom, and the first order of the one who came."""
    brought = shop.referrals
    return _frame(
        {
            "紹介者会員ID": _ids(shop, brought["referrer"]),
            "被紹介者会員ID": _ids(shop, brought["referred"]),
            "紹介日時": moment_texts(brought["day"], brought["second"]),
            "初回注文番号": first_orders(shop)[brought["referred"]],
        }
    )


def first_orders(shop: World) -> np.ndarray:
    """The number of everyone's first order."""
    orders = shop.export_orders
    first = orders[(orders["number"] == 1) & (orders["reason"] == "")]
    ids = np.full(len(shop.people), "", dtype=object)
    ids[first["customer"]] = first["order_id"]
    return ids


def contact_cells(shop: World) -> pd.DataFrame:
    """フォロー記録: the desk's log of its lists, the half that was left uncalled included."""
    told = shop.contacts
    called, by_line = told["called"].to_numpy(), told["by_line"].to_numpy()
    staff = np.array(calls.STAFF, dtype=object)[told["staff"]]
    return _frame(
        {
            "会員ID": _ids(shop, told["customer"]),
            "対応日時": moment_texts(told["day"], told["second"]),
            "担当": np.where(called, staff, ""),
            "手段": np.where(by_line, "LINE", "電話"),
            "LINEアカウント": np.where(by_line, "個別用", ""),
            "リスト名": list_names(told),
            "群": words.CONTACT_GROUPS[called.astype(int)],
            "結果": words.CONTACT_RESULTS[told["result"]],
            "次回予定日": np.where(told["next_day"] > 0, day_texts(told["next_day"].clip(lower=0)), ""),
            "メモ": np.where(told["result"] == calls.COMPLAINT, "香りのご指摘…", ""),
        }
    )


def list_names(told: pd.DataFrame) -> np.ndarray:
    """The name of the monthly list."""
    month = np.datetime_as_string(told["list_day"].to_numpy(dtype="datetime64[D]").astype("datetime64[M]"))
    return "休眠フォロー" + np.char.replace(month, "-", "").astype(object)


def inquiry_cells(shop: World) -> pd.DataFrame:
    """お問い合わせ: the desk's log, some of it from people it could not name."""
    asked = shop.inquiries
    known = np.append(shop.people["customer_id"].to_numpy(dtype=object), "")
    return _frame(
        {
            "受付番号": inquiry_ids(asked),
            "会員ID": known[asked["customer"]],
            "受付日時": moment_texts(asked["day"], asked["second"]),
            "窓口": np.array(circle.CHANNELS, dtype=object)[asked["channel"]],
            "分類": np.array(circle.CATEGORIES, dtype=object)[asked["category"]],
            "状況": np.where(asked["resolved"], "解決", "対応中"),
            "FAQ番号": np.where(asked["faq"] > 0, "FAQ" + asked["faq"].astype(str).to_numpy(dtype=object), ""),
        }
    )


def inquiry_ids(asked: pd.DataFrame) -> np.ndarray:
    """Numbers of the inquiries."""
    return "Q" + np.char.zfill(asked["number"].to_numpy().astype(str), 7).astype(object)


def cost_cells(costs: pd.DataFrame) -> pd.DataFrame:
    """広告費: a row a month and medium, the month as marketing writes it and money as Excel shows it."""
    month = np.datetime_as_string(costs["month"].to_numpy(dtype="datetime64[M]"))
    return _frame(
        {
            "年月": np.char.replace(month, "-", "/").astype(object),
            "媒体": market.MEDIA["acq_media"].to_numpy(dtype=object)[costs["media"]],
            "キャンペーン": np.array(advertising.CAMPAIGNS, dtype=object)[costs["media"]],
            "費用（税込）": np.array([f"￥{cost:,}" for cost in costs["cost"]], dtype=object),
            "表示回数": _blank_below(costs["impressions"], 0),
            "クリック数": _blank_below(costs["clicks"], 0),
            "獲得件数": _blank_below(costs["conversions"], 0),
        }
    )


def _frame(columns: dict[str, np.ndarray]) -> pd.DataFrame:
    return pd.DataFrame(columns, dtype=object)


def _blank_below(numbers: pd.Series, least: int) -> np.ndarray:
    return np.where(numbers >= least, numbers.astype(str), "")


def _ids(shop: World, customer: pd.Series) -> np.ndarray:
    return shop.people["customer_id"].to_numpy(dtype=object)[customer]
