"""What people write into the survey's last field, some of it personal and some of it hostile."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.demo import market

# By band of the score: 0 to 6, 7 and 8, 9 and 10. A blank is the commonest comment.
BANDS = (
    ("", "", "", "べたつく\n気がします", "香りが少し苦手です", "価格が高い…", "使い切れず余っています",
     "効果がよく分かりませんでした", "解約の電話がつながりにくいです"),
    ("", "", "", "", "しっとりします。", "もう少し続けてみます", "定期の間隔を選べると助かります",
     "容器が開けにくいです"),
    ("", "", "", "毎朝使っています", "しっとりします。", "娘に「肌がきれい」と言われました", "友人にもすすめました",
     "旅行にも持って行きます①"),
)  # fmt: skip
# With the cells of the customer who writes them, or of another customer of the shop.
PERSONAL = (
    "ご返事は {mail} までお願いします",
    "電話は {phone} です。昼間は出られません",
    "{other}さんに教えてもらって買いました",
    "{name}と申します。7日分では分かりませんでした",
    "わたしは{surname}です。次も届けてください",
    "届け先は {address} に変えてください",
)
HOSTILE = ("=cmd()", "=cmd|'/C calc'!A0", "<script>alert('ご意見')</script>", '"とても",良い\r\n㈱みほん～')


def comments(
    rng: np.random.Generator, answers: pd.DataFrame, people: pd.DataFrame, *, handful: bool
) -> tuple[np.ndarray, list[str]]:
    """A comment for each answer, a `handful` of which names people or does harm, and the words that name them."""
    band = np.searchsorted([7, 9], answers["nps"], side="right")
    draw = rng.random(len(answers))
    told = np.array([BANDS[b][int(d * len(BANDS[b]))] for b, d in zip(band, draw, strict=True)], dtype=object)
    words: set[str] = set()
    if not handful:
        return told, []
    texts = [*PERSONAL, *HOSTILE]
    places = rng.choice(len(answers), size=min(len(texts), len(answers)), replace=False)
    customers = answers["customer"].to_numpy()
    for place, text in zip(places, texts, strict=False):
        cells = _cells(people, int(customers[place])) | {"other": _cells(people, int(customers[place - 1]))["name"]}
        used = {name: word for name, word in cells.items() if f"{{{name}}}" in text}
        told[place] = text.format(**used) if used else text
        words |= set(used.values())
    return told, sorted(words)


def _cells(people: pd.DataFrame, customer: int) -> dict[str, str]:
    who = people.iloc[customer]
    number = str(who["customer_id"])[-7:]
    surname, given = str(market.SURNAMES[who["surname"]]), str(market.GIVEN[who["given"]])
    return {
        "mail": f"u{number}@example.jp",
        "phone": f"090-0{number[:3]}-{number[3:]}",
        "name": f"{surname}{given}",
        "surname": surname,
        "address": f"{market.PREFECTURES[who['prefecture']]}架空市見本町{number}",
    }
