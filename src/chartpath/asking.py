"""The widgets of review and of a mock exam: a question, an answer line, a button. Native controls, so the keyboard works.

Enter in the answer line sends the answer and moves on to the next button, which says the verdict; Enter there brings
the next question. Answers of several lines stand in a field that the Tab key leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
from IPython.display import display

from chartpath import answers, cards, items, record
from chartpath.examcards import about, heading, paper_text, report_html
from chartpath.items import Item

if TYPE_CHECKING:
    from chartpath.mockexam import Exam
    from chartpath.recall import Session

_SEVERAL_LINES = ("codes", "match", "spans")
_STYLE = """<style>
.cp-ask{font-family:system-ui,"Segoe UI",Arial,sans-serif;font-size:15px;color:#1a1a1a;background:#ffffff;padding:10px 12px;
max-width:64em;overflow:visible}
.cp-ask .widget-html,.cp-ask .widget-html-content{overflow:visible;line-height:1.5;height:auto}
.cp-ask .widget-html>.widget-label,.cp-ask .cp-style{display:none}
.cp-ask .widget-inline-hbox{display:flex;flex-flow:column;align-items:stretch;width:auto;max-width:100%;height:auto;margin:6px 0}
.cp-ask .widget-inline-hbox>label.widget-label{width:auto;max-width:none;height:auto;text-align:left;white-space:normal;
overflow:visible;color:#1a1a1a;font-size:15px;font-weight:600;line-height:1.4;padding:0 0 3px}
.cp-ask input[type="text"],.cp-ask textarea{width:100%;max-width:30em;min-height:34px;padding:4px 8px;font-size:16px;color:#1a1a1a;
background:#ffffff;border:1px solid #595959;border-radius:3px;box-sizing:border-box;font-family:ui-monospace,Consolas,monospace}
.cp-ask .cp-acts{display:flex;flex-flow:row wrap;gap:8px;overflow:visible}
.cp-ask button{width:auto;height:auto;min-height:34px;margin:0;padding:4px 16px;font:inherit;white-space:normal;text-align:left;
color:#ffffff;background:#2f4b7c;border:1px solid #2f4b7c;border-radius:3px;box-shadow:none}
.cp-ask :is(input,textarea,button):focus-visible{outline:3px solid #b35900!important;outline-offset:2px}
</style>"""


class Sheet:
    """A question with its answer line and buttons; `view` is the widget, `act` what Enter in the line does."""

    def __init__(self) -> None:
        self.head, self.question, self.told = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.line = widgets.Text(description="Your answer")
        self.lines = widgets.Textarea(description="Your answer", rows=5)
        self.buttons = widgets.Box([])
        style = widgets.HTML(_STYLE)
        self.view = widgets.Box(
            [style, self.head, self.question, self.line, self.lines, self.buttons, self.told]
        )
        self.view.layout.display = "block"
        self.view.add_class("cp-ask")
        style.add_class("cp-style")
        self.buttons.add_class("cp-acts")
        self.item: Item | None = None
        self.line.on_msg(self._entered)

    def show(self, item: Item | None, typed: str = "") -> None:
        """Show a question with what was typed before; nothing for None."""
        self.item = item
        several = item is not None and item.kind in _SEVERAL_LINES
        self.question.value = cards.question_html(item) if item else ""
        hint = answers.stub(item).splitlines()[1].lstrip("# ") if item else ""
        for control, there in ((self.line, bool(item) and not several), (self.lines, several)):
            control.layout.display = None if there else "none"
            control.description = f"Your answer: {hint}"
            control.value = typed if there else ""

    @property
    def typed(self) -> str:
        """What stands in the answer line or field."""
        several = self.item is not None and self.item.kind in _SEVERAL_LINES
        return str(self.lines.value if several else self.line.value)

    @property
    def field(self) -> widgets.DOMWidget:
        """The control that takes the answer."""
        return self.lines if self.item is not None and self.item.kind in _SEVERAL_LINES else self.line

    def act(self) -> None:
        """What Enter in the answer line does."""
        raise NotImplementedError

    def _entered(self, _: Any, content: Any, __: Any) -> None:
        if content.get("event") == "submit":
            self.act()

    def _ipython_display_(self) -> None:
        bundle = self.view._repr_mimebundle_() | {"text/plain": repr(self)}
        display(bundle, raw=True)


class ReviewCard(Sheet):
    """A session of review, one question after another."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.judged = False
        self.check = _button("Check", self.act)
        self.next = _button("Next question", self.go_on)
        self.buttons.children = (self.check, self.next)
        self._ask()

    def act(self) -> None:
        """Judge what was typed, once; the next button then says the verdict and has the focus."""
        if self.judged:
            return
        graded = self.session.answer(self.typed)
        if graded.answer.blank:
            self.told.value = "<p>Type your answer first, then press Enter.</p>"
            self.field.focus()
            return
        told = cards.result_html(graded)
        if self.session.trouble:
            told += f"<p>{escape(self.session.trouble)}</p>"
        self.told.value = told
        self.judged = True
        verdict = "Right" if graded.right else "Partly right" if graded.score > 0 else "Not right"
        self.next.description = f"{verdict}. Next question"
        _there(self.check, False)
        _there(self.next, True)
        self.next.focus()

    def go_on(self) -> None:
        """The next question, or the end of the session."""
        self._ask()
        if self.item is not None:
            self.field.focus()

    def _ask(self) -> None:
        item = self.session.ask()
        self.judged = item is None
        self.show(item)
        self.told.value = ""
        _there(self.check, item is not None)
        _there(self.next, False)
        left = max(0, round((self.session.ends - record.now()).total_seconds() / 60))
        doing = f"Review · {self.session.right} of {self.session.asked} right so far · about {left} {'minute' if left == 1 else 'minutes'} left"
        done = f"Review is done. {self.session.summary}"
        trouble = f" {self.session.trouble}" if self.session.trouble and item is not None else ""
        self.head.value = f'<p style="margin:0;font-weight:600">{escape(doing if item else done)}</p><p style="margin:0">{escape(trouble)}</p>'

    def __repr__(self) -> str:
        if self.session.item is None:
            return f"Review is done. {self.session.summary}"
        item = self.session.item
        asked = f"{cards.question_text(item)}\nTo answer, begin a new cell with %%answer {item.id}"
        return f"{asked}\nThen run cp.review() again for the next question."


class ExamSheet(Sheet):
    """A mock exam, question by question; nothing is judged before the end."""

    def __init__(self, exam: Exam) -> None:
        super().__init__()
        self.exam = exam
        self.place = 0
        self._sure = False
        self.note = _button("Note and go on", self.act)
        self.back = _button("Back", self.go_back)
        self.finish = _button("Finish", self.end)
        self.buttons.children = (self.note, self.back, self.finish)
        ids = exam.paper.ids
        self.place = next((number for number, one in enumerate(ids) if one not in exam.noted), 0)
        self._show()

    def act(self) -> None:
        """Keep the answer and go to the next question."""
        told = self._keep()
        self._go(1)
        self._say(told)

    def go_back(self) -> None:
        """Keep the answer and go to the question before."""
        told = self._keep()
        self._go(-1)
        self._say(told)

    def end(self) -> None:
        """Finish, after asking once where questions are open."""
        self._keep()
        still = len(self.exam.paper.ids) - len(self.exam.noted)
        if still and not self._sure and not self.exam.over():
            self._sure = True
            self._say(
                f"{still} {'question is' if still == 1 else 'questions are'} open. Press Finish again to end the exam."
            )
            return
        self.exam.finish()
        self._show()

    def _keep(self) -> str:
        body = self.typed
        if self.item is None or not body.strip() or body == self.exam.noted.get(self.item.id):
            return ""
        return self.exam.note(self.item.id, body)

    def _go(self, step: int) -> None:
        self._sure = False
        self.place = (self.place + step) % len(self.exam.paper.ids)
        self._show()
        self.field.focus()

    def _say(self, told: str) -> None:
        self.told.value = f"<p>{escape(told)}</p>" if told else ""

    def _show(self) -> None:
        paper, report = self.exam.paper, self.exam.report
        if report is not None:
            self.show(None)
            self.buttons.children = ()
            self.told.value = ""
            self.head.value = report_html(report)
            return
        self.show(items.item(paper.ids[self.place]), self.exam.noted.get(paper.ids[self.place], ""))
        told = f"{paper.exam} mock exam · question {self.place + 1} of {len(paper.ids)} · {len(self.exam.noted)} answered"
        if self.exam.ends is not None:
            left = (self.exam.ends - record.now()).total_seconds()
            told += f" · {max(0, round(left / 60))} minutes left" if left > 0 else " · the time is up"
        self.head.value = (
            f'<p style="margin:0;font-weight:600">{escape(told)}</p>'
            f'<details style="margin:0 0 6px"><summary>{escape(heading(paper.exam))}</summary><p style="margin:0">{escape(about(paper.exam))}</p></details>'
        )

    def __repr__(self) -> str:
        return paper_text(self.exam)


def _button(words: str, press: Callable[[], None]) -> widgets.Button:
    made = widgets.Button(description=words)
    made.on_click(lambda _: press())
    return made


def _there(control: widgets.DOMWidget, shown: bool) -> None:
    control.layout.display = None if shown else "none"
