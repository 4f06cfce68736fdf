"""What JupyterLab shows of an exhibit: the HTML beside its bundle."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from typing import Any

from crmlib import words
from crmlib.report.views import next_text, row_kinds, stake_text


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
    rows = [
        [words.cell_text(v, k, measure) for v, k in zip(row, kinds, strict=True)]
        for row, measure in zip(body["rows"], row_kinds(body), strict=True)
    ]
    return _html_table(_caption(head), heads, rows)


def grid(head: dict[str, Any], body: dict[str, Any]) -> str:
    """A matrix of the texts of its cells."""
    heads = [f"{body['row_header']} / {body['column_header']}", *body["column_labels"]]
    cells = [[(c or {}).get("text", "") for c in row] for row in body["cells"]]
    rows = [[label, *row] for label, row in zip(body["row_labels"], cells, strict=True)]
    return _html_table(_caption(head), heads, rows)


def _html_table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in rows)
    return f"<table><caption>{caption}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def figure(head: dict[str, Any], picture: str) -> str:
    """A picture with its title, period and note."""
    data = base64.b64encode(picture.encode()).decode()
    image = f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(head["alt"])}">'
    return f"<figure>{image}<figcaption>{_caption(head)}</figcaption></figure>"
