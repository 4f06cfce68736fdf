"""Japanese within an English page, marked as Japanese: a screen reader then says a product's name in its language."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from crmlib import words

_JAPANESE = "[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
_RUN = re.compile(f"{_JAPANESE}+(?: ?[0-9]* ?{_JAPANESE}+)*")


def marked(text: str) -> Markup | str:
    """The text with every run of Japanese in a `span` of that language; on a Japanese page as it is.

    Example:
        >>> _ = words.speak("en")
        >>> marked("Buyers of 結ノ葉 ジェル 60g < 10")
        Markup('Buyers of <span lang="ja">結ノ葉 ジェル</span> 60g &lt; 10')
    """
    if words.speech().language == "ja" or not _RUN.search(text):
        return text
    pieces, place = [], 0
    for run in _RUN.finditer(text):
        pieces += [escape(text[place : run.start()]), Markup('<span lang="ja">{}</span>').format(run.group())]
        place = run.end()
    return Markup("").join([*pieces, escape(text[place:])])
