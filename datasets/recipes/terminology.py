"""Draw the practice items of unit 02 from the tables of terminology: the same file each time.

    python datasets/recipes/terminology.py

Items written by hand stand above the mark in the question file and are left alone; below it, and in the keys of
the drawn items, everything is made anew. What a draw repeats (the same word, or the same part) is drawn again.
"""

from __future__ import annotations

from typing import Any

import yaml
from common import DATASETS

from chartpath import termdrills

SEED = "course"
MARK = "# Below: drawn by datasets/recipes/terminology.py from the tables, with a fixed seed. Do not edit.\n"
QUESTIONS = DATASETS / "questions" / f"{termdrills.UNIT}.yaml"
KEYS = DATASETS / "keys"
COUNTS = {
    "meaning": 4,
    "part": 3,
    "split": 4,
    "parts": 3,
    "build": 4,
    "plural": 2,
    "contrast": 4,
    "direction": 3,
    "everyday": 3,
    "eponym": 2,
    "abbreviation": 5,
    "rewrite": 3,
    "operation": 5,
}


class _Dumper(yaml.SafeDumper):
    """YAML as the other question files have it."""


def drawn() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Question row and key row of each drawn item, `term-KIND-1` and so on, no two about the same thing.

    The letter of a choice's answer is one that stood least often so far, so that the letters are spread evenly.
    """
    made = []
    seen: set[str] = set()
    letters = dict.fromkeys("ABCD", 0)
    for kind, count in COUNTS.items():
        number = 0
        for place in range(1, count + 1):
            while True:
                number += 1
                question = termdrills.question(kind, SEED, number)
                subject = f"{kind} {question.prompt} {question.note} {sorted(question.options.values())}"
                fresh = subject not in seen and _word(question) not in seen
                if fresh and (question.kind != "choice" or letters[question.answer] == min(letters.values())):
                    break
            seen |= {subject, _word(question)}
            if question.kind == "choice":
                letters[question.answer] += 1
            made.append(termdrills.rows(question, f"term-{kind}-{place}"))
    return made


def _word(question: termdrills.Question) -> str:
    """The word that a question is about, for the kinds that share their words; else its own prompt and note."""
    if question.kind in ("term", "parts", "order"):
        return question.rationale.rpartition(": ")[2]
    return f"{question.prompt} {question.note} {list(question.options.values())}"


def render(row: Any) -> str:
    """One YAML document in the order of its fields."""
    return yaml.dump(row, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def write() -> int:
    """Write the drawn items and their keys; how many there are."""
    made = drawn()
    by_hand = QUESTIONS.read_text(encoding="utf-8").partition(MARK)[0].rstrip("\n")
    rows = "\n".join(render([row]) for row, _ in made)
    _replace(QUESTIONS, f"{by_hand}\n\n{MARK}\n{rows}")
    for _, key in made:
        _replace(KEYS / f"{key['item']}.yaml", render(key))
    return len(made)


def _replace(path: Any, text: str) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text, encoding="utf-8", newline="\n")
    temporary.replace(path)


if __name__ == "__main__":
    print(f"{write()} items drawn into {QUESTIONS.name}")
