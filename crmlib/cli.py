"""The `crm` command: everything heavy is imported inside the command that needs it."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crmlib import __version__
from crmlib.errors import UserError

if TYPE_CHECKING:
    from crmlib.batch.run import ClientRun, Request
    from crmlib.batch.verdict import Verdict
    from crmlib.client import Client

INTERRUPTED = 130
# Rich help costs as much again as everything else the command line loads.
app = typer.Typer(
    name="crm", no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
)

Clients = Annotated[list[str], typer.Argument(metavar="CLIENT", help="A client file, or its name under parameters/.")]
OneClient = Annotated[str, typer.Argument(metavar="CLIENT", help="A client file, or its name under parameters/.")]


def _version(value: bool) -> None:
    if value:
        typer.echo(f"crm {__version__}")
        raise typer.Exit


@app.callback()
def _crm(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Client reports from a shop's export: RFM, retention, LTV, call lists and more."""


@app.command()
def run(
    clients: Clients,
    only: Annotated[str, typer.Option(metavar="NAMES", help="Only these notebooks, such as rfm,nps.")] = "",
    lang: Annotated[str, typer.Option(metavar="ja|en", help="The report's language.")] = "",
    formats: Annotated[str, typer.Option(metavar="NAMES", help="What to write, of html,xlsx,pdf,pptx.")] = "",
    jobs: Annotated[int, typer.Option(metavar="N", min=0, help="Notebooks at a time; 0 is one a core.")] = 0,
    force: Annotated[
        bool, typer.Option("--force", help="With --only: drop the other notebooks if they differ.")
    ] = False,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write below DIR and not into reports/.")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Only say what would be run.")] = False,
    yaml: Annotated[bool, typer.Option("--yaml", help="With --plan: parameters for papermill -f.")] = False,
) -> None:
    """Run the notebooks of each CLIENT and write its report."""
    from crmlib.batch.run import Request, run_clients

    request = Request(
        only=_names(only),
        language=_language(lang),
        formats=_formats(formats),
        jobs=jobs or None,
        force=force,
        out=out,
    )
    if yaml and not plan:
        raise UserError("--yaml goes with --plan.")
    names = [_client(name) for name in clients]
    code = _plan(names, request, as_yaml=yaml) if plan else _tell(run_clients(names, request))
    raise typer.Exit(code)


@app.command()
def check(
    client: OneClient,
    lang: Annotated[str, typer.Option(metavar="ja|en", help="The language to tell it in.")] = "",
) -> None:
    """Read a CLIENT's export and say what was found; write no report."""
    from crmlib.batch.check import check as look

    found = look(_load(client), language=_language(lang))
    typer.echo(found.text)
    raise typer.Exit(0 if found.valid else 1)


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The client's name: a-z, 0-9, - and _.")] = "",
    more: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", help="More files of --orders.")] = None,
    orders: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="The export of orders, or its folder.")
    ] = None,
    customers: Annotated[list[Path] | None, typer.Option(metavar="FILE", help="The export of customers.")] = None,
    products: Annotated[list[Path] | None, typer.Option(metavar="FILE", help="The export of products.")] = None,
    preset: Annotated[str, typer.Option(metavar="NAME", help="Take the orders for an export of this kind.")] = "",
    presets: Annotated[bool, typer.Option("--presets", help="List the kinds of exports that are known.")] = False,
    encoding: Annotated[str, typer.Option(metavar="NAME", help="Of the files, where it cannot be told.")] = "",
    model: Annotated[str, typer.Option(metavar="single_item|one_off", help="The business model.")] = "single_item",
    force: Annotated[bool, typer.Option("--force", help="Write over a client file that is there.")] = False,
) -> None:
    """Write parameters/NAME.yml for an export: columns found, values explained, what is missing said."""
    from crmlib.batch.offer import offered
    from crmlib.new.start import Request, new_client, preset_list

    if presets:
        typer.echo(preset_list())
        raise typer.Exit
    if not name or not orders:
        raise UserError("crm new NAME --orders FILE: a name and an export of orders are needed.")
    made = new_client(
        Request(
            name=name,
            home=Path.cwd(),
            orders=(*orders, *(more or [])),
            customers=tuple(customers or ()),
            products=tuple(products or ()),
            preset=preset,
            encoding=encoding or None,
            model=model,
            force=force,
            notebooks=offered(Path.cwd()),
        )
    )
    typer.echo(made.text)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(
    context: typer.Context,
    client: Annotated[str, typer.Argument(metavar="[CLIENT]", help="A client file, or its name.")] = "",
    notebook: Annotated[str, typer.Argument(metavar="[NOTEBOOK]", help="Open this notebook.")] = "",
    fresh: Annotated[bool, typer.Option("--fresh", help="Write the copies anew, changes in them are lost.")] = False,
    no_open: Annotated[bool, typer.Option("--no-open", help="Write the copies and do not open JupyterLab.")] = False,
) -> None:
    """Open JupyterLab on copies of a CLIENT's notebooks; other options (--no-browser) go to JupyterLab."""
    from crmlib.batch import desk
    from crmlib.batch.lab import open_lab
    from crmlib.batch.todo import write_todo

    # `crm lab demo --no-browser` has no notebook; the option lands where one is expected.
    words = [word for word in (client, notebook) if word and not word.startswith("-")]
    extra = (*(word for word in (client, notebook) if word.startswith("-")), *context.args)
    if not words:
        page = desk.write_overview(Path.cwd())
        typer.echo(_short(page))
        raise typer.Exit(0 if no_open else open_lab(page.parent, page.stem, extra))
    wanted = words[1] if len(words) > 1 else None
    try:
        found = _load(words[0])
    except UserError as error:
        page = write_todo(words[0], error)
        typer.echo(f"{_short(page)}  {error}")
        raise typer.Exit(0 if no_open else open_lab(page.parent, page.stem, extra)) from None
    copies = desk.write_desk(found, wanted, fresh=fresh)
    for copy in copies:
        typer.echo(f"{_short(copy.path)}  {copy.said}")
    if not no_open:
        raise typer.Exit(open_lab(desk.place(found), wanted or copies[0].path.stem, extra))


