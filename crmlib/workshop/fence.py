"""What a submission may touch while it is graded: it reads the libraries and its own copy, and writes that copy only.

Two fences: the kernel's, on Linux, which no program can climb (Landlock from 5.13 on for files, seccomp for programs,
sockets and signals); and Python's audit hook, everywhere, which stops what an ordinary notebook can try. Limits of
time, memory and file size come with them.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path

from crmlib.workshop.calls import refuse_calls

GIGABYTE = 1024**3
_READ = 0b1101  # execute, read file, read folder
_WRITE_FILE = 0b10
_FILE_RIGHTS = ((1, 0x1FFF), (2, 0x2000), (3, 0x4000))  # first version of Landlock that has them
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_NO_NEW_PRIVILEGES = 38
_REFUSED = ("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn",
            "os.kill", "os.killpg", "pty.spawn", "socket.connect", "socket.bind", "socket.sendto", "ctypes.dlopen",
            "resource.setrlimit", "resource.prlimit", "signal.pthread_kill", "webbrowser.open")  # fmt: skip
_PATHS = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.truncate", "os.link", "os.symlink", "os.chmod",
          "os.chown", "os.utime", "os.setxattr", "shutil.move", "shutil.rmtree")  # fmt: skip
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def set_limits(*, cpu_seconds: int, memory: int) -> None:
    """Limit time, memory, size of files and their number; where the system knows no limits, the clock remains."""
    try:
        import resource
    except ImportError:
        return
    limits = {
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_FSIZE: 64 * 1024**2,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_CORE: 0,
    }
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))


def shut(folder: Path, *, hidden: tuple[Path, ...]) -> None:
    """Close both fences around a folder; `hidden` may not even be read."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        _landlock(libc, folder)
        refuse_calls(libc)
    sys.addaudithook(_hook(str(folder.resolve()), tuple(str(path.resolve()) for path in hidden)))


def _hook(own: str, hidden: tuple[str, ...]) -> Callable[[str, tuple[object, ...]], None]:
    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event in _REFUSED:
            raise PermissionError(f"{event} is not allowed while it is graded")
        if event == "open":
            _check_open(arguments, own, hidden)
        elif event in _PATHS and not all(_inside(each, own) for each in arguments if isinstance(each, (str, bytes))):
            raise PermissionError(f"{event} is allowed in the own folder only")

    return hook


def _check_open(arguments: tuple[object, ...], own: str, hidden: tuple[str, ...]) -> None:
    path, mode, flags = arguments
    if not isinstance(path, (str, bytes)) or os.fsdecode(path) == os.devnull:
        return
    writes = bool(set(mode) & set("wax+")) if isinstance(mode, str) else isinstance(flags, int) and flags & _WRITING
    if writes and not _inside(path, own):
        raise PermissionError("files are written in the own folder only")
    if any(_inside(path, place) for place in hidden) and not _inside(path, own):
        raise PermissionError("this file is not for reading")


def _inside(path: object, place: str) -> bool:
    real = os.path.realpath(os.fsdecode(path)) if isinstance(path, (str, bytes)) else ""
    return real == place or real.startswith(place + os.sep)


def _landlock(libc: ctypes.CDLL, folder: Path) -> None:
    """Let the kernel allow nothing but reading the libraries and using the folder; without Landlock, nothing."""
    version = libc.syscall(_CREATE, None, 0, 1)
    if version < 1:
        return
    rights = sum(bits for since, bits in _FILE_RIGHTS if version >= since)
    network = outside = 0b11  # TCP; sockets without a file and signals beyond the fence
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    attributes = struct.pack("QQQ", rights, network, outside)[:size]
    rules = libc.syscall(_CREATE, attributes, len(attributes), 0)
    if rules < 0:
        return
    for path in _libraries():
        _allow(libc, rules, path, _READ)
    _allow(libc, rules, Path(os.devnull), _READ | _WRITE_FILE)
    _allow(libc, rules, folder, rights)
    libc.syscall(_RESTRICT, rules, 0)
    os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not path.is_dir():
        rights &= 0b111 | 0x4000  # what can be done to a file: execute, write, read, truncate
    libc.syscall(_ADD, rules, 1, struct.pack("=Qi", rights, place), 0)
    os.close(place)


def _libraries() -> list[Path]:
    """Where Python, its libraries and crmlib lie, and what they read of the system."""
    package = Path(__file__).resolve().parents[1]
    # In a checkout the client files lie beside the demo's, and in /proc the environment of whoever grades.
    ours = [package, package.parent / "notebooks" / "workshop", package.parent / "parameters" / "demo.yml"]
    system = ["/usr", "/lib", "/lib64", "/bin", "/opt", "/etc/ld.so.cache", "/etc/localtime", "/etc/fonts",
              "/dev/urandom", "/proc/self", "/proc/meminfo", "/proc/cpuinfo", "/proc/stat", "/sys/fs/cgroup",
              "/sys/devices/system"]  # fmt: skip
    python = [sys.prefix, sys.base_prefix, sys.exec_prefix, *(each for each in sys.path if "site-packages" in each)]
    return [*ours, *map(Path, [*system, *python])]
