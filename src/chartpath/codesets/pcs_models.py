"""What ICD-10-PCS answers with: values of characters, problems of a code, definitions and index entries."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from attrs import frozen
else:
    from chartpath.codesets.records import frozen


@frozen
class Value:
    """One value of one character: what stands at a position of a code, or may stand there.

    `label` joins the meanings with " or " where a table gives a character two, and the later characters
    decide between them. `definition`, `explanation` and `includes` are those of the official definitions,
    empty where these have none.
    """

    position: int  # 1 to 7
    name: str  # what the position is called in this section: Body Part, Approach, Contrast ...
    value: str
    label: str
    definition: str = ""
    explanation: str = ""
    includes: tuple[str, ...] = ()


Character = Value  # one of the seven characters of a code


@frozen
class Problem:
    """What is wrong with a code, where, and what the table allows there."""

    position: int  # 1 to 7; 0 when it is about the code as a whole
    message: str
    allowed: tuple[Value, ...] = ()

    def __str__(self) -> str:
        return self.message


@frozen
class Definition:
    """A term of the official definitions (FY2026): a root operation, an approach, a body part, a device."""

    section: str
    section_title: str
    position: int
    name: str
    term: str
    values: tuple[str, ...]  # characters that stand for it in the tables of the section
    definition: str
    explanation: str
    includes: tuple[str, ...]
    edition: str = "2026"


@frozen
class IndexEntry:
    """An entry of the index (FY2025): a path of terms and where it leads.

    `kind` is code (the entry gives codes), see (look under the reference) or use (choose this value in the
    table). `code` is a complete code, the beginning of codes, or a table; empty when the entry names none.
    """

    term: str
    kind: str
    reference: str
    code: str
    edition: str = "2025"
