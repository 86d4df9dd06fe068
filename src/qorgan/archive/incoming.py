"""The body of an upload request, block by block, and docks that vanish in the middle of one.

The body is read in the request's own thread: granian stands still when a request is answered while another thread is still reading its
body, so no read may be left behind, and a read cannot be timed out. A dock that closes its connection ends the read at once. One that
vanishes (power, network) is found by TCP keep-alive, which the listening socket hands on to every connection.
"""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

PIECE = 64 * 1024  # a read waits until it has all it asked for, so it asks for little
BLOCK = 1024 * 1024
_BLOCK_SECONDS = 1.0
_PROBES = 3


def blocks(stream: Any, length: int | None) -> Iterator[bytes]:
    """At most ``length`` bytes of ``stream`` (all, if None) as blocks of up to 1 MiB, smaller ones from a slow line.

    A client that went away looks like an early end: compare with what was announced.
    """
    left = length
    pieces, size, began = [], 0, time.monotonic()
    while piece := _piece(stream, PIECE if left is None else min(PIECE, left)):
        pieces.append(piece)
        size += len(piece)
        left = None if left is None else left - len(piece)
        if size >= BLOCK or time.monotonic() - began > _BLOCK_SECONDS:
            yield b"".join(pieces)
            pieces, size, began = [], 0, time.monotonic()
    if pieces:
        yield b"".join(pieces)


@cache
def notice_vanished_peers(process: int, seconds: int) -> int:
    """Let connections of this process whose other end has vanished break after about ``seconds``; return on how many sockets it was set.

    Set once a process: on listening sockets, from which every later connection has it, and on connections already accepted by them.
    Where the system keeps no list of open files nothing is set: such connections then last as long as the system lets them.
    """
    found = list(tcp_sockets(process))
    ports = {_port(one) for one in found if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)}
    ours = [one for one in found if _port(one) in ports]
    for one in ours:
        _keep_alive(one, seconds)
    for one in found:
        one.close()
    return len(ours)


def tcp_sockets(process: int) -> Iterator[socket.socket]:
    """Duplicates of the TCP sockets of this process. Nothing else is duplicated: a copy of a locked file would keep its lock."""
    with suppress(FileNotFoundError):
        for link in Path(f"/proc/{process}/fd").iterdir():
            with suppress(OSError):
                if not str(link.readlink()).startswith("socket:"):
                    continue
                one = socket.socket(fileno=os.dup(int(link.name)))
                if one.family in (socket.AF_INET, socket.AF_INET6) and one.type == socket.SOCK_STREAM:
                    yield one
                else:
                    one.close()


def _port(one: socket.socket) -> int:
    return int(one.getsockname()[1])


def _keep_alive(one: socket.socket, seconds: int) -> None:
    every = max(1, seconds // (2 * _PROBES))
    one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, max(1, seconds - _PROBES * every))
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, every)
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, _PROBES)


def _piece(stream: Any, wanted: int) -> bytes:
    """One read; a broken connection ends the body."""
    try:
        return bytes(stream.read(wanted)) if wanted else b""
    except OSError:
        return b""
