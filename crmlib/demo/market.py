"""The invented shop's market: its products, its acquisition media and the people who arrive."""

from __future__ import annotations

import numpy as np
import pandas as pd

BRAND = "結ノ葉堂"
KINDS = ("trial", "one_off", "subscription", "free")
TRIAL, ONE_OFF, SUBSCRIPTION, FREE = range(4)

# Prices are yen with tax. The gel is the one product the shop lives on; everything else stands around it.
PRODUCTS = pd.DataFrame(
    [
        ("YH-T01", "結ノ葉 うるおいジェル ～7日間お試し～", "スキンケア", "ジェル", "trial", False, 1480, 520, 7),
        ("YH-G01", "結ノ葉 うるおいジェル 本品 60g", "スキンケア", "ジェル", "front", False, 5480, 1150, 30),
        ("YH-G02", "結ノ葉 うるおいジェル 本品 60g（定期便）", "スキンケア", "ジェル", "front", True, 4380, 1150, 30),
        ("YH-E01", "結ノ葉 髙保湿エッセンス 30mL", "スキンケア", "美容液", "backend", False, 8800, 1900, 60),
        ("YH-S01", "結ノ葉 めぐりサプリ① 60粒", "健康食品", "サプリメント", "backend", False, 3980, 820, 30),
        ("YH-C01", "結ノ葉 クレンジングバーム 90g", "スキンケア", "クレンジング", "cross", False, 3080, 690, 45),
        ("YH-U01", "結ノ葉 UVミルク SPF50+ 40mL", "スキンケア", "日焼け止め", "cross", False, 2680, 610, 60),
        ("YH-I01", "使い方ガイド（同梱）", "同梱物", "冊子", "insert", False, 0, 35, 0),
    ],
    columns=[
        "product_id", "product_name", "category_l1", "category_l2",
        "role", "is_subscription", "price", "unit_cost", "cycle_days",
    ],
)  # fmt: skip
GEL_TRIAL, GEL, GEL_SUBSCRIPTION, ESSENCE, SUPPLEMENT, CLEANSER, SUNSCREEN, GUIDE = range(len(PRODUCTS))
# When a product counts as settled, where the shop has said so: orders and days.
SETTLED = {GEL: (3, 120), GEL_SUBSCRIPTION: (4, 90), SUPPLEMENT: (3, 90)}
FIRST_DELIVERY_PRICE = 2190  # 初回50%OFF
GEL_OLD_PRICE = 5180  # until the price rise, one year before the end

# cost: yen of advertising for one new customer. shift: logits added to every chance of buying again.
# The three entry shares are trial, one-off and subscription from the first order (一発定期).
MEDIA = pd.DataFrame(
    [
        ("検索広告", 0.23, 7200, 0.00, 0.44, 0.24, 0.32),
        ("SNS広告", 0.24, 6100, -0.30, 0.48, 0.16, 0.36),
        ("アフィリエイト", 0.17, 8600, -0.50, 0.38, 0.16, 0.46),
        ("自然検索", 0.18, 900, 0.30, 0.42, 0.36, 0.22),
        ("紹介", 0.09, 1500, 0.70, 0.34, 0.34, 0.32),
        ("折込チラシ", 0.09, 9800, 0.35, 0.62, 0.28, 0.10),
    ],
    columns=["acq_media", "share", "cost", "shift", "trial", "one_off", "subscription"],
)

USAGE = ("every_day", "sometimes", "stopped", "not_opened")
USAGE_SHARE = np.array([0.42, 0.33, 0.15, 0.10])
USAGE_SHIFT = np.array([0.50, 0.05, -0.75, -1.10])  # logits: what using the product does to buying it again

SEASON = np.array([0.90, 0.86, 1.10, 1.12, 1.05, 1.16, 1.02, 0.82, 0.92, 1.00, 1.14, 1.10])  # January first
YEARLY_GROWTH = 1.18


def _words(text: str) -> np.ndarray:
    return np.array(text.split(), dtype=object)


