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
    "メール開封 メールクリック LINE既読 LINEクリック SNSフォロー SNS投稿 商品ページ閲覧 イベント参加 口コミ投稿"
)
ENGAGEMENT_SOURCES = _words("メール配信 メール配信 LINE LINE Instagram Instagram 公式サイト 店頭イベント 公式サイト")


def reason_texts(reason: np.ndarray, draw: np.ndarray) -> np.ndarray:
    """Raw words for reasons (rows of REASONS, -1 for none); `draw` from 0 to 1 picks one of several."""
    widest = max(len(words) for words in REASONS)
    table = np.array([[words[i % len(words)] for i in range(widest)] for words in (*REASONS, ("",))], dtype=object)
    n_words = np.array([len(words) for words in (*REASONS, ("",))])
    return table[reason, (draw * n_words[reason]).astype(int)]
