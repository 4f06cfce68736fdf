"""The client file: a YAML file under `parameters/`, read into a model that refuses what it does not know."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, StrictBool, ValidationError, field_validator

from crmlib.data.naming import listed, nearest, straight
from crmlib.data.settings import Policy, Settings, Source
from crmlib.data.slide_file import fault
from crmlib.data.tables import INPUTS, REQUIRED, TABLES
from crmlib.data.unpack import LINE
from crmlib.errors import UserError

NOTEBOOKS = (
    "quality", "rfm", "calls", "portfolio", "stages", "lifecycle", "retention", "ltv", "basket", "nps", "abtest",
    "scenario",
    "kpi",
    "contracts",
)  # fmt: skip
MINOR_UNITS = {"JPY": 0, "KRW": 0, "USD": 2, "EUR": 2, "GBP": 2, "AUD": 2, "CAD": 2, "CHF": 2, "CNY": 2, "HKD": 2,
               "SGD": 2, "TWD": 2, "THB": 2, "NZD": 2}  # fmt: skip
_DIRECTIVES = "YmdHMSfyjbBpIz%"
_UNPADDED = "mdHMSyjI"
ENCODINGS = ("utf-8", "cp932", "shift_jis", "euc_jp", "utf-16", "cp1252", "latin-1")
_EXAMPLES = {
    "name": "acme", "path": "data/acme/orders.csv", "package": "lifetimes", "file": "datasets/CDNOW_master.txt",
    "database": "SHOP_DB", "query": "select * from orders", "table": "orders",
    "title": "花の店", "remarks": "4月に値上げ", "template": "templates/house.pptx",
    "not_personal": "[大島紬]",
    "pattern": '"*.csv"', "encoding": "cp932", "delimiter": '","', "currency": "JPY", "timezone": "Asia/Tokyo",
    "order_id": "注文番号", "customer_id": "会員ID", "status": "対応状況",
}  # fmt: skip
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
# What says how a file's text is to be read, and a database's answer has no use for.
_OF_FILES = ("package", "file", "pattern", "format", "encoding", "delimiter", "quotes", "sheet", "header", "header_row")
_NOTEBOOK = re.compile(r"[a-z][a-z0-9_]*")
# No client file nests deeper or holds more; anchors that point at themselves or at each other do.
_DEEPEST, _MOST_NODES = 20, 100_000
# The longest names that Linux, macOS and Windows all take for a file and its place.
_LONGEST_NAME, _LONGEST_PATH = 255, 1000
_LONGEST_TITLE = 200
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ufffe\uffff]")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class Slides(BaseModel):
    """Whose master, theme and size the slides take, our own where none is named, and whether they have an appendix."""

    model_config = ConfigDict(extra="forbid")

    template: str = ""
    appendix: StrictBool = True


class Client(BaseModel):
    """One client: who it is, what counts, where its exports lie, which notebooks run.

    Attributes:
        path: the client file. home: the folder its source paths start from.
    """

    model_config = ConfigDict(extra="forbid")

    name: str
    title: str | dict[Literal["ja", "en"], str] = ""
    remarks: str | dict[Literal["ja", "en"], str] = ""
    language: Literal["ja", "en"] = "ja"
    currency: str = "JPY"
    fiscal_year_start: int = Field(default=4, ge=1, le=12)
    tax_basis: Literal["included", "excluded", "unknown"] = "unknown"
    business_model: Literal["single_item", "one_off"] = "single_item"
    as_of: date | None = None
    timezone: str = "Asia/Tokyo"
    policy: Policy = Field(default_factory=Policy)
    sources: dict[str, Source]
    notebooks: list[str] = Field(default_factory=lambda: list(NOTEBOOKS))
    formats: list[Literal["html", "xlsx", "pdf", "pptx"]] = ["html", "xlsx"]
    slides: Slides = Field(default_factory=Slides)
    not_personal: list[str] = Field(default_factory=list)
    timeout_seconds: int = Field(default=600, ge=1)
    quality: dict[str, Any] = Field(default_factory=dict)
    rfm: dict[str, Any] = Field(default_factory=dict)
    calls: dict[str, Any] = Field(default_factory=dict)
    portfolio: dict[str, Any] = Field(default_factory=dict)
    stages: dict[str, Any] = Field(default_factory=dict)
    lifecycle: dict[str, Any] = Field(default_factory=dict)
    retention: dict[str, Any] = Field(default_factory=dict)
    ltv: dict[str, Any] = Field(default_factory=dict)
    basket: dict[str, Any] = Field(default_factory=dict)
    nps: dict[str, Any] = Field(default_factory=dict)
    abtest: dict[str, Any] = Field(default_factory=dict)
    kpi: dict[str, Any] = Field(default_factory=dict)
    scenario: dict[str, Any] = Field(default_factory=dict)
    contracts: dict[str, Any] = Field(default_factory=dict)
    _path: Path = PrivateAttr()

    @field_validator("as_of", mode="before")
    @classmethod
    def _iso_date(cls, value: Any) -> Any:
        """Pydantic takes numbers for seconds since 1970."""
        if value is None or type(value) is date or (isinstance(value, str) and _ISO.fullmatch(value)):
            return value
        raise ValueError(f"is {_shown(value)}, must be a date such as 2026-03-31")

    @field_validator("title")
    @classmethod
    def _title_of_a_page(cls, value: str | dict[str, str]) -> str | dict[str, str]:
        for text in [value] if isinstance(value, str) else value.values():
            if _CONTROL.search(text):
                raise ValueError("holds a control character or a line break, must be one line of plain text")
            if text and not text.strip():
                raise ValueError("is blank, write the client's name or leave the key out")
            if len(text) > _LONGEST_TITLE:
                raise ValueError(f"has {len(text)} characters, must have at most {_LONGEST_TITLE}")
        return value

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, value: str) -> str:
        if value not in MINOR_UNITS:
            raise ValueError(f"is '{value}'{nearest(value, MINOR_UNITS)}")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"is '{value}'{nearest(value, sorted(available_timezones()))}") from None
        return value

    @property
    def path(self) -> Path:
        """The client file."""
        return self._path

    @property
    def home(self) -> Path:
        """The folder that source paths, `data/` and `reports/` are relative to."""
        return _home(self._path)

    @property
    def minor_units(self) -> int:
        """Decimals of the currency: 0 for yen, 2 for cents and pence."""
        return MINOR_UNITS[self.currency]

    def title_in(self, language: str) -> str:
        """The client's title in a language; the other language's, or the name, where it is missing."""
        return _in_language(self.title, language) or self.name

    def remarks_in(self, language: str) -> str:
        """What a reader must know of the data, printed with the conditions of every report; may be empty."""
        return _in_language(self.remarks, language)

    def section(self, notebook: str) -> dict[str, Any]:
        """What the client file sets for one notebook; empty when it has no such section."""
        return dict(getattr(self, notebook)) if notebook in NOTEBOOKS else {}

    def settings(self) -> Settings:
        """What the door needs to know."""
        return Settings(
            name=self.name, home=self.home, sources=self.sources, policy=self.policy, minor_units=self.minor_units,
            currency=self.currency, timezone=self.timezone, as_of=self.as_of,
        )  # fmt: skip


def _in_language(text: Any, language: str) -> str:
    texts = {language: text} if isinstance(text, str) else text
    return texts.get(language) or next(iter(texts.values()), "")


def load_client(client: str | Path) -> Client:
    """Read a client file, given as a path or as its name under `parameters/`.

    Raises:
        UserError: the file is missing, is not YAML, or says something that is not allowed; with file and line.
    """
    path = _find(client)
    where = path.relative_to(_home(path)).as_posix()
    data, lines = _read_yaml(path, where)
    try:
        loaded = Client.model_validate(data)
    except ValidationError as error:
        raise UserError(_sentence(error, where, lines)) from None
    loaded._path = path
    _check_name(loaded, where, lines)
    _check_notebooks(loaded, where, lines)
    _check_sources(loaded, where, lines)
    _check_slides(loaded, where, lines)
    for table, source in loaded.sources.items():
        source.remember(_places(f"sources.{table}", where, lines))
    return loaded


def find_by_name(name: str, start: Path) -> Path | None:
    """The client file of that name under the nearest `parameters/`: in `start`, a folder above it, or as shipped."""
    for folder in _folders(start):
        if _is_file(folder / f"{name}.yml"):
            return (folder / f"{name}.yml").resolve()
    return None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _folders(start: Path) -> list[Path]:
    above = [folder / "parameters" for folder in (start.resolve(), *start.resolve().parents)]
    return [*above, Path(__file__).resolve().parents[1] / "parameters"]


def _home(path: Path) -> Path:
    return path.parent.parent if path.parent.name == "parameters" else path.parent


def _find(client: str | Path) -> Path:
    text = str(client)
    if isinstance(client, Path) or "/" in text or "\\" in text or text.endswith((".yml", ".yaml")):
        try:
            path = Path(client).expanduser().resolve()
        except (OSError, ValueError, RuntimeError):  # too long, a NUL character, ~nobody
            raise UserError(f"{client}: there is no such client file.") from None
        if not _is_file(path):
            raise UserError(f"{client}: there is no such client file.")
        return path
    found = find_by_name(text, Path.cwd())
    if found:
        return found
    names = sorted({file.stem for folder in _folders(Path.cwd()) for file in folder.glob("*.yml")})
    raise UserError(f"there is no client '{text}' under parameters/{nearest(text, names)}")


# --- YAML, with the line of every key -------------------------------------------------------------------------------


def _read_yaml(path: Path, where: str) -> tuple[dict[str, Any], dict[str, int]]:
    lines: dict[str, int] = {}
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{where}: the client file is not UTF-8.") from None
    try:
        loader = yaml.SafeLoader(text)
        node = _compose(loader, where)
        data = None if node is None else _build(loader, node, "", lines, where)
    except yaml.MarkedYAMLError as error:
        raise UserError(_colon_in(text, where) or _yaml_sentence(error, where)) from None
    except yaml.YAMLError as error:
        raise UserError(f"{where}: this is not YAML ({str(error).splitlines()[0]}).") from None
    if not isinstance(data, dict):
        if colon := _colon_in(text, where):
            raise UserError(colon)
        raise UserError(f"{where}: a client file must be a mapping of keys to values.")
    return data, lines


def _compose(loader: yaml.SafeLoader, where: str) -> yaml.Node | None:
    """The file as nodes, each of which may be walked through; anchors can make of a few lines an endless file."""
    try:
        root = loader.get_single_node()
    except RecursionError:
        raise UserError(f"{where} line {loader.line + 1}: the keys are nested too deeply.") from None
    waiting, seen = [(root, 0)] if root else [], 0
    while waiting:
        node, depth = waiting.pop()
        seen += 1
        if depth > _DEEPEST or seen > _MOST_NODES:
            fault = "the keys are nested too deeply" if depth > _DEEPEST else "the anchors make the file too large"
            raise UserError(f"{where} line {node.start_mark.line + 1}: {fault}.")
        if isinstance(node, yaml.MappingNode):
            waiting += [(child, depth + 1) for pair in node.value for child in pair]
        elif isinstance(node, yaml.SequenceNode):
            waiting += [(child, depth + 1) for child in node.value]
    return root


def _yaml_sentence(error: yaml.MarkedYAMLError, where: str) -> str:
    mark = error.problem_mark
    line = f" line {mark.line + 1}" if mark else ""
    if "\\t" in str(error.problem):
        return f"{where}{line}: a tab stands where spaces are expected; indent with spaces."
    return f"{where}{line}: this is not YAML ({error.problem})."


def _colon_in(text: str, where: str) -> str:
    """A sentence on the first line whose key is followed by a full-width colon, or by no space; else nothing."""
    for number, line in enumerate(text.splitlines(), start=1):
        if said := _colon(line.lstrip("\u3000 -"), r"[A-Za-z]\w*"):
            return f"{where} line {number}: {said}"
    return ""


def _colon(text: str, keys: str) -> str:
    """What is wrong with a text that should have been a key and a value; `keys`: pattern of a key not known."""
    found = re.match(rf"({keys})：|([a-z][a-z0-9_]*) ?(：|:(?=[^\s/\\]))", text)
    if found is None or (found[1] is None and found[2] not in _words()):
        return ""
    fault = "a colon without a space" if found[3] == ":" else "a full-width colon"
    key = found[1] or found[2]
    return f"key '{key}' is followed by {fault}, write '{key}: ' with a half-width colon and a space."


def _torn(key: str, name: yaml.ScalarNode, value: yaml.Node) -> tuple[int, str]:
    """Line and fault of a key, or of the first line under it, that YAML took for a mere text: `a：b` and `{a:b}`."""
    line = name.start_mark.line + 1
    if not isinstance(value, yaml.ScalarNode) or value.style is not None or name.style is not None:
        return line, ""
    if value.value == "":
        return line, _colon(name.value, "[^：]+")
    if value.start_mark.line + 1 == line:
        return line, ""
    # Remarks may hold full-width colons of their own.
    return value.start_mark.line + 1, _colon(
        value.value, "(?!)" if key.startswith(("title", "remarks")) else r"[^\s：]+"
    )


def _words() -> set[str]:
    """Every key that a client file can have."""
    columns = {name for table in INPUTS.values() for name in table}
    models = (Client, Policy, Source, Slides)
    return {*(key for model in models for key in model.model_fields), *INPUTS, *columns, "ja", "en"}


def _build(loader: yaml.SafeLoader, node: yaml.Node, key: str, lines: dict[str, int], where: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _build_mapping(loader, node, key, lines, where)
    if isinstance(node, yaml.SequenceNode):
        return [_build(loader, child, f"{key}.{i}", lines, where) for i, child in enumerate(node.value)]
    line = node.start_mark.line + 1
    if any("\ud800" <= letter <= "\udfff" for letter in node.value):
        raise UserError(f"{where} line {line}: {key} holds half a character (\\ud800 to \\udfff), write the character.")
    # Export values and column names are text as typed: `1`, `no` and `2023-01-01` must not turn into other things.
    if key.startswith("sources.") and any(part in key for part in (".values.", ".columns.", ".blank.", ".split.")):
        return node.value
    node.value = straight(node.value)
    try:
        return loader.construct_object(node)
    except yaml.MarkedYAMLError:
        raise
    except (ValueError, LookupError, AttributeError, TypeError, ArithmeticError):
        # A tag such as !!int in front of a text that is none ends in any of these.
        raise UserError(f"{where} line {line}: {key} is '{node.value}', which is no {_tag(node)}.") from None


def _tag(node: yaml.Node) -> str:
    kind = node.tag.rpartition(":")[2]
    return {"bool": "true or false", "float": "number", "int": "number"}.get(kind, "date or number")


def _build_mapping(
    loader: yaml.SafeLoader, node: yaml.MappingNode, key: str, lines: dict[str, int], where: str
) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for name, value in node.value:
        if not isinstance(name, yaml.ScalarNode):
            raise UserError(f"{where} line {name.start_mark.line + 1}: a key must be a word or a quoted text.")
        here = f"{key}.{name.value}".lstrip(".")
        line = name.start_mark.line + 1
        at, torn = _torn(here, name, value)
        if torn:
            raise UserError(f"{where} line {at}: {torn}")
        if any("\ud800" <= letter <= "\udfff" for letter in name.value):
            raise UserError(f"{where} line {line}: a key holds half a character, write the character.")
        if name.value in built:
            raise UserError(f"{where} line {line}: key '{here}' stands twice, first in line {lines[here]}.")
        lines[here] = line
        built[name.value] = _build(loader, value, here, lines, where)
    return built


def _places(prefix: str, where: str, lines: dict[str, int]) -> dict[str, str]:
    inside = {key: line for key, line in lines.items() if key == prefix or key.startswith(prefix + ".")}
    return {key[len(prefix) + 1 :]: f"{where} line {line}" for key, line in inside.items()}


# --- what may be wrong, in one sentence -----------------------------------------------------------------------------


def _line(where: str, lines: dict[str, int], key: str) -> str:
    while key and key not in lines:
        key = key.rpartition(".")[0]
    return f"{where} line {lines[key]}" if key else where


def _sentence(error: ValidationError, where: str, lines: dict[str, int]) -> str:
    first = error.errors()[0]
    path = [str(part) for part in first["loc"]]
    key = _longest(path, lines)
    at, kind, given = _line(where, lines, key), first["type"], first["input"]
    if kind == "extra_forbidden":
        return f"{at}: unknown key '{key}'{nearest(path[-1], _known_keys(path[:-1]))}"
    if kind == "missing":
        return f"{_line(where, lines, '.'.join(path[:-1]))}: key '{'.'.join(path)}' is missing."
    if kind == "string_type" and isinstance(given, list):
        return f"{at}: {key} is a list, must be one text, such as '{_example(key)}'."
    if kind == "value_error":
        return _stop(f"{at}: {key} {first.get('ctx', {}).get('error')}")
    return f"{at}: {key} is {_shown(given)}, {_allowed(first)}."


def _stop(text: str) -> str:
    return text if text.endswith(("?", ".")) else text + "."


def _longest(path: list[str], lines: dict[str, int]) -> str:
    """The model names the branch of a union too; the file knows only its own keys."""
    kept = [path[0]]
    for part in path[1:]:
        if ".".join([*kept, part]) in lines or part.isdigit():
            kept.append(part)
    return ".".join(kept)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return f"'{str(value).lower()}'"
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else f"'{value}'" if value is not None else "empty"


def _example(key: str) -> str:
    name = key.rpartition(".")[2]
    if name.isdigit():
        return "rfm"
    return f"{name}: {_EXAMPLES.get(name, 'valid' if '.values.' in key else '会員ID')}"


def _allowed(error: Any) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "literal_error":
        return f"must be {context['expected'].replace('True', 'true')}"
    words = {"int": "a whole number", "string": "a text", "date": "a date such as 2026-03-31", "dict": "a mapping",
             "model": "a mapping", "list": "a list", "bool": "true or false"}  # fmt: skip
    for start, word in words.items():
        if kind.startswith(start):
            return f"must be {word}"
    limits = {"greater_than_equal": ("ge", "at least"), "less_than_equal": ("le", "at most")}
    if kind in limits:
        return f"must be {limits[kind][1]} {context[limits[kind][0]]}"
    return f"which is not allowed ({error['msg']})"


def _known_keys(path: list[str]) -> list[str]:
    if not path:
        return list(Client.model_fields)
    if path[0] == "slides":
        return list(Slides.model_fields)
    return list(Policy.model_fields if path[0] == "policy" else Source.model_fields)


def _check_name(client: Client, where: str, lines: dict[str, int]) -> None:
    at = _line(where, lines, "name")
    if not _NAME.fullmatch(client.name):
        raise UserError(
            f"{at}: name is '{client.name}', must be 1 to 40 of a-z, 0-9, - and _, a letter or digit first."
        )
    if client.name != client.path.stem:
        raise UserError(f"{at}: name is '{client.name}', must be '{client.path.stem}' like the file.")


def _check_notebooks(client: Client, where: str, lines: dict[str, int]) -> None:
    """A notebook's name becomes the name of a file and of a page; `index` is the page that lists them."""
    for name in client.notebooks:
        if not _NOTEBOOK.fullmatch(name) or name == "index" or len(name) > 40:
            raise UserError(
                f"{_line(where, lines, 'notebooks')}: notebook '{name}' must be 1 to 40 of a-z, 0-9 and _, "
                f"a letter first, and not 'index'."
            )


