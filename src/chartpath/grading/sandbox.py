"""A kernel inside bubblewrap: for code exercises, whose code is the learner's.

The kernel sees the system's programs, this Python, the kit and the learner's own notebook, all read-only, and a
small scratch folder of its own. It has no network, sees no keys, no gradebook, nobody else's work and no other
process, and is ended when it takes too much memory, too many processes or too long. It is spoken to through
sockets in a folder, since it has no network.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import psutil
from traitlets import Integer, Unicode

from chartpath import paths
from chartpath.kernels import LocalKernel

RISK = (
    "A code exercise runs what a learner wrote, on this machine and as you: it can read keys, the gradebook and other "
    "learners' work, change them, and reach the network."
)
_SCRATCH = 256 * 2**20
"""Bytes that a kernel may write, in memory."""

_ADDRESSES = 2048
"""MB of addresses that a kernel's threads and libraries reserve and do not use."""

# Runs inside, before the kernel: what the system itself can limit, for each process.
_LIMITS = """
import json, os, resource, sys
for name, most in json.loads(sys.argv[1]).items():
    number = getattr(resource, name)
    hard = resource.getrlimit(number)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(number, (most, most))
os.execvp(sys.argv[2], sys.argv[2:])
"""


@cache
def why_not() -> str:
    """Why kernels cannot be boxed on this machine, and what to do; empty when they can."""
    ways = (
        "Grade on a machine where it works, or give --unsafe-kernel (c.ExecuteReleased.box = False in nbgrader_config.py) "
        f"if you trust every learner. {RISK}"
    )
    if sys.platform != "linux" or shutil.which("bwrap") is None:
        return f"Code exercises run inside bubblewrap, which is not on this machine (on Debian: apt-get install bubblewrap). {ways}"
    probe = subprocess.run(  # noqa: S603 - our own words
        [*_walls(), *_shared(), "true"], capture_output=True, text=True, check=False, timeout=60
    )
    if probe.returncode:
        said = " ".join(probe.stderr.split())[:200]
        return f"Code exercises run inside bubblewrap, which does not work here ({said}). {ways}"
    return ""


def boxed(command: Sequence[str], folder: Path, sockets: Path, limits: dict[str, int]) -> list[str]:
    """The command line that runs `command` in the box: `folder` can be read, `sockets` is where it is spoken to.

    `limits` are those of Python's `resource`: RLIMIT_AS in bytes, RLIMIT_CPU in seconds, and so on.
    """
    own = [
        "--ro-bind",
        str(folder),
        str(folder),
        "--bind",
        str(sockets),
        str(sockets),
        "--chdir",
        str(folder),
    ]
    # The course may lie below a shared folder: its private parts are covered, whatever is shared.
    inside = [sys.executable, "-I", "-S", "-c", _LIMITS, json.dumps(limits), *command]
    return [*_walls(), *_shared(), *_covered(), *own, *inside]


def _walls() -> list[str]:
    # Not the control groups' namespace: some containers lack it, and it hides nothing that matters here.
    spaces = ("user", "ipc", "pid", "net", "uts")
    variables = {
        "PATH": "/usr/bin:/bin",
        "HOME": "/tmp",  # noqa: S108 - the box's own
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "CHARTPATH_KEYS": "none",
        "CHARTPATH_CACHE": str(paths.cache()),
    }
    return [
        "bwrap",
        *(f"--unshare-{space}" for space in spaces),
        *("--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "box", "--clearenv"),
        *(part for name, value in variables.items() for part in ("--setenv", name, value)),
        *("--proc", "/proc", "--dev", "/dev", "--size", str(_SCRATCH), "--tmpfs", "/tmp"),  # noqa: S108
    ]


def _shared() -> list[str]:
    """What can be read inside: the system's programs, this Python with its packages, the kit without grading/."""
    shared: list[str] = ["--ro-bind", "/usr", "/usr"]
    for name in ("/bin", "/sbin", "/lib", "/lib32", "/lib64"):
        path = Path(name)
        if path.is_symlink():
            shared += ["--symlink", str(path.readlink()), name]
        elif path.is_dir():
            shared += ["--ro-bind", name, name]
    for name in ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime"):
        shared += ["--ro-bind-try", name, name]
    python = (Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent.parent)
    kit = (Path(__file__).resolve().parents[2] / "chartpath", paths.datasets(), paths.notebooks())
    for folder in _apart([*python, *kit, paths.cache()]):
        shared += ["--ro-bind-try", str(folder), str(folder)]
    return shared


def _covered() -> list[str]:
    """Empty folders laid over what nobody inside may see, wherever it lies."""
    private = [paths.grading(), paths.keys()]
    return [
        part
        for folder in _apart([one.resolve() for one in private if one])
        for part in ("--tmpfs", str(folder))
    ]


def _apart(folders: Iterable[Path]) -> list[Path]:
    """Each folder once, without those that lie in /usr or in another of them."""
    found: list[Path] = []
    for folder in sorted(set(folders)):
        if not any(folder.is_relative_to(other) for other in (Path("/usr"), *found)):
            found.append(folder)
    return found


class BoxedKernel(LocalKernel):
    """jupyter_client's manager of a kernel, which starts it in the box and watches over it.

    `ended` says in words why the kernel was ended; empty while it was not.
    """

    memory: Any = Integer(2048, help="MB that a kernel and its processes may take").tag(config=True)
    seconds: Any = Integer(300, help="seconds that a notebook may run").tag(config=True)
    processes: Any = Integer(32, help="processes that a kernel may have at once").tag(config=True)
    ended: Any = Unicode("")

    async def _async_launch_kernel(self, kernel_cmd: list[str], **settings: Any) -> None:
        assert self.kernel_spec is not None
        self.kernel_spec.interrupt_mode = "message"  # a signal would meet bwrap instead of the kernel
        limits = {
            "RLIMIT_AS": (self.memory + _ADDRESSES) * 2**20,
            "RLIMIT_CPU": self.seconds,
            "RLIMIT_FSIZE": _SCRATCH,
            "RLIMIT_NOFILE": 1024,
            "RLIMIT_CORE": 0,
        }
        folder = Path(settings.get("cwd") or self.sockets).resolve()
        settings |= {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}  # not the cells' output
        await super()._async_launch_kernel(boxed(kernel_cmd, folder, self.sockets, limits), **settings)
        pid = getattr(self.provisioner, "pid", None)
        if pid is not None:
            threading.Thread(target=self._watch, args=(pid,), daemon=True).start()

    def _watch(self, pid: int) -> None:
        """End the box when it takes too much: what one process may take says nothing of a hundred."""
        until = time.monotonic() + self.seconds
        while not self.ended:
            time.sleep(0.1)
            try:
                box = psutil.Process(pid)
                inside = box.children(recursive=True)
                taken = sum(_memory(one) for one in inside)
            except psutil.NoSuchProcess:
                return
            if len(inside) > self.processes:
                self.ended = f"it started more than {self.processes} processes"
            elif taken > self.memory * 2**20:
                self.ended = f"it took more than {self.memory} MB of memory"
            elif time.monotonic() > until:
                self.ended = f"it ran longer than {self.seconds} seconds"
        # The first process inside is the box's own: with it every other one ends.
        for one in [*inside[:2], box]:
            try:
                one.kill()
            except psutil.NoSuchProcess:
                continue


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
