"""Where a source's files lie, and what they contain, remembered so that an unchanged file is hashed once."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from crmlib.data.naming import listed, nearest, shown_file
from crmlib.errors import UserError

if TYPE_CHECKING:
    from crmlib.data.settings import Settings, Source

FORMATS = {
    ".csv": "csv", ".tsv": "tsv", ".txt": "text", ".dat": "text", ".xlsx": "excel", ".xlsm": "excel",
    ".xls": "excel", ".xlsb": "excel", ".ods": "excel", ".parquet": "parquet",
}  # fmt: skip
_SHOWN = 10
_LOOKED_AT = 1 << 16


@dataclass(frozen=True)
class SourceFile:
    """One file of a source: path, name in messages, format, its content's hash and the state it was hashed in."""

    path: Path
    name: str
    format: str
    sha256: str = ""
    state: tuple[int, ...] = ()


def locate(table: str, source: Source, home: Path) -> list[SourceFile]:
    """The files of a source, in the order they are read.

    Raises:
        UserError: there is no such file, folder, package or package file, or its format is not known.
    """
    if source.package is not None:
        path, name = _package_file(table, source)
        return [SourceFile(path, name, _format(path, source))]
    base = Path(os.path.normpath(home / Path(source.path or "").expanduser()))
    at = source.place("path")
    if base.is_file():
        return [SourceFile(base, _shown(base, home), _format(base, source))]
    if not base.is_dir():
        raise UserError(f"{at}: sources.{table}.path is '{source.path}', {_absent(base, home)}")
    paths = [p for p in sorted(base.glob(source.pattern or "*")) if _readable(p, source)]
    if not paths:
        what = f"matches '{source.pattern}'" if source.pattern else "can be read"
        raise UserError(f"{at}: the folder '{source.path}' holds no file that {what}; {_holds(base)}.")
    shown = _told_apart([_shown(path, home) for path in paths])
    return [SourceFile(path, name, _format(path, source)) for path, name in zip(paths, shown, strict=True)]


def _told_apart(shown: list[str]) -> list[str]:
    """Files of which the same is shown get a number, for rows are found again by the file's name."""
    return [f"{name} ({shown[: i + 1].count(name)})" if shown.count(name) > 1 else name for i, name in enumerate(shown)]


def _absent(wanted: Path, home: Path) -> str:
    """What is wrong with a path: the nearest name beside the first part that is not there, or what else is there."""
    path = wanted
    while not path.parent.is_dir():
        path = path.parent
    close = _nearest(path.name, _names(path.parent))
    if close:
        meant = path.parent / close
        whole = meant / wanted.relative_to(path)
        meant = whole if whole.exists() else meant
        return f"but there is no such file or folder, did you mean '{_shown(meant, home)}'?"
    where = "the home folder" if path.parent == home else f"the folder '{_shown(path.parent, home)}'"
    return f"but there is no such file or folder; {where} {_holds(path.parent, it='')}."


def _nearest(name: str, names: list[str]) -> str | None:
    """By the part before the ending, or every .csv would be near every other."""
    stems = difflib.get_close_matches(Path(name).stem, [Path(other).stem for other in names], n=1)
    return next(iter(difflib.get_close_matches(name, [n for n in names if Path(n).stem in stems], n=1, cutoff=0)), None)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith((".", "~$")))


def _holds(folder: Path, it: str = "it ") -> str:
    found = _names(folder)
    more = f" and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
    return f"{it}holds {listed(map(shown_file, found[:_SHOWN]))}{more}" if found else f"{it}is empty"


def _shown(path: Path, home: Path) -> str:
    return shown_file(path.relative_to(home).as_posix() if path.is_relative_to(home) else path.name)


def _readable(path: Path, source: Source) -> bool:
    # `~$orders.xlsx` is Excel's lock file beside an open workbook.
    hidden = path.name.startswith((".", "~$"))
    return path.is_file() and not hidden and (source.pattern is not None or path.suffix.lower() in FORMATS)