def _check_sources(client: Client, where: str, lines: dict[str, int]) -> None:
    if not client.sources:
        raise UserError(f"{_line(where, lines, 'sources')}: sources is empty, must name at least one table.")
    for table, source in client.sources.items():
        at = _line(where, lines, f"sources.{table}")
        if table not in INPUTS:
            raise UserError(f"{at}: unknown table '{table}'{nearest(table, TABLES)}")
        _check_place(source, at, table)
        _check_paths(table, source, where, lines)
        _check_columns(table, source, where, lines)
        _check_values(table, source, where, lines)
        _check_items(table, source, where, lines)
        _check_formats(table, source, where, lines)


def _check_slides(client: Client, where: str, lines: dict[str, int]) -> None:
    given = client.slides.template
    at = _line(where, lines, "slides.template")
    if "\0" in given or len(given.encode()) > _LONGEST_PATH:
        raise UserError(f"{at}: slides.template is longer than a file's name can be, or holds a NUL character.")
    if given and (wrong := fault(client.home / given)):
        raise UserError(f"{at}: slides.template '{given}' {wrong}.")


def _check_place(source: Source, at: str, table: str) -> None:
    _check_question(source, at, table)
    places = [source.path, source.package, source.database]
    if sum(place is not None for place in places) != 1 and not (source.query and not any(places)):
        raise UserError(
            f"{at}: sources.{table} needs one of 'path', 'package' with 'file', 'database', or a 'query' over files."
        )
    if (source.package is None) != (source.file is None):
        raise UserError(f"{at}: sources.{table} needs 'package' and 'file' together.")


