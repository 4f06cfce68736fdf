"""The door's mapping at the desk: which column of the export is which, what is missing then, the lines to paste."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from crmlib import keep, words
from crmlib.client import Client
from crmlib.data.keys import is_personal_header
from crmlib.data.mapping import plain
from crmlib.data.naming import shown_header
from crmlib.data.people import is_name_header
from crmlib.data.shapes import shape
from crmlib.data.tables import INPUTS, REQUIRED
from crmlib.errors import UserError
from crmlib.new.look import SAMPLED_ROWS, SAMPLES, Look, look, seen
from crmlib.new.presets import aliases, detect
from crmlib.new.propose import Mapped, headers, shown
from crmlib.panels import frame, sight
from crmlib.panels.controls import Control, Values
from crmlib.panels.order_columns import labelled
from crmlib.report import findings
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.shop import Shop

TABLE = "orders"
# What is written by hand may hold anybody's name; the others are of a person, though no name and no mail address.
_WRITTEN = re.compile(
    r"(?i)備考|メモ|コメント|要望|連絡|伝言|のし|熨斗|名入れ|刻印|但し書|問い?合わ?せ|質問|指示|指定|伝達|通信欄|その他|自由記入|アンケート|事項|申し送り|内容"
    r"|note|comment|memo|message|remark|gift|instruction"
    r"|お?客様?$|得意先|顧客$|宛先|送付先|届け?先|配[送達]先|贈り主|購入者|紹介者|保護者|本人|家族|会社|表示名|ユーザー名|ログイン|パスワード"
    r"|郵便|〒|番地|町名|市区|建物|マンション|所在地|生年|誕生|カード|口座|マイナンバー|IPアドレス"
    r"|^(?:customer|buyer|recipient|consignee|contact|attention)$|(?:ship|bill)(?:ping|ing)? ?to|street|zip|postal|city"
    r"|birth|dob|password|login|company"
)
NONE = ""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A file that was looked at once: its header and first values, the preset it fits, and what is mapped so far."""

    client: Client
    look: Look
    preset: str
    mapped: dict[str, str]
    own: bool


def mapping(
    shop: Shop | Client, *, language: str | None = None, path: str | None = None, desk: bool = False,
    writable: bool = True,
) -> None:  # fmt: skip
    """Show how the orders of an export are mapped, what is missing then, and the lines of the client file.

    Args:
        shop: whose client file it is, or the client file itself, for an export that cannot be read yet; its own
            source of orders is shown first.
        language: with a client file, the one to speak; None takes the client's.
        path: another file or folder; None takes the client's own.
        desk: True shows a list for each column and a box for the path; False shows the mapping as it stands.
        writable: False leaves out what leads into the client file.
    """
    client = _spoken_to(shop, language)
    if not desk:
        frame.show(_panel_of(client, path or "", alone=True), client=client)
        return
    from IPython.display import display
    from ipywidgets import Layout, Text, VBox

    label = words.translate(N_("File or folder (blank: the client's own)"))
    style, shape_of = {"description_width": "initial"}, Layout(width="40em")
    box = Text(value=path or "", description=label, continuous_update=False, style=style, layout=shape_of)
    holder, spoken = VBox(), words.speech()

    def opened(_change: object = None) -> None:
        words.speak(spoken.language, spoken.currency)
        holder.children = [frame.box(_panel_of(client, box.value), client=client, writable=writable)]

    box.observe(opened, names="value")
    opened()
    display(VBox([box, holder]))


def _spoken_to(shop: Shop | Client, language: str | None) -> Client:
    """The client, in whose language the panel then speaks where no report does."""
    if not isinstance(shop, Client):
        return shop.client
    words.speak(language or shop.language, shop.currency)
    return shop


