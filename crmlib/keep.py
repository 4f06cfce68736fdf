"""Parameters written back into a client file: the change shown first, every other byte of the file kept."""

from __future__ import annotations

import contextlib
import difflib
import errno
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from crmlib.errors import UserError

Sections = Mapping[str, Mapping[str, Any]]
# Ten times as fast where libyaml is there; but it tells other places for empty values, so they come from ours.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A client file as it stands and as it would be; nothing is written yet.

    Attributes:
        path: the client file. before, after: its text. diff: unified, empty when nothing would change.
    """

    path: Path
    before: str
    after: str

    @property
    def diff(self) -> str:
        """What would change, line by line, in the form of `diff -u`."""
        old, new = self.before.splitlines(), self.after.splitlines()
        return "\n".join(difflib.unified_diff(old, new, self.path.name, f"{self.path.name}, changed", "", "", 2, ""))


def draft(path: Path, sections: Sections) -> Draft:
    r"""The client file with these values in it: {section of a notebook: {parameter: value}}.

    Only the values that differ are touched. Comments, order, quotes and line ends stay; a parameter that has no line
    yet gets one at the end of its section, a section that is missing is put at the end of the file.

    Raises:
        UserError: the file cannot be read, is not YAML, or a value in it cannot be changed without changing others.

    Example:
        >>> import tempfile; folder = tempfile.TemporaryDirectory(); file = Path(folder.name, "acme.yml")
        >>> _ = file.write_text("name: acme\nrfm:\n  new_days: 90   # a season\n", encoding="utf-8")
        >>> print(draft(file, {"rfm": {"new_days": 60}}).after, end="")
        name: acme
        rfm:
          new_days: 60   # a season
    """
    before = _read(path)
    after = before
    _refuse_halves(sections, path)
    for section, values in sections.items():
        for name, value in values.items():
            after = _with_value(after, section, name, value, path)
    _check(before, after, sections, path)
    return Draft(path=path, before=before, after=after)


def draft_columns(path: Path, columns: Mapping[str, str | None], table: str = "orders") -> Draft:
    r"""The client file with these headers under `sources.<table>.columns`; a column without a header loses its line.

    Every other byte stays, and so do columns that are not named.

    Raises:
        UserError: as `draft`; or the source has no block of lines of its own.

    Example:
        >>> import tempfile; folder = tempfile.TemporaryDirectory(); file = Path(folder.name, "acme.yml")
        >>> text = "sources:\n  orders:\n    columns:\n      order_id: No  # key\n      status: 状況\n"
        >>> _ = file.write_text(text, encoding="utf-8")
        >>> print(draft_columns(file, {"order_id": "注文番号", "status": None}).after, end="")
        sources:
          orders:
            columns:
              order_id: 注文番号  # key
    """
    before = _read(path)
    said = _headers(before, table, path)
    columns = {name: header for name, header in columns.items() if said.get(name) != header}
    after = before
    # First what is there, so that the last line of a block is never taken away before another has come.
    for name, header in sorted(columns.items(), key=lambda pair: pair[1] is None):
        after = _with_column(after, table, name, header, path)
    _check_columns(before, after, table, columns, path)
    return Draft(path=path, before=before, after=after)


def write(kept: Draft) -> None:
    """Put the draft in the client file's place, in one step.

    Raises:
        UserError: the file has changed since the draft was made, or cannot be written.
    """
    if _read(kept.path) != kept.before:
        raise UserError(f"{kept.path.name} has been changed by somebody else in the meantime; nothing was written.")
    target = kept.path.resolve()
    try:
        _refuse_locked(target)
        _replace(target, kept.after)
    except OSError as error:
        raise UserError(f"{kept.path.name} cannot be written ({error.strerror}); nothing was changed.") from None


def _refuse_locked(target: Path) -> None:
    # Renaming needs no leave of the file itself; who has taken away the leave to write means it.
    if not target.stat().st_mode & 0o222 or not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _replace(target: Path, text: str) -> None:
    number, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(name).chmod(target.stat().st_mode & 0o777)
        Path(name).replace(target)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _read(path: Path) -> str:
    try:
        # Bytes first: reading as text would turn \r\n into \n, and the file would come back changed in every line.
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path.name} cannot be read as UTF-8 text ({type(error).__name__}).") from None


def _with_value(text: str, section: str, name: str, value: Any, path: Path) -> str:
    """One value put in; places come from the YAML parser's own marks, so nothing else can move."""
    root = _compose(text, path)
    if root is None or not isinstance(root, yaml.MappingNode):
        raise UserError(f"{path.name} is not a map of keys, so nothing can be kept in it.")
    found = _pair(root, section)
    if found is None:
        return _append(text, section, name, value)
    key, node = found
    if isinstance(node, yaml.MappingNode):
        return _in_map(text, node, section, name, value, path)
    if node.tag.endswith(":null"):
        return _in_empty(text, key, node, name, value)
    raise UserError(f"{path.name}: {section} is not a map of parameters, so {name} cannot be kept in it.")


