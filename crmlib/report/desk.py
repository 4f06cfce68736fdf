"""What JupyterLab shows of an exhibit: the HTML beside its bundle."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from typing import Any

from crmlib import words
from crmlib.report.views import next_text, row_kinds, stake_text
from crmlib.words import N_

STATES = {
    "partial": N_("* The period is not over yet; the figure will still rise."),
    "not_yet": N_("Empty: not yet observed."),
}

SHORT = 12  # letters of a text that is not broken
MANY, NARROW = 8, "padding:.35em .4em;font-size:.9em"  # columns that need the room between them
TEXTS = ("text", "label")


def metric(item: dict[str, Any]) -> str:
    """One figure, with its interval where both ends are known."""
    ends = [words.text(item[end], item["value_kind"]) for end in ("low", "high") if item[end] is not None]
    interval = f" <small>({' – '.join(ends)})</small>" if len(ends) > 1 else ""
    return f"<p><b>{escape(item['title'])}</b> {escape(item['text'])}{interval}</p>"


def lines(texts: Sequence[str]) -> str:
    """Sentences, a paragraph each."""
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def conclusion(item: dict[str, Any]) -> str:
    """A conclusion, what to do next and the money at stake."""
    if item.get("untellable"):
        return f"<p><small>{escape(item['note'])}</small></p>"
    said = [line for line in (item["text"], next_text(item), stake_text(item)) if line]
    return f"<p>{'<br>'.join(map(escape, said))}</p>"


def _caption(head: dict[str, Any]) -> str:
    n = "" if head["n"] is None else f" · n = {head['n']:,}"
    note = f"<br><small>{escape(head['note'])}</small>" if head["note"] else ""
    return f"<b>{escape(head['title'])}</b><br><small>{escape(head['period'])}{n}</small>{note}"


def table(head: dict[str, Any], body: dict[str, Any]) -> str:
    """A table under its title, period and note."""
    heads = [words.headed(c["label"], c["unit"]) for c in body["columns"]]
    kinds = [c["kind"] for c in body["columns"]]
    texts = [words.kind(kind).form in TEXTS for kind in kinds]
    rows = [
        [words.cell_text(v, k, measure) for v, k in zip(row, kinds, strict=True)]
        for row, measure in zip(body["rows"], row_kinds(body), strict=True)
    ]
    return _html_table(_caption(head), heads, rows, texts)


def grid(head: dict[str, Any], body: dict[str, Any]) -> str:
    """A matrix of the texts of its cells; what is partial or not yet observed is told apart, as on the pages."""
    heads = [f"{body['row_header']} / {body['column_header']}", *body["column_labels"]]
    cells = [[_grid_text(cell or {}) for cell in row] for row in body["cells"]]
    rows = [[label, *row] for label, row in zip(body["row_labels"], cells, strict=True)]
    states = {cell["state"] for row in body["cells"] for cell in row if cell}
    told = [words.translate(text) for state, text in STATES.items() if state in states]
    return _html_table(_caption(head), heads, rows, [True] + [False] * len(body["column_labels"])) + lines(told)


def _grid_text(cell: dict[str, Any]) -> str:
    return str(cell.get("text", "")) + ("*" if cell.get("state") == "partial" else "")


def _html_table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]], texts: Sequence[bool]) -> str:
    top = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in rows)
    name, style = _look(rows, texts)
    return (
        f'{style}<table class="{name}"><caption>{caption}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody>'
        f"</table>"
    )


def _look(rows: Sequence[Sequence[str]], texts: Sequence[bool]) -> tuple[str, str]:
    """Texts to the left, where JupyterLab sets every cell to the right; a column of short ones in one line each."""
    left = [n for n, text in enumerate(texts, 1) if text]
    short = [n for n in left if all(len(row[n - 1]) <= SHORT for row in rows)]
    long, every = [n for n in left if n not in short], [0] if len(texts) > MANY else []
    name = "crm-" + "-".join(map(str, [*every, *left, "w", *short]))
    rules = [(left, "text-align:left"), (short, "white-space:nowrap"), (long, "min-width:9em"), (every, NARROW)]
    said = [
        f".{name} :is(td,th){f':nth-child({n})' if n else ''}{{{rule}}}" for columns, rule in rules for n in columns
    ]
    return name, f"<style>{''.join(said)}</style>" if said else ""


def figure(head: dict[str, Any], picture: str) -> str:
    """A picture with its title, period and note."""
    data = base64.b64encode(picture.encode()).decode()
    image = f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(head["alt"])}">'
    return f"<figure>{image}<figcaption>{_caption(head)}</figcaption></figure>"