@app.command()
def keep(
    client: OneClient,
    notebook: Annotated[str, typer.Argument(metavar="[NOTEBOOK]", help="Only this notebook's copy.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
) -> None:
    """Write the parameters changed at a CLIENT's desk into its client file; what changes is shown first."""
    from crmlib import keep as kept
    from crmlib.batch.kept import changes

    found = changes(_load(client), notebook or None)
    for note in found.notes:
        typer.echo(note)
    if not found.changed:
        typer.echo("No parameter was changed at the desk.")
        return
    typer.echo(found.draft.diff)
    if not yes and not (sys.stdin.isatty() and typer.confirm(f"Write this to {found.draft.path.name}?")):
        typer.echo("Nothing was written; with --yes it is.")
        return
    kept.write(found.draft)
    typer.echo(f"{_short(found.draft.path)}  written")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def show(
    context: typer.Context,
    client: OneClient,
    panel: Annotated[str, typer.Argument(metavar="[PANEL]", help="Only this panel: rfm, retention, ltv ...")] = "",
) -> None:
    """Show a CLIENT's panels as pages without code, on this machine only; other options go to Voila."""
    from crmlib.batch import desk
    from crmlib.batch.lab import open_show

    extra = (*([panel] if panel.startswith("-") else []), *context.args)
    wanted = panel if panel and not panel.startswith("-") else None
    found = _load(client)
    folder = desk.write_shown(found, wanted)
    raise typer.Exit(open_show(folder, wanted, extra, language=found.language))


@app.command()
def diff(
    places: Annotated[list[str], typer.Argument(metavar="OLD NEW", help="Two report folders, or CLIENT and dates.")],
    only: Annotated[str, typer.Option(metavar="NAMES", help="Only these notebooks, such as rfm,nps.")] = "",
    cells: Annotated[bool, typer.Option("--cells", help="Tell the cells of tables that changed, too.")] = False,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as a page, too.")] = None,
    lang: Annotated[str, typer.Option(metavar="ja|en", help="With dates: the reports in this language.")] = "",
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="With dates: the reports below DIR.")] = None,
) -> None:
    """Say what changed between two reports: policy, thresholds and data first, then the figures.

    crm diff CLIENT compares its two latest reports, crm diff CLIENT 2026-02-28 2026-03-31 those of two base dates.
    """
    from contextvars import copy_context

    folders = _folders(places, language=_language(lang), out=out)
    copy_context().run(_differ, *folders, only=_names(only), cells=cells, html=html)


@app.command()
def workshop(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="The folder to write.")] = None,
    lang: Annotated[str, typer.Option(metavar="ja|en", help="The language of the lessons.")] = "",
    learners: Annotated[int | None, typer.Option(metavar="N", help="A folder for each of N learners.")] = None,
    names: Annotated[Path | None, typer.Option(metavar="FILE", help="Or for each name in FILE, one a line.")] = None,
    messy: Annotated[bool, typer.Option("--messy", help="Data that must be cleaned first.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over what learners have changed.")] = False,
    grade: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Grade what was handed in there.")] = None,
    roster: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --grade: the roster of the workshop.")
    ] = None,
) -> None:
    """Write a workshop into DIR: lessons on data of their own for learners; solutions, slides, a guide for the teacher.

    crm workshop --grade FOLDER runs what was handed in and prints who got which exercise right.
    """
    from crmlib.workshop.command import grade_command, make_command

    if grade is not None:
        if folder or names or messy or force or learners is not None:
            raise UserError("--grade goes alone, with --roster and --lang only.")
        raise typer.Exit(grade_command(grade, roster=roster, language=_language(lang), tell=typer.echo))
    if folder is None or roster:
        raise UserError("crm workshop DIR writes a workshop, crm workshop --grade FOLDER grades what was handed in.")
    make_command(
        folder, language=_language(lang), learners=learners, names=names, messy=messy, force=force, tell=typer.echo
    )