SURNAMES = _words("佐藤 鈴木 髙橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 斎藤 松本 井上 木村 清水 森 池田 橋本")
GIVEN = _words("陽子 幸子 美穂 直美 智子 恵 真由美 久美子 裕子 明美 さくら 葵 由紀 香織 典子 健一 誠 隆 和子 千尋")
KANA = _words("ﾖｳｺ ｻﾁｺ ﾐﾎ ﾅｵﾐ ﾄﾓｺ ﾒｸﾞﾐ ﾏﾕﾐ ｸﾐｺ ﾕｳｺ ｱｹﾐ ｻｸﾗ ｱｵｲ ﾕｷ ｶｵﾘ ﾉﾘｺ ｹﾝｲﾁ ﾏｺﾄ ﾀｶｼ ｶｽﾞｺ ﾁﾋﾛ")
PREFECTURES = _words("東京都 大阪府 神奈川県 埼玉県 愛知県 千葉県 兵庫県 北海道 福岡県 静岡県 広島県 宮城県")
PREFECTURE_SHARE = np.array([21, 13, 12, 9, 9, 8, 7, 6, 6, 4, 3, 2]) / 100


def epoch_day(text: str) -> int:
    """Days from 1970-01-01 to an ISO date.

    >>> epoch_day("1970-02-01")
    31
    """
    return int(np.datetime64(text, "D").astype(np.int64))


def date_text(day: int) -> str:
    """The ISO date that lies so many days after 1970-01-01.

    >>> date_text(31)
    '1970-02-01'
    """
    return str(np.datetime64(int(day), "D"))


def three_years_before(last_day: int) -> int:
    """The first day of the three years that end on `last_day`, as a day number."""
    month = np.datetime64(last_day + 1, "D").astype("datetime64[M]")
    offset = np.datetime64(last_day + 1, "D") - month.astype("datetime64[D]")
    return int(((month - 36).astype("datetime64[D]") + offset).astype(np.int64))


def customers(rng: np.random.Generator, *, n: int, first_number: int, first_day: int, last_day: int) -> pd.DataFrame:
    """New customers of the shop, one row each, with what the shop cannot see beside what it can.

    Columns: customer_id, arrival_day, media (row of MEDIA), media_known, usage (row of USAGE), frailty (logits), entry
    (row of KINDS), sex, birth_year, prefecture, mail_optin, surname, given (rows of SURNAMES and GIVEN).
    """
    media = rng.choice(len(MEDIA), size=n, p=MEDIA["share"].to_numpy())
    mix = np.cumsum(MEDIA[["trial", "one_off", "subscription"]].to_numpy(), axis=1)
    numbers = np.arange(first_number, first_number + n)
    return pd.DataFrame(
        {
            "customer_id": np.char.zfill(numbers.astype(str), 8),
            "arrival_day": _arrivals(rng, n=n, first_day=first_day, last_day=last_day),
            "media": media,
            "media_known": rng.random(n) < 0.98,
            "usage": rng.choice(len(USAGE), size=n, p=USAGE_SHARE),
            "frailty": rng.normal(0.0, 0.3, size=n),
            "entry": (rng.random(n)[:, None] > mix[media]).sum(axis=1).clip(max=SUBSCRIPTION),
            "is_female": rng.random(n) < 0.91,
            "birth_year": np.clip(np.round(rng.normal(1973, 11, size=n)), 1938, 2004).astype(int),
            "prefecture": rng.choice(len(PREFECTURES), size=n, p=PREFECTURE_SHARE),
            "mail_optin": rng.random(n) < 0.82,
            "surname": rng.integers(len(SURNAMES), size=n),
            "given": rng.integers(len(GIVEN), size=n),
        }
    )


def _arrivals(rng: np.random.Generator, *, n: int, first_day: int, last_day: int) -> np.ndarray:
    days = np.arange(first_day, last_day + 1)
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    weight = SEASON[month] * YEARLY_GROWTH ** ((days - first_day) / 365.25)
    return np.sort(rng.choice(days, size=n, p=weight / weight.sum()))
