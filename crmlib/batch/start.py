"""The page that `crm lab` opens on: what is in the client's data, which questions it answers, what to try first."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextvars import copy_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import crmlib
from crmlib import words
from crmlib.batch.check import can_say
from crmlib.batch.desk import DOOR, near, place
from crmlib.batch.place import unwritable
from crmlib.batch.plan import Plan, make_plan
from crmlib.batch.template import TemplateError, read_json
from crmlib.data.files import write_atomically
from crmlib.errors import UserError
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.batch.desk import Copy
    from crmlib.client import Client

NAME = "start"
_CLIENT = re.compile(r"[a-z0-9][a-z0-9_-]*")
_SPECIAL = re.compile(r"(?i)[\\`*_{}\[\]()#+!|<>&~$@-]|:(?=//)|(?<=www)\.")
# Behind two of these JupyterLab sees a formula; the others make a link by themselves.
_ENTITIES = {mark: f"&#{ord(mark)};" for mark in "\\@:."}


def write_start(client: Client, copies: Sequence[Copy], pages: Sequence[Copy]) -> Path:
    """Write the start page into the client's desk; it is ours, so each `crm lab` writes it anew from the data.

    An export that cannot be read does not keep anybody from the desk: the page then says what is wrong with it.

    Args:
        client: whose desk it is.
        copies: the notebooks at the desk.
        pages: the pages that hold one panel each.
    """
    folder = place(client)
    try:
        shop = crmlib.open_shop(client.path)
        cells = copy_context().run(_cells, client, shop, copies, pages)
    except UserError as error:
        cells = copy_context().run(_unread, client, error, pages)
    path = folder / f"{NAME}.ipynb"
    save(path, cells)
    return path


def save(path: Path, cells: list[dict[str, Any]]) -> None:
    """Write cells as a notebook."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    text = json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
    try:
        write_atomically(path, text.encode())
    except OSError as error:
        raise unwritable("crm lab", path, error) from None


def write_clients(home: Path) -> Path:
    """Write `desk/start.ipynb`: the client files below a folder, and how each is opened.

    Raises:
        UserError: there is no client file.
    """
    # No other file can be a client's.
    files = [file for file in sorted((home / "parameters").glob("*.yml")) if _CLIENT.fullmatch(file.stem)]
    if not files:
        raise UserError("there is no client file in parameters/ here; `crm new NAME --orders FILE` writes one.")
    rows = [_client_row(home, file) for file in files]
    text = "\n".join(["# crmlib", "", "| client | opens with |", "|:--|:--|", *rows])
    path = home / "desk" / f"{NAME}.ipynb"
    save(path, [markdown("clients", text)])
    return path


def _client_row(home: Path, file: Path) -> str:
    there = (home / "desk" / file.stem / f"{NAME}.ipynb").is_file()
    name = plain(file.stem)
    return _line([f"[{name}]({file.stem}/{NAME}.ipynb)" if there else name, f"`crm lab {file.stem}`"])


def _cells(client: Client, shop: Any, copies: Sequence[Copy], pages: Sequence[Copy]) -> list[dict[str, Any]]:
    plan, customers = make_plan(client, shop), _customers(shop)
    words.speak(client.language, client.currency)
    parts = [
        _head(client, shop),
        _data(shop, customers),
        _questions(plan, copies),
        _panels(pages),
        _tries(client, shop, plan, customers),
    ]
    cells = [markdown(f"part-{n}", text) for n, text in enumerate(filter(None, parts))]
    return [*cells, _own_code(client)]


def _unread(client: Client, error: UserError, pages: Sequence[Copy]) -> list[dict[str, Any]]:
    from crmlib.batch.todo import listed, to_do

    words.speak(client.language, client.currency)
    said = words.translate(N_("The export cannot be read as the client file says:"))
    how = words.say(
        N_("The panel below shows what the file holds; mend the mapping there or in {file:text}, then start"
           " `crm lab {name:text}` again."),
        file=client.path.name, name=client.name,
    ).text()  # fmt: skip
    # Every other notebook would only end in the same sentence.
    parts = [
        f"# {plain(client.title_in(client.language))}\n\n{said}\n\n> {plain(str(error))}\n\n{how}",
        listed(to_do(client.path)),
        _panels([page for page in pages if page.name == DOOR]),
    ]
    return [markdown(f"part-{n}", text) for n, text in enumerate(filter(None, parts))]


def _head(client: Client, shop: Any) -> str:
    said = N_(
        "Base date: {day:date}. This page is written anew at each `crm lab`; the notebooks are copies of yours to work"
        " in, and nothing done here touches the templates or the data."
    )
    return f"# {plain(client.title_in(client.language))}\n\n{words.say(said, day=shop.as_of).text()}"


def _data(shop: Any, customers: Any) -> str:
    heads = [
        words.translate(N_("Table")), words.translate(N_("Rows read")), words.translate(N_("Rows used")),
        words.translate(N_("Left out")),
    ]  # fmt: skip
    rows = [_row(table, ledger.frame()) for table, ledger in _orders_first(shop.ledgers)]
    table = "\n".join([_line(heads), "|:--|--:|--:|--:|", *map(_line, rows)])
    title = words.translate(N_("What is in the data"))
    parts = [f"## {title}", _size(shop, customers), table]
    return "\n\n".join(part for part in parts if part)