def _check_question(source: Source, at: str, table: str) -> None:
    """The URL itself is never repeated: it holds a password."""
    if source.database is not None and not _VARIABLE.fullmatch(source.database):
        raise UserError(
            f"{at}: sources.{table}.database must be the name of an environment variable that holds the URL, such as "
            f"SHOP_DB, never the URL itself."
        )
    asked = [key for key in ("query", "table") if (getattr(source, key) or "").strip()]
    if source.database is not None and len(asked) != 1:
        raise UserError(f"{at}: sources.{table} with 'database' needs either 'query' or 'table'.")
    if source.query is not None or source.table is not None:
        idle = [key for key in _OF_FILES if key in source.model_fields_set]
        if len(asked) != 1 or idle or (source.table is not None and not (source.path or source.database)):
            wrong = f"cannot have '{idle[0]}'" if idle else "needs either 'query' or 'table', and 'table' a database"
            raise UserError(f"{at}: sources.{table} asks a database and {wrong}.")


def _check_paths(table: str, source: Source, where: str, lines: dict[str, int]) -> None:
    for key in ("path", "file", "package", "pattern"):
        text = getattr(source, key) or ""
        at = _line(where, lines, f"sources.{table}.{key}")
        if len(text.encode()) > _LONGEST_PATH or any(len(n.encode()) > _LONGEST_NAME for n in re.split(r"[/\\]", text)):
            raise UserError(f"{at}: sources.{table}.{key} is longer than a file's name can be.")
        if "\0" in text:
            raise UserError(f"{at}: sources.{table}.{key} holds a NUL character, which no file's name can.")
    pattern = source.pattern
    if pattern is not None and (not pattern or ".." in pattern or re.search(r"[/\\]", pattern)):
        raise UserError(
            f"{_line(where, lines, f'sources.{table}.pattern')}: sources.{table}.pattern is '{pattern}', must match "
            f"names of files in the folder itself, such as '*.csv', without '/' and '..'."
        )