def ground_of(client: Client, path: str) -> Ground:
    """Look at a file, or at the client's own orders, and take the mapping from the client file, a preset or the names.

    Raises:
        UserError: it cannot be found or read.
    """
    own = client.sources.get(TABLE)
    if not path and own is not None:
        found = seen(TABLE, own, client.home)
        named = {name: found.name_of(header) for name, header in own.columns.items()}
        given = {name: header for name, header in named.items() if header is not None}
        canonical = {name: name for name in INPUTS[TABLE] if name in map(plain, found.header)}
        return Ground(client=client, look=found, preset="", mapped=given if own.columns else canonical, own=True)
    if not path:
        raise UserError("the client file has no source for orders; give a file.")
    found = look(TABLE, (Path(path),), client.home, most=SAMPLED_ROWS)
    preset, _ = detect(found.header, TABLE)
    by_name = headers(found, preset or aliases(TABLE))
    return Ground(client=client, look=found, preset=preset.title if preset else "", mapped=by_name, own=False)


def columns(ground: Ground, values: Values) -> dict[str, str | None]:
    """What the button writes: the header of every column that has one, None for those that lose theirs.

    Example:
        >>> ground = Ground(client=None, look=None, preset="", mapped={"status": "状況"}, own=True)
        >>> columns(ground, {"order_id": "注文番号", "status": "", "fee": ""})
        {'order_id': '注文番号', 'status': None}
    """
    told = {name: values[name] or None for name in INPUTS[TABLE] if name in values}
    before = {name: str(ground.mapped[name]) for name in ground.mapped} if ground.own else {}
    return {name: header for name, header in told.items() if header is not None or name in before}


def source_lines(ground: Ground, values: Values) -> str:
    """The section `sources.orders` to paste: all that the client file says there, with the columns as they are set.

    Of another file than the client's own: where it lies, and what the client file says of values, days and keys.
    """
    mapped = {name: header for name, header in columns(ground, values).items() if header}
    lines = ["sources:", f"  {TABLE}:"]
    for key, said in {**_told(ground), "columns": mapped}.items():
        if isinstance(said, dict):
            inner = [f"      {name}: {keep.literal(value)}" for name, value in said.items()]
            lines += [f"    {key}:", *inner] if inner else []
        else:
            lines.append(f"    {key}: {keep.literal(said)}")
    return "\n".join(lines)


def _told(ground: Ground) -> dict[str, Any]:
    """What a source says, key by key, its columns to be replaced."""
    own = ground.client.sources.get(TABLE)
    said = own.model_dump(exclude_unset=True) if own else {}
    if ground.own:
        return said
    found = ground.look.source
    kept: dict[str, Any] = {key: said[key] for key in ("values", "date_format", "customer_key") if key in said}
    given = {"path": found.path, "package": found.package, "file": found.file, "pattern": found.pattern}
    row = {"header_row": "find"} if found.header_row == "find" else {}
    # The columns come before what their values mean, as in a client file.
    return {**{key: text for key, text in given.items() if text}, **row, "columns": {}, **kept}


def lacking(values: Values) -> list[tuple[str, ...]]:
    """The groups of columns of which one is needed, where none is mapped."""
    return [group for group in REQUIRED[TABLE] if not any(values.get(name) for name in group)]


def file_table(ground: Ground, values: Values) -> pd.DataFrame:
    """Every column of the file with up to three values, personal ones as their shape, and what it is mapped to."""
    used: dict[str, list[str]] = {}
    for name in INPUTS[TABLE]:
        if values.get(name):
            used.setdefault(values[name], []).append(name)
    rows = [
        (shown_header(header), _values(ground, header, used.get(header, [])),
         ", ".join(used.get(header, [])))
        for header in ground.look.header if header
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["file_header", "first_values", "table_column"])


def _values(ground: Ground, header: str, names: list[str]) -> str:
    texts = ground.look.samples[header][:SAMPLES]
    if header != ground.mapped.get("customer_id"):
        return ", ".join(masked(text, header, names) for text in texts)
    # The client's own key stays one when its list is set to something else.
    if ground.look.source.customer_key == "personal":
        return ", ".join(_unlike_a_mail(shape(text)) for text in texts)
    return ", ".join(masked(text, header, [*names, "customer_id"]) for text in texts)


