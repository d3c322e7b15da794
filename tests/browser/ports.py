"""A free port on this machine."""

from __future__ import annotations

import random
import socket


def free_port() -> int:
    """A free port out of those that the system never gives away by itself, so that none is taken meanwhile."""
    choose = random.SystemRandom()
    while True:
        with socket.socket() as probe:
            port = choose.randrange(10_000, 32_000)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
