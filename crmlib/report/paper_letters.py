"""Letters that no house font has: 〓 in their place, as Japanese printers set it, and their codes told once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markupsafe import Markup

from crmlib import words
from crmlib.report import ruler
from crmlib.words import N_

GETA = "〓"
MOST_CODES = 8
_PLACE = "<!-- letters -->"  # no text of a client can hold it: there it is escaped
_TEXT = re.compile(r">[^<]+")
_BREAKS = re.compile("[\u2028\u2029]")
# Nothing by themselves: control characters, marks of direction, joiners, variants and skins of the letter before them.
_DROPPED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200d-\u200f\u202a-\u202e\u2066-\u2069"
    "\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff]"
)


@dataclass
class Letters:
    """Texts in letters that the house fonts have, and the letters that were replaced, in their order."""

    replaced: dict[str, None] = field(default_factory=dict)

    def drawn(self, text: str) -> str:
        """The text as paper can show it.

        Example:
            >>> letters = Letters()
            >>> letters.drawn("한 ❤"), letters.told()
            ('〓 ❤', '〓 stands for a character that the fonts of this report do not have: U+D55C.')
        """
        kept = _DROPPED.sub("", _BREAKS.sub(" ", text))
        unknown = set(kept) - ruler.letters()
        if not unknown:
            return kept
        self.replaced |= dict.fromkeys(letter for letter in kept if letter in unknown)
        return kept.translate(dict.fromkeys(map(ord, unknown), GETA))

    def page(self, html: str) -> str:
        """A page whose texts are drawn; alternative texts and the title are said or listed, so they stay."""
        # No reader of PDF files parts texts there, and one leaves off reading.
        head, end, body = _BREAKS.sub(" ", html).partition("</head>")
        if set(body) - ruler.letters() or _DROPPED.search(body):
            body = _TEXT.sub(lambda found: self.drawn(found.group()), body)
        return head + end + body.replace(_PLACE, self._condition(), 1)

    def told(self) -> str:
        """Which letters were replaced, as a sentence; empty when none was."""
        if not self.replaced:
            return ""
        codes = [f"U+{ord(letter):04X}" for letter in self.replaced]
        named = words.translate(", ").join([*codes[:MOST_CODES], *["…"][: len(codes) > MOST_CODES]])
        message = N_("{letter:text} stands for a character that the fonts of this report do not have: {codes:text}.")
        return words.say(message, letter=GETA, codes=named).text()

    def _condition(self) -> str:
        item = Markup("<li><span>{}</span> {}</li>")
        return item.format(words.translate(N_("Characters")), self.told()) if self.replaced else ""