def _folders(places: list[str], *, language: str | None, out: Path | None) -> tuple[Path, Path]:
    from crmlib.batch.diff import find

    if len(places) == 2 and all(Path(place).is_dir() for place in places):
        if language or out:
            raise UserError("--lang and --out go with a client's name and dates, not with two folders.")
        return Path(places[0]), Path(places[1])
    if len(places) not in (1, 3):
        raise UserError("crm diff OLD NEW: two report folders, or a client and two dates (demo 2026-02-28 2026-03-31).")
    return find(_load(places[0]), tuple(places[1:]), language=language, out=out)


def _differ(old: Path, new: Path, *, only: tuple[str, ...], cells: bool, html: Path | None) -> None:
    from crmlib.batch.diff import difference
    from crmlib.batch.diff_text import tell, write_page
    from crmlib.batch.made import read_made

    found = difference(read_made(old), read_made(new), only=only)
    tell(found, cells=cells)
    if html:
        write_page(found, html)
        typer.echo(_short(html))


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def _language(text: str) -> str | None:
    if text and text not in {"ja", "en"}:
        raise UserError(f"--lang {text}: must be ja or en.")
    return text or None


def _formats(text: str) -> tuple[str, ...] | None:
    from crmlib.batch.formats import FORMATS
    from crmlib.batch.template import nearest

    for name in _names(text):
        if name not in FORMATS:
            raise UserError(f"--formats {name}: not a format, {nearest(name, FORMATS)}")
    return _names(text) or None


def _client(name: str) -> str:
    """A client's name or a file that exists; anything else could lead out of the folders we write to."""
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", name):
        return name
    if Path(name).is_file():
        return str(Path(name).resolve())
    raise UserError(f"{name!r} is neither a client file nor the name of one (a-z, 0-9, _ and -, at most 40).")


def _load(name: str) -> Client:
    from crmlib.client import load_client

    return load_client(_client(name))


def _plan(names: list[str], request: Request, *, as_yaml: bool) -> int:
    import crmlib
    from crmlib.batch.plan import make_plan, plan_table, plan_yaml

    valid = True
    for name in names:
        client = _load(name)
        plan = make_plan(client, crmlib.open_shop(client.path), language=request.language, only=request.only)
        typer.echo(plan_yaml(plan) if as_yaml else plan_table(plan), nl=not as_yaml)
        valid = valid and not any(notebook.fault for notebook in plan.notebooks)
    return 0 if valid else 1


def _tell(results: list[ClientRun]) -> int:
    for result in results:
        for sentence in filter(None, [result.refused, result.defect and f"{result.client}: {result.defect}"]):
            typer.echo(sentence, err=True)
        for name, verdict in result.verdicts.items():
            typer.echo(f"{result.client}  {name:<12} {verdict.verdict:<8} {_why(verdict)}")
        if result.folder:
            page = _short(result.index or result.folder)
            said = page if result.good else f"{result.client}: not published, what stood before stands; see {page}"
            typer.echo(said)
    if all(result.good for result in results):
        return 0
    return 2 if all(result.refused for result in results) else 1


def _why(verdict: Verdict) -> str:
    said = verdict.said()
    detail = f" [{verdict.detail}]" if verdict.detail and verdict.detail not in said else ""
    return said + detail if said else f"{verdict.seconds:.1f} s"


def _short(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def call(arguments: list[str]) -> int:
    """Run the command line and return its exit code: 0 done, 1 something failed, 2 the request was wrong."""
    try:
        code = app(args=arguments, prog_name="crm", standalone_mode=False) or 0
    except UserError as error:
        typer.echo(str(error), err=True)
        return 2
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001 - one sentence instead of a traceback is what a person can use
        return _unexpected(error)
    # Some versions of typer turn Ctrl-C into this code themselves.
    if code == INTERRUPTED:
        typer.echo("interrupted; the reports that were there stand as they were.", err=True)
    return code


def _unexpected(error: Exception) -> int:
    # typer's own errors about options and arguments know how to show themselves.
    if hasattr(error, "show") and hasattr(error, "exit_code"):
        error.show()
        return int(error.exit_code)
    if os.environ.get("CRMLIB_DEBUG"):
        raise error
    from crmlib.batch.run import told_defect

    typer.echo(told_defect(error), err=True)
    return 1


def main() -> None:
    """Entry point of the `crm` command."""
    sys.exit(call(sys.argv[1:]))


if __name__ == "__main__":
    main()
