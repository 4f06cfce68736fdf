"""The client file as text: every choice on a line of its own, with a comment that says what it means."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from crmlib.data.naming import listed, one_line, shown_header
from crmlib.data.tables import INPUTS
from crmlib.new.propose import Mapped, Proposal, shown

WIDTH = 118
_PLAIN = re.compile(r"[^\W\d][\w/.()（）・]*( [\w/.()（）・]+)*|\d[\d_]*")
# Written as they are, these end a line or a comment in YAML, or may not stand in it at all.
_UNSEEN = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_NOT_TEXT = re.compile(r"(?i)true|false|yes|no|on|off|null|y|n|[\d_]+")


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a client file says beside its sources, and the sentences that explain the choices.

    `cuts`: of M, where the currency has no usual ones.
    """

    name: str
    language: str
    currency: str
    tax_basis: str
    timezone: str
    business_model: str
    notebooks: list[str]
    waiting: list[str]
    remarks: list[str]
    cuts: list[str] = field(default_factory=list)


def scalar(text: str, *, as_typed: bool = False) -> str:
    """A text as YAML reads it back; `as_typed` where the client file takes every scalar for a text.

    Example:
        >>> scalar("注文番号"), scalar("a: b"), scalar("1"), scalar("1", as_typed=True)
        ('注文番号', '"a: b"', '"1"', '1')
    """
    simple = _PLAIN.fullmatch(text) and (as_typed or not _NOT_TEXT.fullmatch(text))
    return text if simple else _quoted(text)


def _quoted(text: str) -> str:
    return _UNSEEN.sub(lambda mark: f"\\u{ord(mark[0]):04x}", json.dumps(text, ensure_ascii=False))


def client_text(setting: Setting, proposals: list[Proposal]) -> str:
    """The whole client file."""
    lines = [
        "# Written by crm new. Every key, table, column and value: docs/client-file.md",
        *(f"# To do: {line}" for proposal in proposals for line in proposal.to_do),
        *(f"# To know: {line}" for line in setting.remarks),
        "",
        *_head(setting),
        "",
        "sources:                            # table: where it lies, and what its columns are called there",
        *(line for proposal in proposals for line in _source(proposal)),
        "",
        *_notebooks(setting),
        "formats: [html, xlsx]",
    ]
    return "\n".join(wrapped for line in lines for wrapped in _wrap(line)) + "\n"


def _head(setting: Setting) -> list[str]:
    told = {
        "name": (setting.name, "the same as this file's name; reports go to reports/<name>/"),
        "title": (scalar(setting.name), "the client's name on the cover of every report"),
        "language": (setting.language, "of the reports: ja or en"),
        "currency": (setting.currency, "of every amount"),
        "tax_basis": (setting.tax_basis, "prices of the export: included, excluded or unknown"),
        "timezone": (setting.timezone, "the shop's; used only where times carry an offset"),
        "business_model": (
            setting.business_model,
            "as asked for: single_item (repeat sales) or one_off (single purchases); chooses the cuts of RFM",
        ),
    }
    return [f"{f'{key}: {value}':<35} # {comment}" for key, (value, comment) in told.items()]


def _source(proposal: Proposal) -> list[str]:
    source, look, preset = proposal.look.source, proposal.look, proposal.preset
    known = f"{preset.title}: {proposal.share:.0%} of the header names matched" if preset.name else "no preset knows it"
    lines = [f"  {proposal.table}:", f"    # {known}", *_comments(preset.notes.get(proposal.table, []), 4)]
    lines.append(f"    path: {scalar(source.path or '')}")
    if source.pattern:
        lines.append(f"    pattern: {_quoted(source.pattern)}")
    if source.encoding:
        lines.append(f"    encoding: {scalar(source.encoding)}")
    elif look.encodings:
        # Not written as a key: the door detects it for each file, and next month's may have another.
        mark = f", separator {_mark(look.delimiter)}" if look.delimiter else ""
        lines.append(f"    # encoding {listed(look.encodings)}{mark}: detected again at every run")
    if source.header_row == "find":
        lines.append("    header_row: find                # titles or notes stand above the header")
    form = ['    # date_format: ?        # such as "%d.%m.%Y %H:%M", see To do'] if _unread(proposal) else []
    return [*lines, *form, *_cells(proposal), *_columns(proposal), *_values(proposal)]


def _cells(proposal: Proposal) -> list[str]:
    """What stands in cells beside single values: texts that mean nothing, and several items of one order."""
    items, blank = proposal.items(), ", ".join(map(_quoted, proposal.preset.blank))
    packed = ", ".join(name for name, between in items.items() if not between)
    split = ", ".join(f"{name}: {_quoted(between)}" for name, between in items.items() if between)
    keys = {"blank": f"[{blank}]" if blank else "", "packed": f"[{packed}]" if packed else ""}
    keys["split"] = f"{{{split}}}" if split else ""
    said = {
        "blank": "cells of these texts are blank", "packed": "cells such as L1=a&L2=b are a line an item",
        "split": "what stands between the items of one cell, each of which becomes a line",
    }  # fmt: skip
    return [f"    {key}: {text}        # {said[key]}" for key, text in keys.items() if text]


