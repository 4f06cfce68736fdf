"""Comments come through the door without what tells who wrote them."""

from __future__ import annotations

import time
from typing import Any

import pytest

from crmlib.data.masking import LONGEST, mask
from crmlib.data.people import People, is_name_header

PEOPLE = People(["山田　花子 様", "サトウ タロウ", "John Smith", "#1001", "ゲスト", "CRM担当", "林"])
HOSTILE = {
    "電話は０９０－１２３４－５６７８です": "電話は［電話］です",
    "tel 090 1234 5678まで": "tel ［電話］まで",
    "(03)1234-5678": "[phone]",
    "0120ー123ー456": "［電話］",
    "09012345678": "[phone]",
    "+81 90-1234-5678": "[phone]",
    "〇九〇一二三四五六七八": "［番号］",
    "メール：hanako＠example.jp へ": "メール:［メール］ へ",
    "taro at example dot com": "[mail]",
    "https://x.jp/a?b=1 を見て": "［連絡先］ を見て",
    "インスタは hanako_123": "［連絡先］",
    "東京都新宿区西新宿２丁目８番１号に住んでいます": "［住所］に住んでいます",
    "大阪市北区梅田３の１の３": "［住所］",
    "横浜市中区本町1-2-3 さくらマンション101号室": "［住所］ ［住所］",
    "〒160-0023": "[address]",
    "I live at 12 Baker Street": "I live at [address]",
    "カード4111 1111 1111 1111": "カード［番号］",
    "会員番号12345678です": "会員番号［番号］です",
    "林さんに電話": "［氏名］さんに電話",
    "金子様、田中くん、木村先生": "［氏名］様、［氏名］くん、［氏名］先生",
    "まいちゃんとよく使います": "［氏名］ちゃんとよく使います",
    "鈴木と申します": "［氏名］と申します",
    "担当：鈴木": "担当:［氏名］",
    "My name is jane doe and I like it": "My name is [name] and I like it",
    "Dear Peter, Mr. Brown called": "Dear [name], Mr. [name] called",
    "山\u200b田です。花子より": "［氏名］です。［氏名］より",
    "やまだ、ヤマダ、さとう": "やまだ、ヤマダ、［氏名］",
    "JOHN smith, Smith": "[name], [name]",
    "a\r\nb\x00c\u202ed": "a b cd",
    "\ue000氏名": "氏名",
}
LEFT = (
    "お客様センターの仕様は同様", "たくさん買った", "皆様によろしく", "商品がちゃんと届きました", "2024-01-15に注文",
    "2024/01/15に届いた", "1,200,000円", "アメリカ", "Johnson's shampoo", "近所の町で3個買った", "効果1-2週間",
    "注文 A-12345", "5点中4点", "最高です", "先生に勧められて", "=1+1", "10-20代向け", "30代 主婦",
)  # fmt: skip


@pytest.mark.parametrize("text", list(HOSTILE))
def test_what_tells_a_person_is_masked(text: str) -> None:
    assert mask(text, PEOPLE) == HOSTILE[text]


@pytest.mark.parametrize("text", LEFT)
def test_other_words_stay(text: str) -> None:
    assert mask(text, PEOPLE) == text


def test_a_long_comment_is_cut_after_it_was_masked() -> None:
    text = mask("あ" * 495 + " 090-1234-5678 " + "い" * 500, People())
    assert len(text) == LONGEST
    assert text.endswith("…")
    assert not any(mark.isdigit() for mark in text)


@pytest.mark.parametrize(
    "header", ["氏名", "お名前", "姓", "注文者名", "姓(カナ)", "フリガナ", "Billing Name", "lastName", "担当者"]
)
def test_headers_of_names_are_known(header: str) -> None:
    assert is_name_header(header)


@pytest.mark.parametrize(
    "header", ["商品名", "Lineitem name", "件名", "店舗名", "会員ID", "product_name", "都道府県名", "名称"]
)
def test_headers_of_things_are_not(header: str) -> None:
    assert not is_name_header(header)


def test_names_of_any_export_are_masked_in_comments(make_shop: Any) -> None:
    files: dict[str, str | bytes] = {
        "o.csv": "customer_id,order_date,line_amount,注文者名,商品名\nc1,2024-01-01,100,高橋 美咲,石けん\n",
        "s.csv": "customer_id,answered_at,nps,free_text\n"
        "c1,2024-01-02,9,高橋です。石けんが最高です\nc2,2024-01-02,9,美咲\n"
        "c3,2024-01-02,9,\n",
    }
    sources = {"orders": {"path": "data/o.csv"}, "surveys": {"path": "data/s.csv"}}
    shop = make_shop(files, sources, as_of="2024-01-31")
    assert shop.table("surveys")["free_text"].fillna("").tolist() == ["［氏名］です。石けんが最高です", "［氏名］", ""]
    # Beside them stands what reports are searched for, which nobody but the door reads.
    paths = [path for path in shop.client.settings().folder.rglob("*") if path.is_file()]
    (kept,) = [path for path in paths if path.name == "personal.parquet"]
    assert kept.stat().st_mode & 0o777 == 0o600
    prepared = [path.read_bytes() for path in paths if path != kept]
    assert not [content for content in prepared if "高橋".encode() in content or "美咲".encode() in content]


def test_the_hypothesis_of_an_experiment_is_words_of_people(make_shop: Any) -> None:
    content = "experiment_id,assigned_method,primary_metric,window_days,hypothesis\n"
    content += "E1,random,revenue,60,山田様のご意見では、同梱物で売上が増える 090-1234-5678\n"
    shop = make_shop({"e.csv": content}, {"experiments": {"path": "data/e.csv"}}, as_of="2024-01-31")
    assert shop.table("experiments")["hypothesis"].tolist() == ["［氏名］様のご意見では、同梱物で売上が増える ［電話］"]


@pytest.mark.parametrize("text", ["市", "1-2-3", "山 ", "a@", "at ", "dear ", "マンション", "ア"])
def test_a_hostile_text_of_megabytes_takes_no_time(text: str) -> None:
    start = time.process_time()
    assert len(mask(text * 300_000 + "1さん", PEOPLE)) <= LONGEST
    assert time.process_time() - start < 5