def _orders_first(ledgers: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted(ledgers.items(), key=lambda pair: pair[0] != "orders")


def _size(shop: Any, customers: Any) -> str:
    if not shop.has("orders"):
        return words.translate(N_("There are no orders in the data."))
    n_orders, amount = int(customers["n_orders"].sum()), int(customers["amount"].sum())
    first = customers["first_day"].min()
    said = N_(
        "{orders:orders} of {customers:customers} from {first:date} to {last:date}, {amount:money} in all, by the"
        " counting policy of the client file."
    )
    return words.say(
        said, orders=n_orders, customers=len(customers), first=int(first), last=shop.as_of, amount=amount
    ).text()  # fmt: skip


def _customers(shop: Any) -> Any:
    from crmlib.analysis.aggregates import customer_table

    return customer_table(shop.orders, as_of_day=shop.as_of_day)


def _row(table: str, frame: Any) -> list[str]:
    count = dict(zip(frame["reason"], frame["n_rows"], strict=True))
    read, used = int(count.get("read", 0)), int(count.get("used", 0))
    return [plain(words.label(table)), *(words.text(n, "count") for n in (read, used, read - used))]


def _questions(plan: Plan, copies: Sequence[Copy]) -> str:
    known = {notebook.name: can_say(notebook) for notebook in plan.notebooks}
    rows = [_answerable(copy, known[copy.name]) for copy in copies if copy.name in known]
    return _listed(words.translate(N_("The questions")), rows)


def _answerable(copy: Copy, known: str) -> str:
    said = words.say(N_("{question:text}: {known:text}"), question=_link(copy.path, copy.path.name), known=known)
    return f"- {said.text()}"


def _panels(pages: Sequence[Copy]) -> str:
    rows = [f"- {_link(page.path, f'{page.path.parent.name}/{page.path.name}')}" for page in pages]
    return _listed(words.translate(N_("Panels: move a value, see what changes")), rows)


def _listed(title: str, rows: Sequence[str]) -> str:
    return "\n".join([f"## {title}", "", *rows]) if rows else ""


def _link(path: Path, target: str) -> str:
    """The notebook's own title, which is its question, as a link."""
    try:
        cells = read_json(path)["cells"]
    except TemplateError:  # a copy that was broken at the desk; the way to it stays
        cells = []
    texts = [_source(cell) for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "markdown"]
    heads = (text.splitlines()[0].removeprefix("# ").strip() for text in texts if text.startswith("# "))
    return f"[{plain(next(filter(None, heads), path.stem))}]({target})"


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _tries(client: Client, shop: Any, plan: Plan, customers: Any) -> str:
    name = client.name
    steps = [
        *_by_data(shop, plan, customers),
        words.translate(
            N_(
                "Open a panel, wait until the bar at the bottom says `Idle` (what is run earlier is forgotten), run all"
                " cells (menu `Run`, then `Run All Cells`), and move a value."
            )
        ),
        words.translate(
            N_("In a notebook, change a value in the second code cell and run all cells: figures and sentences follow.")
        ),
        words.say(
            N_("`crm keep {name:text}` in a terminal shows what you changed and writes it into the client file."),
            name=name,
        ).text(),
        words.say(N_("`crm run {name:text}` makes the report with it."), name=name).text(),
    ]
    title = words.translate(N_("What to try"))
    return "\n".join([f"## {title}", "", *(f"{n}. {step}" for n, step in enumerate(steps, 1))])


def _by_data(shop: Any, plan: Plan, customers: Any) -> list[str]:
    """What stands out in this client's data, with the notebook to go to."""
    names, found = {notebook.name for notebook in plan.notebooks}, []
    if shop.has("orders") and "retention" in names:
        n_orders = customers["n_orders"]
        said = N_(
            "{once:customers} of {n:customers} have bought once so far: the notebook on retention says where they"
            " leave."
        )
        found.append(words.say(said, once=int((n_orders == 1).sum()), n=len(n_orders)).text())
    if not shop.has("surveys") and "nps" in names:
        found.append(
            words.translate(N_("No survey answers are there: the notebook on NPS needs them from the client."))
        )
    if not shop.has("assignments") and "abtest" in names:
        said = N_(
            "No test groups are there: the panel on A/B tests plans a test, and reads one whose counts you type in."
        )
        found.append(words.translate(said))
    return found


def _own_code(client: Client) -> dict[str, Any]:
    said = words.translate(N_("A cell of your own: the tables of this client"))
    source = [
        f"# {said}",
        "import crmlib",
        "",
        f"shop = crmlib.open_shop({near(client, place(client))!r})",
        'shop.table("orders").head()',
    ]
    return {
        "cell_type": "code", "execution_count": None, "id": "own", "metadata": {}, "outputs": [],
        "source": "\n".join(source),
    }  # fmt: skip


def markdown(name: str, text: str) -> dict[str, Any]:
    """A Markdown cell of a notebook."""
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text}


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def plain(text: str) -> str:
    r"""A client's own text as Markdown shows it letter by letter.

    Example:
        >>> plain("<b>[x](y)")
        '\\<b\\>\\[x\\]\\(y\\)'
    """
    return _SPECIAL.sub(lambda mark: _ENTITIES.get(mark[0], f"\\{mark[0]}"), " ".join(text.split()))
