"""Which encoding a file is taken for, what is said where more than one would read it, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crmlib.data.encodings import detect, doubt
from crmlib.errors import UserError

JAPANESE = "注文番号,会員ID,商品名\nA1,c1,無添加せっけん\nA2,c2,ローズウォーター（詰替用）\n"
HALF = "注文番号,氏名ｶﾅ\nA1,ﾔﾏﾀﾞ ﾊﾅｺ\nA2,ｽｽﾞｷ ﾀﾛｳ\n"
FRENCH = "id,verbatim\n1,Il y a très peu de choix et le délai d'attente est long\n2,J'ai été déçue\n"
ENGLISH = "id,comment\n1,I don’t like it – it’s £12 too dear…\n2,caf\u00e9 cr\u00e8me\n"
GERMAN = "id,ort\n1,Köln\n2,Straße\n3,München\n4,Österreich\n"


def of(tmp_path: Path, content: bytes, forced: str | None = None) -> str:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    return detect(path, "x.csv", forced, "the client file")


def refusal(tmp_path: Path, content: bytes) -> str:
    with pytest.raises(UserError) as error:
        of(tmp_path, content)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (JAPANESE, "utf-8"), (JAPANESE, "cp932"), (JAPANESE, "euc_jp"), (HALF, "cp932"), (FRENCH, "cp1252"),
        (FRENCH, "utf-8"), (ENGLISH, "cp1252"), (GERMAN, "cp1252"), ("注文番号\n石けん\n", "cp932"),
        ("注文番号\n石けん\n", "euc_jp"), ("受注日,数量\n2024-01-01,2\n", "euc_jp"), ("id,m\n1,it’s\n", "cp1252"),
        ("受注番号,氏名\nA1,髙橋 﨑子\nA2,薔薇 躑躅\n", "cp932"), ("A型,A判,T寸\n", "cp932"), ("id\n1\n", "utf-8"),
        ('id,price\n1,"1,984円"\n', "euc_jp"), ("id,kana\n1,ﾀﾞｲｽｹ ﾊﾟﾝ\n", "cp932"), ('id,price\n1,980円\n', "cp932"),
    ],
)  # fmt: skip
def test_a_file_is_taken_for_what_it_was_written_in(tmp_path: Path, text: str, encoding: str) -> None:
    assert of(tmp_path, text.encode(encoding)) == encoding


def test_what_was_told_by_its_letters_alone_is_said_with_the_shares(tmp_path: Path) -> None:
    said = {}
    for text, encoding in ((FRENCH, "cp1252"), (JAPANESE, "cp932"), (JAPANESE, "utf-8"), (GERMAN, "cp1252")):
        path = tmp_path / "x.csv"
        path.write_bytes(text.encode(encoding))
        said[text[:4], encoding] = doubt(path, detect(path, "x.csv", None, ""))
    # Every French letter is a usual one; read as cp932 it would be rare kanji.
    assert said["id,v", "cp1252"].startswith("cp1252 100 %")
    assert said["id,o", "cp1252"].startswith("cp1252 100 %")
    assert said["注文番号", "cp932"] == said["注文番号", "utf-8"] == ""


def test_a_file_in_two_encodings_is_refused_with_its_row(tmp_path: Path) -> None:
    mixed = FRENCH.encode("cp1252") + "3,trop de caissières à midi, déjà\n".encode()
    assert refusal(tmp_path, mixed) == (
        "x.csv row 4: the file is cp1252 and this line UTF-8; save all of it in one encoding, best as UTF-8."
    )
    stray = (FRENCH * 3).encode() + b"9,caf\xe9,\n"
    assert refusal(tmp_path, stray) == (
        "x.csv row 10: byte 0xE9 is not UTF-8, which the rest of the file is; save all of it in one encoding, "
        "best as UTF-8."
    )


def test_a_byte_that_western_text_does_not_have_is_named(tmp_path: Path) -> None:
    content = FRENCH.encode("cp1252") + b"3,tr\xe8s d\xe9\x90u\xa0,\n"
    assert refusal(tmp_path, content) == (
        "x.csv row 4: byte 0x90 is not cp1252, which most of the file's letters are; name the encoding in "
        "the client file (latin-1 reads every byte, some of them perhaps as a wrong letter)."
    )


def test_bytes_of_no_language_are_refused(tmp_path: Path) -> None:
    assert "name the encoding in the client file" in refusal(tmp_path, b"id\n1,\xff\xfe\xfd\x9d\x8f\xa9\xf7\xd7\n")


def test_the_survey_in_two_encodings_is_refused_and_the_sentence_helps(shared_data: Path) -> None:
    path = shared_data / "nps_garden_centre_2000.csv"
    with pytest.raises(UserError) as error:
        detect(path, path.name, None, "the client file")
    assert str(error.value) == (
        "nps_garden_centre_2000.csv row 1273: byte 0x90 is not cp1252, which most of the file's letters are; name the "
        "encoding in the client file (latin-1 reads every byte, some of them perhaps as a wrong letter)."
    )
    assert detect(path, path.name, "latin-1", "") == "latin-1"


def test_the_reading_says_so(orders_of: Any) -> None:
    text = "order_id,customer_id,order_date,line_amount,product_name\nA1,c1,2024-01-01,100,crème brûlée\n"
    shop = orders_of(text.encode("cp1252"))
    assert shop.table("order_items")["product_name"].tolist() == ["crème brûlée"]
    assert shop.read_notes[1].startswith("encoding_told: orders: data/orders.csv: cp1252 100 %")


def test_letters_that_stand_far_below_are_counted_too(tmp_path: Path) -> None:
    # Read as cp932 these lines are rare kanji, and no error.
    content = b"id,ort\n" + b"1,Berlin\n" * 60_000 + "2,Köln am Rhein\n3,tr\u00e8s peu\n".encode("cp1252")
    assert of(tmp_path, content) == "cp1252"
    assert of(tmp_path, b"id,m\n" + b"1,abc\n" * 60_000 + "2,石けん\n".encode("euc_jp")) == "euc_jp"