_SAME = (("ordered_at", "order_date"), ("tenure_days", "tenure_months"))


def _check_columns(table: str, source: Source, where: str, lines: dict[str, int]) -> None:
    for part in ("columns", "values"):
        for name in getattr(source, part):
            if name not in INPUTS[table]:
                at = _line(where, lines, f"sources.{table}.{part}.{name}")
                raise UserError(f"{at}: unknown column '{name}' of {table}{nearest(name, INPUTS[table])}")
    at = _line(where, lines, f"sources.{table}.columns")
    for group in REQUIRED[table] if source.columns else ():
        if not any(name in source.columns for name in group):
            wanted = " or ".join(f"'{name}'" for name in group)
            raise UserError(f"{at}: sources.{table}.columns lacks {wanted}.")
    for first, second in _SAME:
        if {first, second} <= set(source.columns):
            raise UserError(f"{at}: sources.{table}.columns has both '{first}' and '{second}', which mean the same.")


def _check_values(table: str, source: Source, where: str, lines: dict[str, int]) -> None:
    for name, values in source.values.items():
        _check_used(table, source, name, _line(where, lines, f"sources.{table}.values.{name}"))
        allowed = INPUTS[table][name].allowed
        for given, value in values.items():
            if allowed and value not in allowed:
                at = _line(where, lines, f"sources.{table}.values.{name}.{given}")
                raise UserError(
                    f"{at}: '{given}' becomes '{value}', unknown for {table}.{name}{nearest(value, allowed)}"
                )


