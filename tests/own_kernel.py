"""The kernel of a test: found by its sockets, not by ports that another test's server may take first."""

from __future__ import annotations

from jupyter_client.manager import KernelManager

from chartpath.kernels import OwnSockets


class OwnKernel(OwnSockets, KernelManager):
    """jupyter_client's manager of a kernel that waits for each answer, with sockets of its own."""
