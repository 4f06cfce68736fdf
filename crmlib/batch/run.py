"""A client's run: plan, execute, judge, publish, and take the place of the last report, or leave it standing."""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import crmlib
from crmlib.batch import manifest, place, privacy
from crmlib.batch.evidence import RAW
from crmlib.batch.formats import check_formats
from crmlib.batch.plan import NotebookPlan, Plan, chosen, make_plan
from crmlib.batch.pool import Job, Outcome, Pool
from crmlib.batch.progress import Progress
from crmlib.batch.verdict import Verdict, before, judge, rows_fault, unpublishable
from crmlib.errors import UserError
from crmlib.words import N_, say

if TYPE_CHECKING:
    from crmlib.client import Client
    from crmlib.report.publish import NotebookRun


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked for on the command line; None is the client file's own setting."""

    only: tuple[str, ...] = ()
    language: str | None = None
    formats: tuple[str, ...] | None = None
    jobs: int | None = None
    force: bool = False
    out: Path | None = None
    folders: tuple[Path, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ClientRun:
    """How a client's run went: each notebook's verdict, the folder written, or the sentence that refused it."""

    client: str
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    folder: Path | None = None
    refused: str = ""
    defect: str = ""

    @property
    def good(self) -> bool:
        """True when a report took its place."""
        return bool(self.folder) and not self.defect and all(verdict.good for verdict in self.verdicts.values())

    @property
    def index(self) -> Path | None:
        """The page to open first, if one was written."""
        page = self.folder / "index.html" if self.folder else None
        return page if page and page.is_file() else None


def run_clients(names: list[str], request: Request) -> list[ClientRun]:
    """Run every client, one after the other; what goes wrong with one does not stop the others."""
    opened = [_open(name, request) for name in names]
    clients = [client for client in opened if not isinstance(client, ClientRun)]
    _check_apart(clients, request)
    if not clients:
        return [result for result in opened if isinstance(result, ClientRun)]
    with _ended_tidily(), Progress() as progress, Pool(_workers(clients, request)) as pool:
        return [one if isinstance(one, ClientRun) else _attempt(one, request, pool, progress) for one in opened]


def _open(name: str, request: Request) -> Client | ClientRun:
    from crmlib.client import load_client

    try:
        client = load_client(name)
        chosen(client, request.only)
        check_formats(request.formats or client.formats, _template(client))
        return client
    except UserError as error:
        return ClientRun(client=name, refused=str(error))


def _template(client: Client) -> Path | None:
    return client.home / client.slides.template if client.slides.template else None


def _check_apart(clients: list[Client], request: Request) -> None:
    """Refuse two clients whose reports would take one place."""
    seen: dict[Path, Client] = {}
    for client in clients:
        first = seen.setdefault(_reports(client, request).resolve(), client)
        if first is not client and first.path.resolve() == client.path.resolve():
            raise UserError(f"{client.name}: named twice, name each client once.")
        if first is not client:
            raise UserError(f"{first.path} and {client.path} would write one report, run them with different --out.")


@contextmanager
def _ended_tidily() -> Iterator[None]:
    """Let SIGTERM and a closed terminal end a run as Ctrl-C does: kernels and half-made folders go."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ends = [number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None]
    # Who was started to outlive its terminal (nohup) keeps ignoring it.
    taken = [number for number in ends if signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


def _workers(clients: list[Client], request: Request) -> int:
    most = max(len(chosen(client, request.only)) for client in clients)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(request.jobs or cores, most))


def _attempt(client: Client, request: Request, pool: Pool, progress: Progress) -> ClientRun:
    try:
        return run_client(client, request, pool, progress)
    except UserError as error:
        return ClientRun(client=client.name, refused=str(error))
    except Exception as error:
        if isinstance(error, OSError) and error.errno in place.DISK:
            folder = Path(error.filename).parent if isinstance(error.filename, str) else _reports(client, request)
            return ClientRun(client=client.name, refused=str(place.unwritable(client.name, folder, error)))
        if os.environ.get("CRMLIB_DEBUG"):
            raise
        return ClientRun(client=client.name, defect=told_defect(error))


def told_defect(error: BaseException) -> str:
    """One sentence about an exception that is our fault: its class and the last line of ours it passed."""
    trace, where = error.__traceback__, "crmlib"
    while trace:
        module = trace.tb_frame.f_globals.get("__name__", "")
        where = f"{module} line {trace.tb_lineno}" if module.startswith("crmlib") else where
        trace = trace.tb_next
    return f"{type(error).__name__} in {where}: a defect of crmlib; CRMLIB_DEBUG=1 shows the whole traceback."


def run_client(client: Client, request: Request, pool: Pool, progress: Progress) -> ClientRun:
    """Run one client's notebooks and publish the report.

    Raises:
        UserError: an export, a parameter or a request that cannot be used, or another run at work.
    """
    reports = _reports(client, request)
    with place.locked(reports, client.name):
        place.tidy(reports)
        progress.reading(client.name)
        shop = crmlib.open_shop(client.path)
        plan = make_plan(client, shop, language=request.language, folders=request.folders, reports=reports)
        for note in plan.notes:
            progress.note(note.text())
        target = reports / _folder_name(client, plan)
        place.check_free(target)
        with place.staging(reports) as stage:
            making = _Making(client=client, shop=shop, plan=plan, request=request, folder=stage / "report")
            made = making.take_over(target)
            wanted = {name: making.notebook(name) for name in chosen(client, request.only)}
            made |= _execute(plan, wanted, client, stage, pool, progress)
            return making.finish({name: made[name] for name in client.notebooks if name in made}, target)


def _reports(client: Client, request: Request) -> Path:
    return (request.out or client.home / "reports").absolute() / client.name


def _folder_name(client: Client, plan: Plan) -> str:
    return plan.as_of if plan.language == client.language else f"{plan.as_of}-{plan.language}"


def _execute(
    plan: Plan, wanted: dict[str, NotebookPlan], client: Client, stage: Path, pool: Pool, progress: Progress
) -> dict[str, Verdict]:
    known = {name: before(notebook) for name, notebook in wanted.items()}
    verdicts = {name: verdict for name, verdict in known.items() if verdict is not None}
    jobs = [_job(notebook, plan, client, stage) for name, notebook in wanted.items() if name not in verdicts]
    progress.running(client.name, len(jobs))
    for job, outcome in pool.run(jobs):
        verdict = _judge(plan, wanted[job.name], Path(job.folder) / RAW, outcome)
        if outcome.note:
            progress.note(f"{client.name}: {job.name} {outcome.note}")
        _keep_rows(Path(job.folder), Path(job.output).with_suffix(""))
        verdicts[job.name] = verdict
        progress.done(client.name, job.name, verdict.verdict, verdict.seconds)
    return verdicts


def _job(notebook: NotebookPlan, plan: Plan, client: Client, stage: Path) -> Job:
    folder = stage / "work" / notebook.name
    folder.mkdir()
    return Job(
        name=notebook.name,
        notebook=_copy(notebook, plan.language),
        parameters=notebook.injected,
        output=str(stage / "report" / "evidence" / f"{notebook.name}.ipynb"),
        folder=str(folder),
        timeout=client.timeout_seconds,
    )


def _copy(notebook: NotebookPlan, language: str) -> dict[str, Any]:
    """The template with empty outputs and its prose in the report's language; code is not touched."""
    from crmlib.words import translate_notebook

    copy = json.loads(json.dumps(notebook.notebook))
    for cell in copy["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    translate_notebook(copy, language)
    return copy


def _judge(plan: Plan, notebook: NotebookPlan, raw: Path, outcome: Outcome) -> Verdict:
    try:
        executed = json.loads(raw.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Never written, or half of it on a full disk.
        executed = None
    return judge(plan, notebook, executed, outcome)


def _keep_rows(folder: Path, evidence: Path) -> None:
    """Keep the rows of a notebook's sheets beside its evidence, so that a later `--only` can publish them again."""
    for path in sorted(folder.glob("*.parquet")):
        evidence.mkdir(parents=True, exist_ok=True)
        shutil.move(path, evidence / path.name)


@dataclass(frozen=True, kw_only=True)
class _Making:
    """A report in the making: what it is made from and the staged folder it is written into."""

    client: Client
    shop: Any
    plan: Plan
    request: Request
    folder: Path

    @functools.cached_property
    def facts(self) -> dict[str, Any]:
        """What the report is made from, as the manifest tells it."""
        return manifest.facts(self.client, self.shop, self.plan)

    @property
    def reports(self) -> Path:
        """Where the client's reports stand, this one's place and the earlier ones."""
        return _reports(self.client, self.request)

    def notebook(self, name: str) -> NotebookPlan:
        """The plan of one notebook."""
        return next(notebook for notebook in self.plan.notebooks if notebook.name == name)

    def take_over(self, target: Path) -> dict[str, Verdict]:
        """With `--only`: the present report's other notebooks, when they were made from the same things."""
        if not self.request.only or self.request.force:
            return {}
        present = manifest.read(target)
        others = set(self.client.notebooks) - {*self.request.only}
        kept = [name for name in present.get("notebooks", {}) if name in others]
        if not kept:
            return {}
        expected = {name: manifest.made_by(self.client, self.notebook(name)) for name in kept}
        manifest.check_same(present, self.facts, expected, target.name)
        for name in kept:
            manifest.check_evidence(target, name, present["notebooks"][name]["evidence"])
            _copy_evidence(name, target / "evidence", self.folder / "evidence")
        return {name: self._remembered(name, present["notebooks"][name]) for name in kept}

    def _remembered(self, name: str, entry: dict[str, Any]) -> Verdict:
        """The verdict of a notebook taken over, from its evidence and not from what the manifest says."""
        planned = self.notebook(name)
        # Another folder to run from passes another path of the same client; its name is judged all the same.
        others = {key: value for key, value in planned.parameters.items() if key != "client"}
        evidence = self.folder / "evidence" / f"{name}.ipynb"
        outcome = Outcome(seconds=entry["seconds"])
        return before(planned) or _judge(self.plan, replace(planned, parameters=others), evidence, outcome)

    def finish(self, verdicts: dict[str, Verdict], target: Path) -> ClientRun:
        """Publish, write the manifest, and take the last report's place if every notebook is `ok` or `no_data`."""
        self.folder.joinpath("evidence").mkdir(parents=True, exist_ok=True)
        verdicts = {name: self._checked(name, verdict) for name, verdict in verdicts.items()}
        defect = self._publish(verdicts)
        if defect and not self._publish({}):
            # Publishing as such works: one notebook or the other is what it cannot do.
            verdicts = {name: self._alone(name, verdict) for name, verdict in verdicts.items()}
            self._clear()
            defect = self._publish(verdicts)
        elif defect:
            # A format cannot be written, whatever the notebooks say: the pages still tell what ran.
            self._clear()
            self._publish(verdicts, ["html"])
        manifest.write(self.folder, self._manifest(verdicts, defect))
        found = privacy.leaks(self.client, self.shop, self.folder)
        if found:
            verdicts, defect = privacy.judged(found, verdicts, self.client)
            privacy.strip(self.folder, self.facts, verdicts, defect)
        if defect or not all(verdict.good for verdict in verdicts.values()):
            folder = place.set_aside(self.folder, target.parent)
        else:
            folder = place.settle(self.folder, target)
        return ClientRun(client=self.client.name, verdicts=verdicts, folder=folder, defect=defect)

    def _clear(self) -> None:
        for page in self.folder.glob("*.*"):
            page.unlink()

    def _checked(self, name: str, verdict: Verdict) -> Verdict:
        """The verdict, or a failure when the files of an `ok` notebook are no longer there."""
        path = self.folder / "evidence" / f"{name}.ipynb"
        if verdict.verdict != "ok":
            return verdict
        if path.is_file():
            reason = rows_fault(json.loads(path.read_text(encoding="utf-8")), path.with_suffix(""))
        else:
            reason = say(N_("The evidence of the notebook was removed during the run."))
        return Verdict(verdict="failed", reason=reason, seconds=verdict.seconds) if reason else verdict

    def _alone(self, name: str, verdict: Verdict) -> Verdict:
        """The verdict, or a failure when a report of this notebook alone cannot be written."""
        if verdict.verdict != "ok":
            return verdict
        try:
            self._write_pages({name: verdict})
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this notebook's
            return unpublishable(error, verdict.seconds)
        return verdict

    def _manifest(self, verdicts: dict[str, Verdict], defect: str) -> dict[str, Any]:
        entries = {
            name: manifest.entry(self.client, self.notebook(name), verdict, self.folder)
            for name, verdict in verdicts.items()
        }
        return {**self.facts, "ledger": manifest.ledger_rows(self.shop), "defect": defect, "notebooks": entries}

    def _publish(self, verdicts: dict[str, Verdict], formats: list[str] | None = None) -> str:
        """Write the report's files; a defect on the way is told and never takes down the evidence."""
        try:
            self._write_pages(verdicts, formats)
        except Exception as error:
            # A full disk is nobody's defect, and whoever runs us says so.
            if os.environ.get("CRMLIB_DEBUG") or (isinstance(error, OSError) and error.errno in place.DISK):
                raise
            return told_defect(error)
        return ""

    def _write_pages(self, verdicts: dict[str, Verdict], formats: list[str] | None = None) -> None:
        from crmlib.batch.diff import previous
        from crmlib.batch.made import earlier
        from crmlib.report.publish import ReportInput, publish

        # The publishers set the language for themselves; the terminal keeps its own.
        copy_context().run(
            publish,
            ReportInput(
                client=self.client,
                as_of=self.shop.as_of,
                language=self.plan.language,
                ledgers={table: ledger.frame() for table, ledger in self.shop.ledgers.items()},
                policy=self.facts["policy"],
                policy_known=getattr(self.shop, "policy_known", {}),
                read_notes=list(self.shop.read_notes),
                notebooks=[self._part(name, verdict) for name, verdict in verdicts.items()],
                formats=list(formats or self.request.formats or self.client.formats),
                version=crmlib.__version__,
                made_from=self.facts["inputs"],
                earlier=earlier(self.reports, self.plan.as_of, self.plan.language, with_page=True),
                compare=lambda told: previous(self.reports, self._manifest(verdicts, ""), told),
            ),
            self.folder,
        )

    def _part(self, name: str, verdict: Verdict) -> NotebookRun:
        from crmlib.report.publish import NotebookRun

        notebook = self.folder / "evidence" / f"{name}.ipynb"
        return NotebookRun(
            name=name,
            verdict=verdict.verdict,
            reason=verdict.said(self.plan.language),
            notebook=notebook if notebook.is_file() else None,
            folder=notebook.with_suffix(""),
            settings=self.notebook(name).parameters,
        )


def _copy_evidence(name: str, source: Path, goal: Path) -> None:
    if (source / f"{name}.ipynb").is_file():
        shutil.copy2(source / f"{name}.ipynb", goal)
    if (source / name).is_dir():
        shutil.copytree(source / name, goal / name)