def _check_used(table: str, source: Source, name: str, at: str) -> None:
    """Values of the other name of a mapped column, or that are no dates where dates stand, would change nothing."""
    same = next((other for pair in _SAME if name in pair for other in pair if other in source.columns), name)
    if same != name:
        raise UserError(
            f"{at}: sources.{table}.values has '{name}', and columns maps '{same}'; write '{same}' there too."
        )
    for given, value in source.values[name].items() if INPUTS[table][name].kind == "when" else ():
        if value and not any(letter.isdigit() for letter in value):
            raise UserError(f"{at}: '{given}' becomes '{value}', which is no date; give one, or \"\" for none.")


def _check_items(table: str, source: Source, where: str, lines: dict[str, int]) -> None:
    """What makes several rows of one can only be told of the items of an order."""
    if any(not text.strip() for text in source.blank):
        raise UserError(
            f"{_line(where, lines, f'sources.{table}.blank')}: sources.{table}.blank holds a blank text, which is "
            f'blank as it is; give texts such as "-9999".'
        )
    for key, names in (("packed", source.packed), ("split", [*source.split])):
        for name in names:
            at = _line(where, lines, f"sources.{table}.{key}.{name}")
            if name not in INPUTS[table]:
                told = nearest(name, INPUTS[table])
                raise UserError(f"{at}: sources.{table}.{key}: unknown column '{name}' of {table}{told}")
            if table != "orders" or name not in LINE:
                raise UserError(
                    f"{at}: sources.{table}.{key} has '{name}', which is not told of an item; allowed are "
                    f"{listed(LINE)} of orders."
                )
            if key == "split" and name in source.packed:
                raise UserError(f"{at}: '{name}' stands under split and packed; its cells are of one form.")
            if key == "split" and not source.split[name]:
                raise UserError(f"{at}: sources.{table}.split.{name} is blank, must be what stands between two items.")


def _check_formats(table: str, source: Source, where: str, lines: dict[str, int]) -> None:
    formats = [source.date_format] if isinstance(source.date_format, str) else source.date_format or []
    for form in formats:
        if not re.fullmatch(rf"([^%]|%[{_DIRECTIVES}]|%-[{_UNPADDED}])*", form) or "%" not in form:
            at = _line(where, lines, f"sources.{table}.date_format")
            raise UserError(f"{at}: date_format is '{form}', must be made of directives such as %Y-%m-%d %H:%M:%S.")
    if source.encoding is not None and not is_encoding(source.encoding):
        at = _line(where, lines, f"sources.{table}.encoding")
        raise UserError(f"{at}: encoding is '{source.encoding}'{nearest(source.encoding, ENCODINGS)}")


def is_encoding(name: str) -> bool:
    """Whether Python knows an encoding of texts by that name."""
    try:
        return bool("".encode(name) is not None)
    except (LookupError, ValueError):
        return False
