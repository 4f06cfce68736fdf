"""The words that the shop's systems write for the codes of the simulation, in the order of each list of codes."""

from __future__ import annotations

import numpy as np


def _words(text: str) -> np.ndarray:
    return np.array(text.split(), dtype=object)


# The last word of these is a blank: nobody noted it down.
ASKED = np.array(["不可", "可", ""], dtype=object)  # consents.NO, YES and, at -1, UNKNOWN
LINE_FRIEND = np.array(["－", "○", ""], dtype=object)
MAIL = np.array(["希望しない", "希望する", ""], dtype=object)
REFUSED = np.array(["", "申出あり", ""], dtype=object)
LINE_ACCOUNTS = np.array(["配信用", "個別用", "両方", "なし", ""], dtype=object)
LEAD_SOURCES = np.array(["資料請求", "サンプル請求", "LINE登録", "イベント来場", ""], dtype=object)

SUBSCRIPTION_STATUSES = _words("継続中 休止中 解約")
SUBSCRIPTION_EVENTS = _words("開始 お届け スキップ 休止 再開 解約申出 解約 継続へ変更 決済エラー")
# What the desk types for a reason: several ways of saying each, mapped by the client file.
REASONS = (
    ("効果を感じられない", "効果実感なし"),
    ("余っている", "使い切れず余っている", "使い忘れて余っている"),
    ("価格が高い", "家計の事情"),
    ("肌に合わない", "肌トラブル（赤み）"),
    ("他社商品に変更", "他の商品を使いたい"),
    ("引越し", "入院・体調", "長期不在"),
    ("配送への不満", "電話対応への不満"),
    ("お試しのつもりだった", "定期だと思わなかった"),
    ("肌悩みが改善した",),
    ("その他",),
    ("",),
)

CONTACT_RESULTS = np.array(["話せた", "不在", "その場で注文", "お断り", "ご不満", "後日あらためて", ""], dtype=object)
CONTACT_GROUPS = np.array(["保留", "実施"], dtype=object)

ENGAGEMENTS = _words(
    "メール開封 メールクリック LINE既読 LINEクリック SNSフォロー SNS投稿 商品ページ閲覧 イベント参加 口コミ投稿 "
    "カート投入 カゴ落ち"
)
ENGAGEMENT_SOURCES = _words(
    "メール配信 メール配信 LINE LINE Instagram Instagram 公式サイト 店頭イベント 公式サイト 公式サイト 公式サイト"
)

EFFECTS = np.array(["はい", "少し", "いいえ", ""], dtype=object)
RECOGNITIONS = np.array(["はい", "いいえ", ""], dtype=object)
ARMS = np.array(["対照群", "実施群", "A案", "B案"], dtype=object)
UNITS = {"customer": "会員", "subscription": "定期契約"}
METHODS = {"random": "無作為", "manual": "担当者が選定", "before_after": "前後比較"}
METRICS = {
    "revenue": "売上", "second_purchase": "2回目購入", "delivery_reached": "お届け回数の到達", "cancellation": "解約",
    "cross_sell": "関連商品の購入", "order_value": "購入単価",
}  # fmt: skip
SEGMENTS = {
    "life_initial": "初期客", "life_general": "一般客", "life_excellent": "優良顧客", "life_dormant": "休眠客",
}  # fmt: skip
STAGES = {"purchaser": "購入者", "general": "一般顧客", "excellent": "優良顧客", "unknown": ""}
STRATEGIES = {"education": "教育", "commitment": "コミットメント", "unknown": ""}
CATEGORIES = {"crm": "CRM", "acquisition": "獲得", "product": "商品", "service": "サービス"}
START_EVENTS = {
    "order": "注文日", "delivered": "お届け日", "item_view": "商品閲覧", "cart_abandon": "カゴ落ち", "silence": "休眠",
    "other": "その他", "unknown": "",
}  # fmt: skip
CHANNELS = {"mail": "メール", "line": "LINE"}
CONTENTS = {"brand": "ブランド", "product": "商品情報", "offer": "オファー"}
OFFERS = {"none": "なし", "only_you": "あなただけ", "now_only": "今だけ", "coupon": "クーポン"}
DIRECTIONS = {"higher": "高いほど良い", "lower": "低いほど良い"}
STATES = {"open": "未着手", "doing": "実施中", "done": "完了", "stopped": "中止"}


def reason_texts(reason: np.ndarray, draw: np.ndarray) -> np.ndarray:
    """Raw words for reasons (rows of REASONS, -1 for none); `draw` from 0 to 1 picks one of several."""
    widest = max(len(words) for words in REASONS)
    table = np.array([[words[i % len(words)] for i in range(widest)] for words in (*REASONS, ("",))], dtype=object)
    n_words = np.array([len(words) for words in (*REASONS, ("",))])
    return table[reason, (draw * n_words[reason]).astype(int)]


def target_text(value: float, unit: str) -> str:
    """A target as people type it.

    >>> target_text(0.87, "share"), target_text(18000, "yen"), target_text(-5, "point")
    ('87%', '￥18,000', '-5')
    """
    if unit == "share":
        return f"{100 * value:.1f}".removesuffix(".0") + "%"
    return f"￥{value:,.0f}" if unit == "yen" else f"{value:,.0f}"
