"""The learner's calls, in a real IPython shell without a screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import CapturedIO, capture_output

import chartpath
from chartpath import desk, items
from chartpath.errors import BadInput, KeyNotAtHand
from chartpath.scoring import key_lines

PRACTICE = items.item("practice-sore-throat-01")
ASSESSED = next(one for one in items.items() if one.kind == "codes" and one.assessed)
CHOICE = next(one for one in items.items() if one.kind == "choice")


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    shell = InteractiveShell.instance()
    desk.register(shell)
    desk._answered.clear()
    yield shell
    InteractiveShell.clear_instance()


def run(shell: InteractiveShell, source: str) -> tuple[Any, str]:
    captured: CapturedIO
    with capture_output() as captured:
        result = shell.run_cell(source)
    shown = " ".join(
        str(output.data.get("text/html", output.data.get("text/plain"))) for output in captured.outputs
    )
    return result, shown + captured.stdout + captured.stderr


def key_codes(item_id: str) -> str:
    return "\n".join(key_lines(items.key(item_id)))


def test_a_practice_answer_is_judged_at_once(shell: InteractiveShell) -> None:
    result, shown = run(shell, f"%%answer {PRACTICE.id}\n{key_codes(PRACTICE.id)}")
    assert result.success
    assert "audit-ready" in shown
    assert desk.score(PRACTICE.id) == PRACTICE.points


def test_an_assessed_answer_hears_only_what_needs_no_key(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARTPATH_KEYS", "none")
    result, shown = run(shell, f"%%answer {ASSESSED.id}\nE11.2\nZZZ.9")
    assert result.success
    assert "your instructor scores it" in shown
    assert "E11.2: not complete" in shown
    assert "no such code" in shown
    result, shown = run(shell, f'import chartpath as cp\ncp.score("{ASSESSED.id}")')
    assert isinstance(result.error_in_exec, KeyNotAtHand)
    assert "Traceback" not in shown


def test_the_check_is_the_same_for_right_and_wrong_codes(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A valid wrong code must not look different from a valid right one, or the check would leak the key."""
    right = key_codes(ASSESSED.id)
    monkeypatch.setenv("CHARTPATH_KEYS", "none")
    for typed in (right, "J02.0"):
        _, shown = run(shell, f"%%answer {ASSESSED.id}\n{typed}")
        assert "Every code exists, is complete" in shown


def test_with_keys_the_score_is_a_plain_number(shell: InteractiveShell) -> None:
    run(shell, f"%%answer {ASSESSED.id}\n{key_codes(ASSESSED.id)}")
    result, _ = run(shell, f'import chartpath as cp\ncp.score("{ASSESSED.id}")')
    assert result.result == ASSESSED.points
    assert type(result.result) is float


def test_the_last_answer_counts(shell: InteractiveShell) -> None:
    run(shell, f"%%answer {ASSESSED.id}\n{key_codes(ASSESSED.id)}")
    run(shell, f"%%answer {ASSESSED.id}\nJ02.9")
    assert desk.score(ASSESSED.id) < ASSESSED.points


def test_nothing_entered_is_said_and_never_scored(shell: InteractiveShell) -> None:
    result, shown = run(shell, f"%%answer {ASSESSED.id}\n# nothing")
    assert result.success
    assert "no answer yet" in shown
    with pytest.raises(BadInput, match="no answer yet"):
        desk.score(ASSESSED.id)


def test_while_grading_a_blank_answer_is_worth_0(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert desk.score(ASSESSED.id) == 0.0


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("%%answer\nI10", "After %%answer stands the name"),
        ("%%answer no-such-item\nI10", "no item"),
        ("%%answer two words\nI10", "After %%answer stands the name"),
    ],
)
def test_a_mistyped_answer_line_is_one_sentence(shell: InteractiveShell, cell: str, says: str) -> None:
    result, shown = run(shell, cell)
    assert not result.success
    assert says in shown
    assert "Traceback" not in shown


def test_an_answer_is_never_executed(shell: InteractiveShell) -> None:
    result, _ = run(shell, f"%%answer {PRACTICE.id}\nimport os; raise SystemExit\n{{bad python(")
    assert result.success


def test_a_choice_outside_the_options_is_named(shell: InteractiveShell) -> None:
    _, shown = run(shell, f"%%answer {CHOICE.id}\nZ")
    assert "no option Z" in shown


def test_an_assessed_answer_may_ask_and_override(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARTPATH_KEYS", "none")
    typed = f'%%answer {ASSESSED.id}\nJ96.01\nR09.02\nquery cause "these words"'
    _, shown = run(shell, typed)
    assert "these two cannot stand together" in shown
    assert "You ask the provider: cause “these words”" in shown
    _, shown = run(shell, typed + '\noverride J96.01 R09.02 "they have separate causes"')
    assert "these two cannot stand together" not in shown
    assert "on your word: “they have separate causes”" in shown


def test_show_code_and_search_have_both_forms(shell: InteractiveShell) -> None:
    _, shown = run(shell, f'import chartpath as cp\ncp.show("{PRACTICE.id}")\ncp.show("{CHOICE.id}")')
    assert PRACTICE.title in shown
    assert CHOICE.options["A"] in shown
    card = chartpath.code("e1122")
    assert "E11.22" in repr(card)
    assert "above it" in card._repr_html_()
    hits = chartpath.search("carpal tunnel left")
    assert len(hits) > 0
    assert "G56.02" in repr(hits)
    assert "G56.02" in hits._repr_html_()
    assert "Nothing found" in repr(chartpath.search("qqqqzzzz"))


def test_an_unknown_code_names_the_nearest(shell: InteractiveShell) -> None:
    with pytest.raises(BadInput, match="E11"):
        chartpath.code("E11.2O")


def test_audit_is_a_function_and_a_package() -> None:
    for _ in range(2):  # importing the package binds its name: the second call must work too
        result = chartpath.audit(key_codes(PRACTICE.id).split(), PRACTICE.id)
        assert result.score == 100
    assert chartpath.audit(["J02.9"], "practice-sore-throat-01").score < 100
    with pytest.raises(BadInput, match="no item"):
        chartpath.audit(["J02.9"], "no-such-item")


def test_braces_in_the_first_line_are_not_evaluated(shell: InteractiveShell) -> None:
    result, shown = run(shell, "%%answer {1+1}\nI10")
    assert not result.success
    assert "'{1+1}'" in shown