def _in_map(text: str, node: yaml.MappingNode, section: str, name: str, value: Any, path: Path) -> str:
    found = _pair(node, name)
    if found is not None:
        key, old = found
        if _at(_loaded(text, path), section)[name] == value:
            return text
        start, end = old.start_mark.index, _end(old, text)
        if start < key.end_mark.index or text[start : start + 1] in {"&", "*"}:
            raise UserError(
                f"{path.name}: the value of {section}.{name} is shared with another key (& or *); change it by hand."
            )
        colon = key.end_mark.index + 1
        return text[:colon] + _on_its_line(text[colon:start], literal(value)) + text[end:]
    if node.flow_style:
        at = node.end_mark.index - 1
        inside = text[node.start_mark.index + 1 : at].strip()
        comma = "" if not inside or inside.endswith(",") else ", "
        return text[:at].rstrip() + comma + f"{name}: {literal(value)}" + text[at:]
    first, last = node.value[0][0], node.value[-1][1]
    return _insert_line(text, _end(last, text), first.start_mark.column, name, value)


def _on_its_line(between: str, literal: str) -> str:
    """The new value behind its colon; a list on lines of its own comes up to the key, in front of the key's comment."""
    if "\n" not in between:
        return (between or " ") + literal
    comment = " ".join(between.split())
    return f" {literal}  {comment}" if comment else f" {literal}"


def _in_empty(text: str, key: yaml.Node, node: yaml.Node, name: str, value: Any) -> str:
    """A section that holds nothing: its `null` or `~` goes, the parameter comes on the next line."""
    start, end = node.start_mark.index, node.end_mark.index
    if text[start:end].strip() in {"null", "~", "Null", "NULL"}:
        text = text[:start].rstrip(" ") + text[end:]
    return _insert_line(text, key.end_mark.index, key.start_mark.column + 2, name, value)


def _headers(text: str, table: str, path: Path) -> dict[str, str]:
    """The headers as they stand in the file: every scalar there is a text, `No` and 1 too."""
    node = _compose(text, path)
    for key in ("sources", table, "columns"):
        found = _pair(node, key) if isinstance(node, yaml.MappingNode) else None
        node = found[1] if found else None
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    # An alias has its anchor's node, and so its anchor's place.
    return {key.value: value.value for key, value in pairs if value.start_mark.index > key.end_mark.index}


def _with_column(text: str, table: str, name: str, header: str | None, path: Path) -> str:
    root = _compose(text, path)
    sources = _pair(root, "sources") if isinstance(root, yaml.MappingNode) else None
    source = _pair(sources[1], table) if sources and isinstance(sources[1], yaml.MappingNode) else None
    if source is None or not isinstance(source[1], yaml.MappingNode) or source[1].flow_style or not source[1].value:
        raise UserError(f"{path.name}: sources.{table} has no lines of its own, write its columns by hand.")
    found, section = _pair(source[1], "columns"), f"sources.{table}.columns"
    if found is None or found[1].tag.endswith(":null"):
        return text if header is None else _first_column(text, source[1], found, name, header)
    _key, node = found
    if not isinstance(node, yaml.MappingNode):
        raise UserError(f"{path.name}: {section} is not a map of columns, so {name} cannot be kept in it.")
    if header is not None:
        return _in_map(text, node, section, name, header, path)
    return _without(text, node, section, name, path)


def _first_column(
    text: str, source: yaml.MappingNode, found: tuple[yaml.Node, yaml.Node] | None, name: str, header: str
) -> str:
    if found is not None:
        return _in_empty(text, found[0], found[1], name, header)
    column, last = source.value[0][0].start_mark.column, source.value[-1][1]
    line_end = text.find("\n", _end(last, text))
    newline, at = _newline(text), len(text) if line_end < 0 else line_end + 1
    gap = newline if line_end < 0 else ""
    lines = f"{' ' * column}columns:{newline}{' ' * (column + 2)}{name}: {literal(header)}{newline}"
    return f"{text[:at]}{gap}{lines}{text[at:]}"