def masked(text: str, header: str, names: list[str]) -> str:
    """A value as it may be shown: of a name, an address, a telephone or a note never but its shape."""
    written = not names and _WRITTEN.search(plain(header))
    if is_personal_header(header) or is_name_header(header) or written:
        return _unlike_a_mail(shape(text))
    return _unlike_a_mail(shown(text, Mapped("customer_id" if "customer_id" in names else "", header)))


def _unlike_a_mail(text: str) -> str:
    # Reports are searched for mail addresses; the shape of one would be taken for one.
    return text.replace("@", "[at]")


def _panel_of(client: Client, path: str, *, alone: bool = False) -> frame.Panel:
    """The panel; alone its view holds the lines to paste too, which the desk has below it."""
    title = words.translate(N_("Map the columns of the orders"))
    try:
        ground = ground_of(client, path.strip())
    except (UserError, OSError) as error:
        said = str(error)
        return frame.Panel(title=title, controls=(), draw=lambda _values: "", refuse=lambda _values: said)
    return frame.Panel(
        title=title,
        controls=_controls(ground),
        draw=lambda values: _drawn(ground, values) + (_pasted(ground, values) if alone else ""),
        copy=lambda values: source_lines(ground, values),
        draft=lambda file, values: keep.draft_columns(file, columns(ground, values)),
    )


def _drawn(ground: Ground, values: Values) -> str:
    left, mapped = lacking(values), {name for name in INPUTS[TABLE] if values.get(name)}
    untold, name = findings.door.untold(mapped), Path(ground.look.files[0].name).name
    said = (
        findings.door.written(list(ground.look.encodings), ground.look.delimiter, ground.preset),
        *findings.door.told(left, n_mapped=len(mapped), n_headers=len([name for name in ground.look.header if name])),
        findings.door.codes([name for name in INPUTS[TABLE] if name in mapped and _has_no_meaning(ground, name)]),
        findings.door.elsewhere(name) if not ground.own else None,
        findings.door.nothing_open() if not untold else None,
    )
    period = words.say(N_("{file:text}, first rows only"), file=name).text()
    note = words.translate(N_("Values of persons are shown by their shape: a for a letter, 9 for a digit."))
    head: dict[str, Any] = {"period": period, "n": None}
    file = sight.table(file_table(ground, values), title=words.translate(N_("Columns of the file")), note=note, **head)
    open_ends = pd.DataFrame(untold, columns=["table_column", "untold"])
    rest = sight.table(open_ends, title=words.translate(N_("What is not mapped, and what it leaves untold")), **head)
    return sight.sentences(*said) + (sight.beside(file, rest) if untold else file)


def _pasted(ground: Ground, values: Values) -> str:
    return f"<pre>{escape(source_lines(ground, values))}</pre>"


def _has_no_meaning(ground: Ground, name: str) -> bool:
    """Whether a column holds codes that the client file does not say the meaning of."""
    return INPUTS[TABLE][name].kind == "code" and name not in ground.look.source.values


def _controls(ground: Ground) -> tuple[Control, ...]:
    said = words.translate
    choices = [(said(N_("(not mapped)")), NONE), *((shown_header(name), name) for name in ground.look.header if name)]
    sets = [said(N_("Needed: who bought")), said(N_("One of these: when")), said(N_("One of these: for how much"))]
    rows: dict[str, tuple[str, ...]] = dict(zip(sets, REQUIRED[TABLE], strict=True))
    rows[said(N_("Further columns"))] = tuple(INPUTS[TABLE])
    found: dict[str, Control] = {}
    for row, names in rows.items():
        for name in names:
            found.setdefault(name, Control(
                name=name, label=labelled(name), value=ground.mapped.get(name, NONE), kind="choice", choices=choices,
                row=row, width="34.5em", label_width="21.5em", above=True,
            ))  # fmt: skip
    return tuple(found.values())
