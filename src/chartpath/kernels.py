"""Kernels that this process starts and speaks to itself: to fill in lessons and to grade code exercises."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager


class OwnSockets:
    """For a kernel manager of jupyter_client: sockets in a folder of its own, where the system has such sockets.

    jupyter_client picks five free ports and the kernel takes them a second later. When another program takes one in
    between, the kernel dies before it says a word; with many kernels at work that happens. Windows keeps the ports.
    """

    def __init__(self, **settings: Any) -> None:
        if os.name == "posix":
            # Short: the path of a socket has room for a hundred characters.
            self.sockets = Path(tempfile.mkdtemp(prefix="cp-k-"))
            settings |= {"transport": "ipc", "connection_file": str(self.sockets / "k.json")}
            self._remove = weakref.finalize(self, shutil.rmtree, self.sockets, ignore_errors=True)
        super().__init__(**settings)

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart)  # type: ignore[misc]
        if os.name == "posix" and not restart:
            self._remove()


class LocalKernel(OwnSockets, AsyncKernelManager):
    """jupyter_client's manager of a kernel, with `OwnSockets`."""

    cleanup_resources = OwnSockets._async_cleanup_resources
