"""The sheets of review and exam, driven as a front end would: Enter in the line, presses of buttons."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from chartpath import desk, items, mockexam, recall, record
from chartpath.asking import ExamSheet, ReviewCard, Sheet
from learner import own_home, right_answer


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    shell = InteractiveShell.instance()
    desk.register(shell)
    yield shell
    InteractiveShell.clear_instance()


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(desk, "_held", {})
    return own_home(tmp_path, monkeypatch)


def type_in(sheet: Sheet, body: str) -> None:
    """Type an answer and send it: Enter where there is one line, the button where there are several."""
    sheet.field.value = body
    if sheet.field is sheet.line:
        sheet._entered(sheet.line, {"event": "submit"}, [])
    else:
        sheet.act()


def there(control: Any) -> bool:
    return control.layout.display != "none"


def test_a_card_judges_says_the_verdict_on_its_button_and_goes_on(path: Path) -> None:
    card = recall.review()
    assert isinstance(card, ReviewCard)
    first = card.item
    assert first is not None
    assert there(card.check)
    assert not there(card.next)
    type_in(card, right_answer(first))
    assert card.next.description == "Right. Next question"
    assert there(card.next)
    assert not there(card.check)
    assert f"Result for {first.id}" in card.told.value
    card.go_on()
    assert card.item is not None
    assert card.item.id != first.id
    assert card.line.value == card.lines.value == ""
    assert card.told.value == ""
    assert [one.item for one in record.read().events] == [first.id]


def test_nothing_typed_is_no_answer(path: Path) -> None:
    card = recall.review()
    type_in(card, "  ")
    assert "Type your answer first" in card.told.value
    assert there(card.check)
    assert not path.exists()


def test_an_answer_sent_twice_counts_once(path: Path) -> None:
    card = recall.review()
    body = right_answer(card.item)
    type_in(card, body)
    card.act()
    card.act()
    assert len(record.read().events) == 1


def test_answers_of_several_lines_have_a_field_of_several_lines(path: Path) -> None:
    card = recall.review()
    card.show(items.item("practice-sore-throat-01"))
    assert there(card.lines)
    assert not there(card.line)
    assert "one code a line" in card.lines.description


def test_the_end_of_a_session_says_how_it_went(path: Path) -> None:
    card = recall.review()
    card.session.ends = record.now()
    card.go_on()
    assert card.item is None
    assert "Review is done. No card answered." in card.head.value
    assert repr(card).startswith("Review is done.")


def test_without_widgets_the_question_stands_with_its_line(path: Path, shell: InteractiveShell) -> None:
    card = recall.review()
    assert card.item is not None
    assert f"%%answer {card.item.id}" in repr(card)
    assert card.item.prompt in repr(card)
    with capture_output() as captured:
        card._ipython_display_()
    assert captured.outputs[0].data["text/plain"] == repr(card)


def test_an_exam_notes_without_judging_goes_back_and_asks_before_it_ends(path: Path) -> None:
    exam = mockexam.exam("CCA", questions=6, seed=5)
    sheet = ExamSheet(exam)
    assert sheet.item is not None
    first = sheet.item
    type_in(sheet, right_answer(first))
    assert "noted" in sheet.told.value
    assert "Result for" not in sheet.told.value
    assert sheet.place == 1
    sheet.go_back()
    assert sheet.typed == right_answer(first)
    sheet.end()
    assert exam.report is None
    assert "5 questions are open" in sheet.told.value
    sheet.end()
    assert exam.report is not None
    assert "1 of 6" in sheet.head.value
    assert sheet.buttons.children == ()


def test_a_late_answer_is_refused_and_finish_still_reports(path: Path) -> None:
    exam = mockexam.exam("CCA", minutes=10, seed=5)
    sheet = ExamSheet(exam)
    exam.begun -= mockexam.dt.timedelta(minutes=11)
    type_in(sheet, "A")
    assert "time is up" in sheet.told.value
    sheet.end()
    assert exam.report is not None
    assert exam.report.total.right == 0


def test_answer_cells_serve_a_running_exam(path: Path, shell: InteractiveShell) -> None:
    exam = mockexam.exam("CCA", questions=5, seed=5)
    one = exam.paper.ids[0]
    body = right_answer(items.item(one))
    with capture_output() as captured:
        shell.run_cell(f"%%answer {one}\n{body}")
    told = "".join(str(output.data) for output in captured.outputs)
    assert "Question 1 of 5: noted" in told
    assert "Result for" not in told
    exam.finish()
    with capture_output() as captured:
        shell.run_cell(f"%%answer {one}\n{body}")
    assert f"Result for {one}" in "".join(str(output.data) for output in captured.outputs)


def test_a_practice_cell_is_recorded_and_says_when_it_cannot_be(path: Path, shell: InteractiveShell) -> None:
    item = items.item("practice-sore-throat-01")
    for body in ("J02.0", "J02.0", right_answer(item)):
        shell.run_cell(f"%%answer {item.id}\n{body}")
    assert [one.item for one in record.read().events] == [item.id] * 3
    path.unlink()
    path.mkdir()  # a folder where the file should be
    with capture_output() as captured:
        shell.run_cell(f"%%answer {item.id}\nJ02.0")
    told = [output.data["text/plain"] for output in captured.outputs]
    assert "cannot be written" in told[-1]
    assert len(told) == 2


def test_a_notebook_in_another_folder_finds_the_same_record(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record.answered("practice-sore-throat-01", 100, "J02.0")
    (tmp_path / "moved").mkdir()
    monkeypatch.chdir(tmp_path / "moved")
    assert [one.item for one in record.read().events] == ["practice-sore-throat-01"]
    assert desk.items.item("practice-sore-throat-01").chart is not None