def _format(path: Path, source: Source) -> str:
    if source.format is not None:
        return source.format
    if path.suffix.lower() not in FORMATS:
        raise UserError(
            f"{source.place('path')}: the format of '{shown_file(path.name)}' is not known by its ending; "
            f"set format to csv, tsv, text, excel or parquet."
        )
    known = FORMATS[path.suffix.lower()]
    return _text_format(path) if known == "text" else known


def _text_format(path: Path) -> str:
    """What a .txt holds: cells between tabs or commas, else columns with spaces between them."""
    try:
        with path.open("rb") as stream:
            lines = [line for line in stream.read(_LOOKED_AT).splitlines() if line.strip()]
    except OSError:
        return "text"  # that it cannot be opened is said where it is read
    tabs = sum(b"\t" in line for line in lines)
    if tabs * 2 > len(lines):
        return "tsv"
    return "csv" if lines and b"," in lines[0] else "text"


def _package_file(table: str, source: Source) -> tuple[Path, str]:
    from importlib.metadata import PackageNotFoundError, distribution

    wanted = PurePosixPath(source.file or "")
    if ".." in wanted.parts or wanted.is_absolute():
        raise UserError(f"{source.place('file')}: sources.{table}.file must lie inside the package, without '..'.")
    try:
        listed_files = distribution(source.package or "").files or []
    except PackageNotFoundError:
        raise UserError(f"{source.place('package')}: the package '{source.package}' is not installed.") from None
    found = [file for file in listed_files if PurePosixPath(file) == wanted or _inside(file, wanted)]
    if not found:
        data = [str(file) for file in listed_files if Path(file).suffix.lower() in FORMATS]
        raise UserError(
            f"{source.place('file')}: the package '{source.package}' has no file '{wanted}'{nearest(str(wanted), data)}"
        )
    return Path(str(found[0].locate())), f"{source.package}:{wanted}"


def _inside(file: Any, wanted: PurePosixPath) -> bool:
    """`datasets/x.txt` finds `lifetimes/datasets/x.txt`: the package's own folder may be left out."""
    return PurePosixPath(*file.parts[1:]) == wanted


def fingerprint(files: list[SourceFile], settings: Settings) -> list[SourceFile]:
    """The files with the hash of their content; a file with the same path, size, times and inode is not read again."""
    memo_path = settings.folder / "fingerprints.json"
    memo = _load_memo(memo_path)
    before = dict(memo)
    try:
        hashed = [_digest(file, memo) for file in files]
    except OSError as error:
        name = shown_file(Path(error.filename or "").name)
        raise UserError(f"{name}: the file cannot be opened ({error.strerror}).") from None
    if memo != before:
        write_atomically(memo_path, json.dumps(memo, indent=0).encode())
    return hashed


def _load_memo(path: Path) -> dict[str, list[Any]]:
    try:
        memo = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return memo if isinstance(memo, dict) else {}


def disk_state(path: Path) -> tuple[int, ...]:
    """Size, times and inode of a file: while they are the same, so is its content."""
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino


def _digest(file: SourceFile, memo: dict[str, list[Any]]) -> SourceFile:
    state, key = disk_state(file.path), str(file.path.resolve())
    known = memo.get(key)
    if isinstance(known, list) and tuple(known[:-1]) == state:
        return replace(file, sha256=str(known[-1]), state=state)
    with file.path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    hashed = replace(file, sha256=digest, state=state)
    refuse_changed([hashed])
    memo[key] = [*state, digest]
    return hashed


def refuse_changed(files: Iterable[SourceFile]) -> None:
    """Refuse files that are not in the state they were hashed in: one content's hash must not name another's tables.

    Raises:
        UserError: a file was written to, replaced or removed since.
    """
    for file in files:
        try:
            same = disk_state(file.path) == file.state
        except OSError:
            same = False
        if not same:
            raise UserError(f"{file.name}: the file was changed while it was read, run again.")


def write_atomically(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write beside and rename, so that a reader sees the old file or the new one, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def blocks(path: Path, size: int = 1 << 20) -> Iterator[bytes]:
    """The bytes of a file in blocks."""
    with path.open("rb") as stream:
        while block := stream.read(size):
            yield block


def names(files: list[SourceFile]) -> str:
    """The files' names for a message."""
    return listed(file.name for file in files)
