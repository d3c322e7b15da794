"""Marking on an existing Dask cluster: its scheduler's address in, an executor of concurrent.futures out."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from chartpath._version import __version__
from chartpath.errors import BadInput

PATIENCE = 20.0
"""Seconds that a scheduler has to answer."""


def _version() -> str:
    return __version__


@contextmanager
def dask_cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """An executor on the cluster whose scheduler is at `address` (tcp://HOST:PORT), and how many tasks it takes at once.

    Answers and keys travel to its workers: give a cluster of your own, over a network you trust (or tls://).
    Raises BadInput without the extra, without a cluster there, and when its workers hold another chartpath.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise BadInput('Dask is not installed. Run: python -m pip install "chartpath[cluster]"') from error
    try:
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise BadInput(
            f"No Dask scheduler answers at {address}. Start one (`dask scheduler`) or correct the address."
        ) from error
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise BadInput(f"The cluster at {address} has no workers. Start some (`dask worker {address}`).")
        try:
            found = set(client.run(_version).values())
        except ImportError as error:
            raise BadInput(
                f"The workers at {address} have no chartpath. Install chartpath {__version__} on them."
            ) from error
        if found != {__version__}:
            raise BadInput(
                f"The workers at {address} have chartpath {', '.join(sorted(found))}, this is {__version__}. Install the same on all."
            )
        # The same bytes are never marked twice in a run, so Dask need not look for equal tasks.
        yield client.get_executor(pure=False), threads
