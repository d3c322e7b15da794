"""How the page is started: on this machine only, in one clear line when it cannot be."""

from __future__ import annotations

import json
import re
import socket
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
import typer
from typer.testing import CliRunner

from chartpath import cli_outlook, outlook
from chartpath.errors import BadInput
from chartpath.outlook import server

HERE = Path(outlook.__file__).parent
TEMPLATE = HERE / "share" / "voila" / "templates" / "chartpath"


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    with socket.socket() as other:
        other.bind((server.HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(BadInput, match=f"port {port} cannot be used") as error:
            server.serve(port, browser=False)
    assert "\n" not in str(error.value)


def test_without_a_wish_another_port_is_found() -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # somebody else has the usual port: all the better
            other.bind((server.HOST, server.PORT))
            other.listen()
        assert server.choose_port(None) not in (0, server.PORT)


@pytest.mark.parametrize("port", [0, -1, 70000])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(BadInput, match="is no port"):
        server.choose_port(port)


def test_without_voila_the_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "find_spec", lambda name: None)
    with pytest.raises(BadInput, match=r'pip install "chartpath\[course\]"'):
        server.serve(browser=False)


def test_the_server_listens_on_this_machine_only_and_finds_our_template(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JUPYTER_PATH", "elsewhere")
    assert f"--Voila.ip={server.HOST}" in server.command(8000)
    assert server.HOST == "127.0.0.1"
    ours, before = re.split("[:;]", server.environment()["JUPYTER_PATH"])
    assert (Path(ours) / "voila" / "templates" / "chartpath" / "index.html.j2").is_file()
    assert before == "elsewhere"


def test_the_notebook_holds_no_outputs_and_no_rules() -> None:
    notebook = nbformat.read(HERE / "outlook.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert [cell.outputs for cell in notebook.cells] == [[]]
    assert notebook.cells[0].source == "from chartpath.outlook.app import show\n\nshow()"
    assert notebook.metadata.title


def test_the_template_asks_for_nothing_outside() -> None:
    json.loads((TEMPLATE / "conf.json").read_text(encoding="utf-8"))
    for path in (TEMPLATE / "index.html.j2", *(TEMPLATE / "static").iterdir()):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]", text), path.name
        assert "@import" not in text


def test_the_command_hands_on_its_options(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int | None, bool]] = []

    def serve(port: int | None, browser: bool) -> int:
        asked.append((port, browser))
        return 0

    monkeypatch.setattr(server, "serve", serve)
    app = typer.Typer()
    app.callback()(lambda: None)
    cli_outlook.add_to(app)
    assert CliRunner().invoke(app, ["outlook", "--port", "9000", "--no-browser"]).exit_code == 0
    assert CliRunner().invoke(app, ["outlook"]).exit_code == 0
    assert asked == [(9000, False), (None, True)]
