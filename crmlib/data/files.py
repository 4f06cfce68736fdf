"""Where a source's files lie, and what they contain, remembered so that an unchanged file is hashed once."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from crmlib.data.naming import listed, nearest
from crmlib.errors import UserError

if TYPE_CHECKING:
    from crmlib.data.settings import Settings, Source

FORMATS = {
    ".csv": "csv", ".tsv": "tsv", ".txt": "text", ".dat": "text", ".xlsx": "excel", ".xlsm": "excel",
    ".xls": "excel", ".xlsb": "excel", ".ods": "excel", ".parquet": "parquet",
}  # fmt: skip


@dataclass(frozen=True)
class SourceFile:
    """One file of a source: where it lies, the name it has in messages, its format and its content's hash."""

    path: Path
    name: str
    format: str
    sha256: str = ""


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
        raise UserError(f"{at}: sources.{table}.path is '{source.path}', but there is no such file or folder.")
    paths = [p for p in sorted(base.glob(source.pattern or "*")) if _readable(p, source)]
    if not paths:
        raise UserError(f"{at}: the folder '{source.path}' holds no file that matches '{source.pattern or '*'}'.")
    return [SourceFile(path, _shown(path, home), _format(path, source)) for path in paths]


def _shown(path: Path, home: Path) -> str:
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else path.name


def _readable(path: Path, source: Source) -> bool:
    # `~$orders.xlsx` is Excel's lock file beside an open workbook.
    hidden = path.name.startswith((".", "~$"))
    return path.is_file() and not hidden and (source.pattern is not None or path.suffix.lower() in FORMATS)


def _format(path: Path, source: Source) -> str:
    if source.format is not None:
        return source.format
    if path.suffix.lower() not in FORMATS:
        raise UserError(
            f"{source.place('path')}: the format of '{path.name}' is not known by its ending; "
            f"set format to csv, tsv, text, excel or parquet."
        )
    return FORMATS[path.suffix.lower()]


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
        hashed = [SourceFile(f.path, f.name, f.format, _digest(f.path, memo)) for f in files]
    except OSError as error:
        name = Path(error.filename or "").name
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


def _digest(path: Path, memo: dict[str, list[Any]]) -> str:
    stat = path.stat()
    state = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
    known = memo.get(str(path.resolve()))
    if isinstance(known, list) and known[:-1] == state:
        return str(known[-1])
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    memo[str(path.resolve())] = [*state, digest]
    return digest


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
