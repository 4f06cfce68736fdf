"""Calls to the system that a submission has no use for, refused by Linux itself (seccomp): programs, sockets, signals.

Landlock watches over files; a process that was forked out of sight, or a signal to whoever grades, is none.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from dataclasses import dataclass

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _ANSWER = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE, _UNKNOWN = 0x7FFF0000, 0x50001, 0x50026  # as if not permitted; as if the system did not have it
_NUMBER, _MACHINE, _FIRST = 0, 4, 16  # where the call's number, the machine and the first argument stand
_THREAD = 0x10000
_X32 = 0x40000000
_FILTER, _ALL_THREADS = 1, 1


@dataclass(frozen=True, kw_only=True)
class _Machine:
    """Numbers of the calls on one kind of processor."""

    code: int
    seccomp: int
    clone: int
    refused: tuple[int, ...]
    own_only: tuple[int, ...]  # of a process: allowed for the own one


# socket, execve, execveat, fork, vfork, kill, tkill, sigqueueinfo, tgsigqueueinfo, pidfd_send_signal, pidfd_open,
# ptrace, process_vm_readv and _writev, setpriority, sched_setparam, _setscheduler, _setattr, ioprio_set,
# io_uring_setup; then tgkill, sched_setaffinity, prlimit64.
_MACHINES = {
    "x86_64": _Machine(
        code=0xC000003E, seccomp=317, clone=56,
        refused=(41, 59, 322, 57, 58, 62, 200, 129, 297, 424, 434, 101, 310, 311, 141, 142, 144, 314, 251, 425),
        own_only=(234, 203, 302),
    ),
    "aarch64": _Machine(
        code=0xC00000B7, seccomp=277, clone=220,
        refused=(198, 221, 281, 129, 130, 138, 240, 424, 434, 117, 270, 271, 140, 118, 119, 274, 30, 425),
        own_only=(131, 122, 261),
    ),
}  # fmt: skip
_CLONE3 = 435


def refuse_calls(libc: ctypes.CDLL) -> None:
    """Refuse them from now on, in all threads; nothing where the system or the processor is another."""
    machine = _MACHINES.get(platform.machine()) if sys.platform == "linux" else None
    if machine is None:
        return
    program = _program(machine, os.getpid())
    held = ctypes.create_string_buffer(program, len(program))
    listed = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(held)))
    libc.syscall(machine.seccomp, _FILTER, _ALL_THREADS, listed)


def _program(machine: _Machine, own: int) -> bytes:
    """The filter in the kernel's own language: a test and a jump each, the answers at once behind it."""
    lines = [_line(_LOAD, _MACHINE), *_unless(_EQUAL, machine.code, _REFUSE), _line(_LOAD, _NUMBER)]
    lines += [*_when(_AT_LEAST, _X32, _REFUSE), *_when(_EQUAL, _CLONE3, _UNKNOWN)]
    for number in machine.refused:
        lines += _when(_EQUAL, number, _REFUSE)
    # A thread is the process itself, a new process is not.
    lines += [
        _line(_EQUAL, machine.clone, 0, 4),
        _line(_LOAD, _FIRST),
        *_when(_ANY_BIT, _THREAD, _ALLOW),
        _answer(_REFUSE),
    ]
    for number in machine.own_only:
        test = [_line(_LOAD, _FIRST), *_when(_EQUAL, 0, _ALLOW), *_when(_EQUAL, own, _ALLOW), _answer(_REFUSE)]
        lines += [_line(_EQUAL, number, 0, len(test)), *test]
    return b"".join([*lines, _answer(_ALLOW)])


def _line(code: int, value: int, when: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("HBBI", code, when, otherwise, value)


def _answer(value: int) -> bytes:
    return _line(_ANSWER, value)


def _when(code: int, value: int, answer: int) -> list[bytes]:
    return [_line(code, value, 0, 1), _answer(answer)]


def _unless(code: int, value: int, answer: int) -> list[bytes]:
    return [_line(code, value, 1, 0), _answer(answer)]