def _without(text: str, node: yaml.MappingNode, section: str, name: str, path: Path) -> str:
    found = _pair(node, name)
    if found is None:
        return text
    if node.flow_style or len(node.value) == 1:
        raise UserError(f"{path.name}: {section}.{name} cannot be taken out by itself; change it by hand.")
    start, end = found[0].start_mark.index - found[0].start_mark.column, text.find("\n", _end(found[1], text))
    return text[:start] + ("" if end < 0 else text[end + 1 :])


def _at(data: Any, section: str) -> Any:
    for key in section.split("."):
        data = data[key]
    return data


def _check_columns(before: str, after: str, table: str, columns: Mapping[str, str | None], path: Path) -> None:
    meant = _loaded(before, path)
    source = meant["sources"][table]
    kept = {**(source.get("columns") or {}), **columns}
    wanted = {name: header for name, header in kept.items() if header is not None}
    if wanted or "columns" in source:
        source["columns"] = wanted or None
    if _said(after) != meant:
        raise UserError(f"{path.name}: sources.{table}.columns cannot be changed without changing more; do it by hand.")


def _insert_line(text: str, after: int, column: int, name: str, value: Any) -> str:
    line_end = text.find("\n", after)
    line = f"{' ' * column}{name}: {literal(value)}"
    newline = _newline(text)
    if line_end < 0:
        return f"{text}{newline}{line}{newline}"
    return f"{text[: line_end + 1]}{line}{newline}{text[line_end + 1 :]}"


def _append(text: str, section: str, name: str, value: Any) -> str:
    newline = _newline(text)
    gap = "" if text.endswith("\n") else newline
    return f"{text}{gap}{newline}{section}:{newline}  {name}: {literal(value)}{newline}"


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def literal(value: Any) -> str:
    """A value as it is written within a list, where every text that could be taken for something else is quoted."""
    if isinstance(value, str) and not value.isprintable():
        return json.dumps(value, ensure_ascii=False)
    text = yaml.safe_dump([value], default_flow_style=True, allow_unicode=True, width=10**9, sort_keys=False)
    return text.strip()[1:-1]


def _compose(text: str, path: Path) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        raise UserError(f"{path.name} is not valid YAML, so nothing can be kept in it.") from None
    return node


def _loaded(text: str, path: Path) -> Any:
    found = _said(text)
    if found is None:
        raise UserError(f"{path.name} is not valid YAML, so nothing can be kept in it.")
    return found


def _said(text: str) -> Any:
    """What the text says; None where it cannot be read, with a tag that is not known or a date that is none."""
    try:
        return yaml.load(text, Loader=LOADER)  # noqa: S506 -- a safe loader, in C
    except (yaml.YAMLError, ValueError):
        return None


def _refuse_halves(sections: Sections, path: Path) -> None:
    try:
        json.dumps(sections, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        said = "a value holds half a character (\\ud800 to \\udfff), write the character."
        raise UserError(f"{path.name}: {said}") from None


def _pair(node: yaml.MappingNode, name: str) -> tuple[yaml.Node, yaml.Node] | None:
    return next(((key, value) for key, value in node.value if key.value == name), None)


def _end(node: yaml.Node, text: str) -> int:
    """Where a value's own text ends; the parser's mark of a block lies behind the comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        return max((_end(leaf, text) for leaf in _leaves(node)), default=node.start_mark.index)
    end = node.end_mark.index
    return len(text[:end].rstrip()) if isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"} else end


def _leaves(node: yaml.CollectionNode) -> Iterator[yaml.Node]:
    for item in node.value:
        yield from item if isinstance(item, tuple) else (item,)


def _check(before: str, after: str, sections: Sections, path: Path) -> None:
    """The new text must say exactly what was meant, and nothing else must have moved."""
    meant = _loaded(before, path)
    for section, values in sections.items():
        meant[section] = {**(meant.get(section) or {}), **values}
    if _said(after) != meant:
        names = ", ".join(f"{section}.{name}" for section, values in sections.items() for name in values)
        raise UserError(f"{path.name}: {names} cannot be changed without changing more; write it by hand.")
