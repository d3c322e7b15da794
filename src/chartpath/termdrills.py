"""Questions on medical terms, made from the tables by rule: the same id always makes the same question.

An id is `drill-KIND-SEED-NUMBER`, like `drill-abbreviation-7-2`. A question and its key come as the plain rows that
a question file and a key file would hold, so that `items` reads and checks them as it does those. They are never
assessed: whoever has the kit can make the key.
"""

from __future__ import annotations

import difflib
import random
import re
from collections.abc import Callable, Iterable
from typing import Any

from attrs import Factory, frozen

from chartpath import terms
from chartpath.errors import BadInput
from chartpath.terms import Row, table

UNIT = "02-medical-terminology"
_ID = re.compile(r"drill-([a-z]+)-([a-z0-9]{1,24})-([0-9]{1,4})")
_LETTERS = "ABCDEFGHIJ"
_SMALL = frozenset({"a", "an", "the", "of", "or", "and", "in", "to", "by", "with", "for", "on", "from", "at"})
_FORMS = ("combining-forms", "prefixes", "suffixes")


@frozen
class Question:
    """A question with its key, before it has an id; fields as in a question file and a key file."""

    kind: str
    prompt: str
    answer: Any
    rationale: str
    sources: tuple[str, ...]
    lesson: str
    options: dict[str, str] = Factory(dict)
    targets: dict[str, str] = Factory(dict)
    note: str = ""
    feedback: dict[str, str] = Factory(dict)
    objectives: tuple[str, ...] = ()


