"""Starting the page: Voila on this machine only, with the kit's own template and a kernel kept warm."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from chartpath import paths
from chartpath.errors import BadInput, ChartpathError

HOST = "127.0.0.1"
PORT = 8866
_HERE = Path(__file__).resolve().parent
# The two extensions that draw ipywidgets. Others that are installed would only make the page slow.
_EXTENSIONS = ("@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8")
_PATIENCE = 60.0  # seconds until a server that does not answer is given up


def command(port: int, warm: bool = True) -> list[str]:
    """The command line of the server. `warm` keeps a kernel with the page already computed."""
    return [
        sys.executable,
        "-m",
        "voila",
        str(_HERE / "outlook.ipynb"),
        "--no-browser",
        "--template=chartpath",
        f"--Voila.ip={HOST}",
        f"--Voila.port={port}",
        "--Voila.port_retries=0",
        f"--VoilaConfiguration.preheat_kernel={warm}",
        f"--VoilaConfiguration.extension_allowlist={list(_EXTENSIONS)}",
    ]


def environment() -> dict[str, str]:
    """The environment of the server: Voila looks for templates in Jupyter's data folders, so ours is named first."""
    before = os.environ.get("JUPYTER_PATH", "")
    return os.environ | {
        "JUPYTER_PATH": os.pathsep.join(part for part in (str(_HERE / "share"), before) if part)
    }


def log_file() -> Path:
    """Where the server's own messages go; they speak to administrators."""
    return paths.cache() / "outlook.log"


def choose_port(wanted: int | None) -> int:
    """The wanted port, or the usual one, or any that is free. Raises BadInput when the wanted one is taken."""
    if wanted is not None and not 1 <= wanted <= 65535:
        raise BadInput(f"outlook: {wanted} is no port. Give a number from 1 to 65535.")
    for port in (wanted,) if wanted else (PORT, 0):
        with socket.socket() as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise BadInput(
        f"outlook: port {wanted} cannot be used, most likely because another program has it. Give another."
    )


def serve(port: int | None = None, browser: bool = True) -> int:
    """Run the page until it is stopped, and return the exit status. Prints its address once it answers.

    Raises BadInput for a taken port or a missing Voila, ChartpathError when the server does not start.
    """
    if find_spec("voila") is None:
        raise BadInput('Voila is not installed here. Run: python -m pip install "chartpath[course]"')
    chosen = choose_port(port)
    log = log_file()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as messages:
        server = subprocess.Popen(  # noqa: S603 - our own command line
            command(chosen), env=environment(), stdout=messages, stderr=messages
        )
    # Stopped from outside, this process takes the server along.
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        _wait_for(server, chosen, log)
        address = f"http://{HOST}:{chosen}/"
        print(f"The counselor's page is at {address} (stop it with Ctrl+C)", flush=True)
        if browser:
            webbrowser.open(address)
        status = server.wait()
        if status:
            raise ChartpathError(
                f"outlook: the server ended with status {status}. Its messages are in {log}."
            )
        return 0
    except KeyboardInterrupt:
        return 0
    finally:
        _end(server)
        signal.signal(signal.SIGTERM, before)


def _stop(_: int, __: FrameType | None) -> None:
    raise SystemExit(0)


def _wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return when the port answers."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.1)
    raise ChartpathError(f"outlook: the server did not start. Its messages are in {log}.")


def _end(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