def _unread(proposal: Proposal) -> bool:
    return any(line.startswith("ordered_at:") for line in proposal.to_do)


def _mark(delimiter: str) -> str:
    return {"\t": "tab", ",": "comma", ";": "semicolon"}.get(delimiter, delimiter)


def _columns(proposal: Proposal) -> list[str]:
    head = "    columns:" if proposal.mapped else "    # columns:"
    lines = [head]
    for one in proposal.mapped:
        lines += _comments(proposal.preset.notes.get(one.name, []), 6)
        lines.append(f"      {one.name}: {scalar(one.header, as_typed=True)}")
    for group in proposal.lacking:
        instead = f", or {' or '.join(group[1:])} in its place" if len(group) > 1 else ""
        lines.append(f"      # {group[0]}: ?        # required{instead}; no column of the export is known to be it")
    if proposal.unmapped:
        lines.append(f"      # not mapped: {', '.join(proposal.unmapped)}")
    return lines


def _values(proposal: Proposal) -> list[str]:
    with_values = [one for one in proposal.mapped if one.values or one.unknown]
    if not with_values:
        return []
    head = "    values:" if any(one.values for one in with_values) else "    # values:"
    return [f"{head}                         # value of the export, or a pattern: what it means", *(
        line for one in with_values for line in _values_of(proposal, one)
    )]  # fmt: skip


def _values_of(proposal: Proposal, one: Mapped) -> list[str]:
    lines = [f"      {'' if one.values else '# '}{one.name}:"]
    lines += [f"        {scalar(text, as_typed=True)}: {scalar(means)}" for text, means in one.values.items()]
    if one.unknown:
        allowed = ", ".join(INPUTS[proposal.table][one.name].allowed)
        lines.append(
            f"        # The values below occur in the export and mean nothing yet; each must become one of {allowed}:"
        )
    for text, n in one.unknown.items():
        safe = shown(text, one) != one_line(text) and text
        told = _quoted(shown(text, one)) if safe else scalar(text, as_typed=True)
        lines.append(f"        # {told}: ?        # {n:,} {'row' if n == 1 else 'rows'}")
    return lines


def _notebooks(setting: Setting) -> list[str]:
    lines = [f"notebooks: [{', '.join(setting.notebooks)}]"]
    told = f"upper bounds of M in {setting.currency}, proposed: fifths of the customers of this export"
    cuts = ["rfm:", f"  m_cuts: [{', '.join(setting.cuts)}]  # {told}"]
    return [*lines, *(f"# {line}" for line in setting.waiting), *(cuts if setting.cuts else [])]


def _comments(texts: list[str], indent: int) -> list[str]:
    return [f"{' ' * indent}# {one_line(text)}" for text in texts]


def _wrap(line: str) -> list[str]:
    """A long comment on several lines; other lines as they are."""
    found = re.fullmatch(r"( *# )(.*)", line)
    if found is None or len(line) <= WIDTH:
        return _comment_above(line)
    head, rest, lines = found[1], found[2], []
    while len(head) + len(rest) > WIDTH and (cut := rest.rfind(" ", 20, WIDTH - len(head))) > 0:
        lines.append(head + rest[:cut])
        rest = rest[cut + 1 :]
    return [*lines, head + rest]


def _comment_above(line: str) -> list[str]:
    """A line whose comment does not fit beside it has the comment above it."""
    said, mark, comment = line.partition(" # ")
    if len(line) <= WIDTH or not mark or line.lstrip().startswith("#"):
        return [line]
    indent = " " * (len(said) - len(said.lstrip()))
    return [*_wrap(f"{indent}# {comment}"), said.rstrip()]


def told(proposal: Proposal) -> list[str]:
    """The mapping of one table for the terminal: canonical name, header, three values."""
    look, preset = proposal.look, proposal.preset
    files = f"{look.files[0].name}" + (f" and {len(look.files) - 1:,} more" if len(look.files) > 1 else "")
    written = ", ".join([*look.encodings, *([_mark(look.delimiter)] if look.delimiter else [])])
    known = (
        f"{preset.title} ({preset.name}), {proposal.share:.0%} of the header names matched"
        if preset.name
        else "no preset knows this header; mapped by the names of its columns"
    )
    rows = [(one.name, shown_header(one.header), ", ".join(proposal.samples(one))) for one in proposal.mapped]
    wide = max((len(name) for name, *_ in rows), default=0)
    return [
        f"{proposal.table}: {files}{f' ({written})' if written else ''}",
        f"  {known}",
        *(f"  {name:<{wide}} ← {header}: {values}" for name, header, values in rows),
        f"  not mapped: {', '.join(proposal.unmapped) or 'nothing'}",
        f"  not in the export: {', '.join(proposal.missing) or 'nothing'}",
        *(f"  to know: {sentence}" for sentence in proposal.to_know),
        *(f"  to do: {sentence}" for sentence in proposal.to_do),
    ]