def draw(item_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The question row and the key row of a drill id. Raises BadInput for an id that names no drill."""
    match = _ID.fullmatch(item_id)
    if match is None or match[1] not in KINDS:
        raise BadInput(
            f"{item_id[:60]!r} is no drill. Write drill, a kind, a seed and a number, like drill-meaning-7-1; "
            f"the kinds are {', '.join(KINDS)}."
        )
    made = question(match[1], match[2], int(match[3]))
    return rows(made, item_id)


def question(kind: str, seed: str, number: int) -> Question:
    """The question of one kind that a seed and a number decide."""
    rng = random.Random(f"{kind}-{seed}-{number}")  # noqa: S311 - a draw, no secret
    system = next((one for one in systems() if seed.startswith(one)), "")
    made = KINDS[kind](rng, system)
    while _stands_out(made):
        made = KINDS[kind](rng, system)
    return made


def systems() -> list[str]:
    """The body systems of the tables; a seed that begins with one keeps the words and parts to it."""
    return sorted({row["system"] for row in table("combining-forms")})


def rows(made: Question, item_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A question as the row of a question file and the row of a key file."""
    row: dict[str, Any] = {
        "id": item_id,
        "kind": made.kind,
        "unit": UNIT,
        "assessed": False,
        "points": 1,
        "objectives": list(made.objectives),
        "prompt": made.prompt,
    }
    row.update({name: dict(value) for name in ("options", "targets") if (value := getattr(made, name))})
    if made.note:
        row["note"] = made.note
    titles = {one["source"]: one["title"] for one in table("sources")}
    key: dict[str, Any] = {
        "item": item_id,
        "answer": made.answer,
        "rationale": made.rationale,
        "feedback": dict(made.feedback),
        "source": "; ".join(dict.fromkeys(titles[one] for one in made.sources)),
        "lesson": made.lesson,
    }
    return row, {name: value for name, value in key.items() if value}


def _meaning(rng: random.Random, system: str) -> Question:
    """A word part, four meanings."""
    name = rng.choice(_FORMS) if not system else _FORMS[0]
    row = rng.choice(_of(system, [one for one in table(name) if not _told(one)]))
    others = _near(rng, row, table(name), "form", "meaning")
    return _choice(
        rng,
        f"What does {row['form']} mean, as in {row['example']}?",
        row["meaning"],
        [(one["meaning"], f"That is {one['form']}, as in {one['example']}.") for one in others],
        rationale=f"{row['form']} means {row['meaning']}: {row['example']} is the word for {row['example_meaning']}.",
        sources=(row["source"],),
        lesson="read-a-word-by-its-parts#which-parts-do-you-meet-most",
        objectives=("02-decompose",),
    )


def _part(rng: random.Random, system: str) -> Question:
    """A meaning, four word parts."""
    name = rng.choice(_FORMS) if not system else _FORMS[0]
    row = rng.choice(_of(system, [one for one in table(name) if not _told(one)]))
    others = _near(rng, row, table(name), "form", "meaning")
    return _choice(
        rng,
        f"Which word part means “{row['meaning']}”?",
        row["form"],
        [(one["form"], f"The part {one['form']} means {one['meaning']}.") for one in others],
        rationale=f"{row['form']} means {row['meaning']}, as in {row['example']}, the word for {row['example_meaning']}.",
        sources=(row["source"],),
        lesson="read-a-word-by-its-parts#which-parts-do-you-meet-most",
        objectives=("02-build",),
    )


def _split(rng: random.Random, system: str) -> Question:
    """A word to take apart by typing; every reading that the tables know is accepted."""
    row = rng.choice(_of(system, terms.examples()))
    found = terms.segment(row["example"])
    shown = " or ".join(" + ".join(part.form for part in one) for one in found[:2])
    return Question(
        kind="parts",
        prompt=f"Take {row['example']} apart. Type its parts in order with hyphens between, like gastr-itis or gastro-scopy.",
        answer=list(dict.fromkeys(text for one in found for text in terms.spelled(one))),
        rationale=f"{row['example']} is made of {shown}: the word for {row['example_meaning']}.",
        sources=(row["source"],),
        lesson="read-a-word-by-its-parts#how-do-you-take-a-word-apart",
        objectives=("02-decompose",),
    )


def _parts(rng: random.Random, system: str) -> Question:
    """The parts of a word among others, to put in order: each one in its place earns its share."""
    long = [row for row in terms.examples() if len(terms.segment(row["example"])[-1]) >= 3]
    row = rng.choice(_of(system, long))
    found = terms.segment(row["example"])
    right = list(found[-1])
    used = {part.form for one in found for part in one}
    spare = [part for part in terms.parts() if part.form not in used and part.stem not in row["example"]]
    decoys = [
        _closest(rng, part.form, [one.form for one in spare if one.kind == part.kind]) for part in right
    ]
    forms = list(dict.fromkeys([*(part.form for part in right), *decoys]))
    rng.shuffle(forms)
    options = dict(zip(_LETTERS, forms, strict=False))
    letters = {form: letter for letter, form in options.items()}
    told = ", ".join(f"{part.form} ({part.meaning})" for part in right)
    return Question(
        kind="order",
        prompt=f"Which parts make up {row['example']}, from left to right? Not all of them are used.",
        options=options,
        answer=[letters[part.form] for part in right],
        rationale=f"{row['example']} holds {told}: {row['example_meaning']}.",
        sources=(row["source"],),
        lesson="read-a-word-by-its-parts#how-do-you-take-a-word-apart",
        objectives=("02-decompose",),
    )


def _build(rng: random.Random, system: str) -> Question:
    """A meaning to make a word from."""
    row = rng.choice(_of(system, terms.examples()))
    word = row["example"]
    same = {
        one["example"]
        for name in _FORMS
        for one in table(name)
        if one["example_meaning"] == row["example_meaning"]
    }
    shown = " + ".join(part.form for part in terms.segment(word)[0])
    return Question(
        kind="term",
        prompt=f"Which word means “{row['example_meaning']}”? It begins with {word[:2]} and has {len(word)} letters.",
        answer=[word, *sorted(same - {word})],
        rationale=f"The parts {shown} make {word}, the word for {row['example_meaning']}.",
        sources=(row["source"],),
        lesson="read-a-word-by-its-parts#how-do-you-build-a-word",
        objectives=("02-build",),
    )


def _plural(rng: random.Random, system: str) -> Question:
    """A singular, to be put in the plural."""
    row = rng.choice(table("plurals"))
    return Question(
        kind="term",
        prompt=f"What is the Latin or Greek plural of {row['singular']}?",
        answer=[row["plural"]],
        rationale=f"One {row['singular']}, two {row['plural']}: the ending of the singular goes {row['rule']}."
        if row["rule"] != "irregular"
        else f"One {row['singular']}, two {row['plural']}: this word has an ending of its own.",
        sources=(row["source"],),
        lesson="read-a-word-by-its-parts#how-do-you-build-a-word",
        objectives=("02-build",),
    )


def _abbreviation(rng: random.Random, system: str) -> Question:
    """An abbreviation with several meanings, in a line that decides."""
    known = table("abbreviations")
    row = rng.choice([one for one in known if one["context"]])
    same = [one for one in known if one["abbreviation"] == row["abbreviation"] and one is not row]
    wrong = [(one["meaning"], f"It means that in: “{one['context']}”") for one in same]
    fill = [one for one in known if one["abbreviation"] != row["abbreviation"]]
    taken = [row["meaning"], *(one["meaning"] for one in same)]
    while len(wrong) < 3:
        alike = [
            one
            for one in fill
            if one["meaning"][:1].lower() == row["meaning"][:1].lower() and _apart(one["meaning"], taken)
        ] or [one for one in fill if _apart(one["meaning"], taken)]
        pick = rng.choice(alike)
        taken.append(pick["meaning"])
        wrong.append((pick["meaning"], f"The letters for that are {pick['abbreviation']}."))
    return _choice(
        rng,
        f"What does {row['abbreviation']} stand for in this line?",
        row["meaning"],
        wrong[:3],
        note=row["context"],
        rationale=f"The words around {row['abbreviation']} decide. Here it can only be {row['meaning']}.",
        sources=(row["source"],),
        lesson="settle-an-abbreviation#what-decides-between-two-meanings",
        objectives=("02-abbreviations",),
    )


def _contrast(rng: random.Random, system: str) -> Question:
    """Words that look alike, one of which fits a line."""
    known = table("traps")
    row = rng.choice(known)
    wrong = [one for one in known if one["set"] == row["set"] and one is not row]
    rest = [one for one in known if one["set"] != row["set"] and _apart(one["meaning"], [row["meaning"]])]
    rest.sort(key=lambda one: (-_alike(one["term"], row["term"]), one["term"]))
    wrong += rest[: 3 - len(wrong)]
    return _choice(
        rng,
        "Which word belongs in the gap?",
        row["term"],
        [(one["term"], f"{one['term'].capitalize()}: {one['meaning']}.") for one in wrong[:3]],
        note=row["sentence"].replace("{}", "______"),
        rationale=f"{row['term'].capitalize()} means {row['meaning']}, and that is what the line is about.",
        sources=(row["source"],),
        lesson="read-a-word-by-its-parts#which-words-are-taken-for-each-other",
        objectives=("02-contrast",),
    )


def _direction(rng: random.Random, system: str) -> Question:
    """A direction, plane, position or movement, four meanings."""
    row = rng.choice(table("directions"))
    known = [one for one in table("directions") if one is not row and one["meaning"] != row["meaning"]]
    opposite = [one for one in known if one["term"] == row["opposite"]]
    kin = [one for one in known if one["kind"] == row["kind"] and one not in opposite]
    kin = [one for one in kin if _apart(one["meaning"], [row["meaning"]])]
    wrong = opposite + rng.sample(kin, min(3, len(kin)))
    if len(wrong) < 3:
        rest = [one for one in known if one not in wrong and _apart(one["meaning"], [row["meaning"]])]
        wrong += rng.sample(rest, 3 - len(wrong))
    return _choice(
        rng,
        f"What does {row['term']} mean?",
        row["meaning"],
        [(one["meaning"], f"That is what {one['term']} means.") for one in wrong[:3]],
        rationale=f"{row['term'].capitalize()} means {row['meaning']}. {row['example']}",
        sources=(row["source"],),
        lesson="read-a-word-by-its-parts#where-in-the-body",
        objectives=("02-contrast",),
    )


def _everyday(rng: random.Random, system: str) -> Question:
    """Everyday words and codes, each to the clinical term between them."""
    picked = rng.sample(table("everyday"), 5)
    shown, targets = picked[:3], rng.sample(picked, 5)
    letters = {one["clinical"]: letter for letter, one in zip(_LETTERS, targets, strict=False)}
    codes = rng.sample(shown, 3)
    left = [f"“{one['everyday']}”" for one in shown] + [f"code {one['code']}" for one in codes]
    owners = [*shown, *codes]
    told = "; ".join(f"“{one['everyday']}” is {one['clinical']}, {one['code']}" for one in shown)
    return Question(
        kind="match",
        prompt="Match the patient's words and the codes to the clinical terms. Each term that fits is used twice. Look the codes up with cp.code.",
        options={str(place): text for place, text in enumerate(left, 1)},
        targets={letters[one["clinical"]]: one["clinical"] for one in targets},
        answer={str(place): letters[one["clinical"]] for place, one in enumerate(owners, 1)},
        rationale=f"{told}. What the patient says, the record's word and the code are three names of one thing.",
        sources=tuple(one["source"] for one in shown),
        lesson="read-a-word-by-its-parts#what-does-the-patient-call-it",
        objectives=("02-everyday",),
    )


def _eponym(rng: random.Random, system: str) -> Question:
    """Diseases named after people, each to what it is."""
    picked = rng.sample(table("eponyms"), 5)
    targets = rng.sample(picked, 5)
    letters = {one["name"]: letter for letter, one in zip(_LETTERS, targets, strict=False)}
    named = picked[:4]
    return Question(
        kind="match",
        prompt="What are these diseases? One description is left over.",
        options={str(place): one["name"] for place, one in enumerate(named, 1)},
        targets={letters[one["name"]]: one["description"] for one in targets},
        answer={str(place): letters[one["name"]] for place, one in enumerate(named, 1)},
        rationale="; ".join(f"{one['name']}: {one['description']} ({one['code']})" for one in named) + ".",
        sources=tuple(one["source"] for one in named),
        lesson="read-a-word-by-its-parts#what-does-the-patient-call-it",
        objectives=("02-everyday",),
    )


def _operation(rng: random.Random, system: str) -> Question:
    """A procedure as it was done, four root operations of ICD-10-PCS."""
    known = table("operations")
    row = rng.choice(known)
    kin = [one for one in known if one["suffix"] == row["suffix"] and one["operation"] != row["operation"]]
    rest = [one for one in known if one["operation"] != row["operation"]]
    wrong: dict[str, Row] = {}
    for one in [*rng.sample(kin, len(kin)), *rng.sample(rest, len(rest))]:
        wrong.setdefault(one["operation"], one)
    return _choice(
        rng,
        f"{row['situation']} The surgeon calls it {row['term']}. Which root operation of ICD-10-PCS is it?",
        row["operation"],
        [(name, f"{name} is {one['meaning']}.") for name, one in list(wrong.items())[:3]],
        rationale=f"{row['operation']} is {row['meaning']}. The suffix {row['suffix']} leaves a choice; what was done decides.",
        sources=(row["source"],),
        lesson="settle-an-abbreviation#which-root-operation-does-a-suffix-lead-to",
        objectives=("02-operations",),
    )


def _rewrite(rng: random.Random, system: str) -> Question:
    """An order with an entry of the do-not-use list, to be rewritten."""
    row = rng.choice(table("do-not-use"))
    return _choice(
        rng,
        f"The order says “{row['wrong_order']}”. Which line may stand in the record?",
        row["right_order"],
        [
            (one, f"It keeps or brings in a danger, or changes the order. Write: {row['write']}.")
            for one in row["tempting"].split(";")
        ],
        rationale=f"{row['entry']} is on the do-not-use list: {row['problem']}. Write {row['write']}.",
        sources=(row["source"],),
        lesson="settle-an-abbreviation#which-entries-may-nobody-write",
        objectives=("02-do-not-use",),
    )


def _of(system: str, known: Iterable[Row]) -> list[Row]:
    """The rows of one body system; all of them without one, or where it has none."""
    every = list(known)
    return [row for row in every if row["system"] == system] or every


def _choice(
    rng: random.Random, prompt: str, right: str, wrong: Iterable[tuple[str, str]], **facts: Any
) -> Question:
    """A choice of the right text and the wrong ones, each with why it is wrong, in drawn order."""
    told = dict(wrong)
    texts = [right, *told]
    rng.shuffle(texts)
    options = dict(zip(_LETTERS, texts, strict=False))
    letters = {text: letter for letter, text in options.items()}
    feedback = {letters[text]: told[text] for text in texts if text != right}
    return Question(
        "choice", prompt, letters[right], options=options, feedback=dict(sorted(feedback.items())), **facts
    )


def _near(rng: random.Random, row: Row, known: tuple[Row, ...], name: str, meaning: str) -> list[Row]:
    """Three wrong rows that tempt: two spelled alike, one of the same body system, all of another meaning."""
    free = [one for one in known if _apart(one[meaning], [row[meaning]])]
    free.sort(key=lambda one: (-_alike(one[name], row[name]), one[name]))
    kin = [one for one in free if one["system"] == row["system"]]
    rng.shuffle(kin)
    picked: list[Row] = []
    for one in [*free[:4:2], *kin, *free]:
        if len(picked) < 3 and _apart(one[meaning], [other[meaning] for other in picked]):
            picked.append(one)
    return picked


def _told(row: Row) -> bool:
    """Whether the meaning gives the form away, as with pancreat/o, pancreas."""
    stem = row["form"].strip("-").partition("/")[0][:4]
    return any(word.startswith(stem) for word in _words(row["meaning"]))


def _closest(rng: random.Random, text: str, known: list[str]) -> str:
    """One of the three texts spelled most like this one."""
    return rng.choice(sorted(known, key=lambda one: (-_alike(one, text), one))[:3])


def _alike(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def _apart(meaning: str, others: Iterable[str]) -> bool:
    """Whether a meaning shares no word of weight with any of the others."""
    words = _words(meaning)
    return all(not words & _words(other) for other in others)


def _stands_out(made: Question) -> bool:
    """Whether the right option could be told by its length alone."""
    lengths = [len(text) for letter, text in made.options.items() if letter != made.answer]
    return made.kind == "choice" and len(made.options[made.answer]) > 1.5 * max(lengths)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower())) - _SMALL


KINDS: dict[str, Callable[[random.Random, str], Question]] = {
    "meaning": _meaning,
    "part": _part,
    "split": _split,
    "parts": _parts,
    "build": _build,
    "plural": _plural,
    "contrast": _contrast,
    "direction": _direction,
    "everyday": _everyday,
    "eponym": _eponym,
    "abbreviation": _abbreviation,
    "rewrite": _rewrite,
    "operation": _operation,
}
"""What can be drilled: the word in an id, and what makes its questions."""
