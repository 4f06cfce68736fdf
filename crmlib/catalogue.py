"""The message catalogue: what is to be translated, gathered from code, templates and notebooks. `make words` runs it.

Found are the literals of `N_`, `say` and `translate`, `_()` in the templates, the dictionary, the markdown of the
notebooks block by block, and the `title`, `alt`, `note`, `source` literals of their `report.*` calls; of the lessons
also the comments in their code and the sentences to say in the meeting.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.dictionary import CODES, COLUMNS, DEFINITIONS, KINDS, PARAMETERS

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

PACKAGE = Path(__file__).parent
NOTEBOOKS = PACKAGE.parent / "notebooks"
CALLS = {"metric", "table", "grid", "chart", "sheet"}
TEXTS = {"title", "name", "alt", "note", "source", "missing"}
Message = tuple[str | tuple[str, str], str, str | None]


def messages() -> Catalog:
    """Every message of the project, with the file it comes from and without line numbers."""
    from babel.messages.catalog import Catalog

    found = Catalog(project="crmlib", charset="utf-8", fuzzy=False)
    for message, origin, context in [*_of_dictionary(), *_of_code(), *_of_templates(), *_of_notebooks()]:
        # Babel would take "95% interval" for a printf format and then find false faults.
        found.add(message, locations=[(origin, 0)], context=context).flags.discard("python-format")
    return found


def update(language: str) -> int:
    """Merge the messages into the catalogue of that language, compile it, and return how many are untranslated."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po, write_po

    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = read_po(path.open("rb"), locale=language) if path.is_file() else Catalog(locale=language)
    kept.update(messages(), no_fuzzy_matching=True)
    kept.obsolete.clear()
    _tidy_header(kept)
    for message in kept:
        message.flags.discard("python-format")
    with path.open("wb") as file:
        write_po(file, kept, width=110, sort_output=True, include_lineno=False, omit_header=False)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, kept)
    return len([message for message in kept if message.id and not is_translated(message.string)])


def _tidy_header(catalogue: Catalog) -> None:
    # No dates or people: the same messages give the same bytes, and a fuzzy header would not be compiled.
    catalogue.fuzzy = False
    catalogue.header_comment = "# The words of crmlib. Edit the translations here, then run `make words`."
    catalogue.project, catalogue.version = "crmlib", "1"
    catalogue.msgid_bugs_address = catalogue.last_translator = catalogue.language_team = "crmlib"
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)


def catalogue_path(language: str) -> Path:
    """The file a translator edits."""
    return PACKAGE / "locale" / language / "LC_MESSAGES" / "crmlib.po"


def is_translated(text: Any) -> bool:
    """Every form of the translation is there."""
    return bool(text) if isinstance(text, str) else all(text or [""])


def _of_dictionary() -> Iterator[Message]:
    here = "crmlib/dictionary"
    yield from ((text, here, "code") for text in CODES.values())
    yield from ((text, here, "column") for text, _ in COLUMNS.values())
    yield from ((text, here, "parameter") for text in PARAMETERS.values())
    yield from ((text, here, None) for text in DEFINITIONS.values())
    for kind in KINDS.values():
        if kind.unit:
            yield kind.unit, here, "unit"
        if kind.one:
            yield (kind.one, kind.many), here, None
    yield "yen", "crmlib/words.py", "unit"
    yield from ((bound, "crmlib/words.py", "bound") for bound in words.BOUNDS.values())


def _of_code() -> Iterator[Message]:
    from babel.messages.extract import extract

    for path in sorted(PACKAGE.rglob("*.py")):
        if path.name == "catalogue.py" or {"dictionary", "demo"} & set(path.parts):
            continue
        with path.open("rb") as file:
            for _, text, _, _ in extract("python", file, keywords={"N_": None, "say": None, "translate": None}):
                yield str(text), _origin(path), None


def _of_templates() -> Iterator[Message]:
    from jinja2.ext import babel_extract

    for path in sorted(PACKAGE.glob("*/templates/*.html")):
        with path.open("rb") as file:
            for _, _, text, _ in babel_extract(file, ["_"], [], {"trimmed": "true"}):
                yield str(text), _origin(path), None


def _of_notebooks() -> Iterator[Message]:
    for path in sorted([*NOTEBOOKS.glob("*.ipynb"), *(NOTEBOOKS / "panels").glob("*.ipynb")]):
        yield from _of_cells(path, literals)
    for path in sorted((NOTEBOOKS / "workshop").glob("*.ipynb")):
        yield from _of_cells(path, lesson_texts)


def _of_cells(path: Path, texts: Callable[[str], list[str]]) -> Iterator[Message]:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        found = blocks(source) if cell["cell_type"] == "markdown" else texts(source)
        yield from ((text, _origin(path), None) for text in found)


def _origin(path: Path) -> str:
    return path.relative_to(PACKAGE.parent).as_posix()


def blocks(markdown: str) -> list[str]:
    """The blocks of a markdown cell, as `words.translate_notebook` looks them up."""
    return [block.strip("\n") for block in re.split(r"\n\n", markdown) if block.strip()]


def literals(source: str) -> list[str]:
    """The texts of the `report.*` calls in a code cell.

    Raises:
        ValueError: a text that is an f-string; values go in as {name:kind}.
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _is_report_call(node):
            found += [_literal(k.value) for k in node.keywords if k.arg in TEXTS]
    return [text for text in found if text]


def lesson_texts(source: str) -> list[str]:
    """The texts in a code cell of a lesson: what it shows, what it says, and its comments."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    said = [_literal(call.args[0]) for call in calls if _is_sentence(call.func) and call.args]
    return [*literals(source), *filter(None, said), *(text for _, _, text in words.comments(source))]


def _is_sentence(called: ast.expr) -> bool:
    return isinstance(called, ast.Attribute) and called.attr == "sentence"


def _is_report_call(node: ast.Call) -> bool:
    called = node.func
    return isinstance(called, ast.Attribute) and called.attr in CALLS and _is_report(called.value)


def _is_report(node: ast.expr) -> bool:
    # `report`, and `lesson.report` in the lessons.
    return "report" in (getattr(node, "id", ""), getattr(node, "attr", ""))


def _literal(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        raise ValueError(f"line {node.lineno}: a report text is one literal; put values in as {{name:kind}}.")
    return str(node.value) if isinstance(node, ast.Constant) else ""


def main() -> Any:
    """Update every catalogue and say what is still to be translated."""
    for language in words.LANGUAGES:
        if language != "en":
            sys.stdout.write(f"{language}: {update(language)} untranslated\n")


if __name__ == "__main__":
    main()
