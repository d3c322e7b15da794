"""The career plan: what a learner may type, what the page says, and that nothing is replaced without asking."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from chartpath import careers, plan
from chartpath.careers.names import areas
from chartpath.errors import BadInput
from chartpath.plan import advice, facts, grammar, page
from chartpath.plan.grammar import Month

GOOD = {
    "goal": "coder-professional",
    "place": "Ohio",
    "start": "January 2027",
    "hours": "8",
    "budget": "1500",
    "remote": "later",
    "education": "high school",
    "route": "short-course",
    "credential": "CPC",
}


def body(**changes: str) -> str:
    return "\n".join(f"{name}: {value}" for name, value in {**GOOD, **changes}.items())


def made(**changes: str) -> advice.Plan:
    wishes, problems, _ = plan.parse(body(**changes))
    assert problems == ()
    return plan.make(wishes)


def messages(found: advice.Plan, level: str) -> str:
    return " | ".join(one.message for one in found.findings if one.level == level)


# What may be typed


def test_a_full_form_is_read() -> None:
    wishes, problems, blank = plan.parse(body(file="mine", overwrite="yes", next="Call two  clinics"))
    assert (problems, blank, wishes.missing) == ((), False, ())
    assert wishes.goal
    assert wishes.goal.key == "coder-professional"
    assert wishes.place
    assert wishes.place.usps == "OH"
    assert (wishes.start, wishes.hours, wishes.budget) == (Month(2027, 1), 8.0, 1500)
    assert (wishes.file, wishes.overwrite, wishes.next) == ("mine.html", True, "Call two clinics")


def test_the_empty_form_is_blank_and_asks_for_all() -> None:
    wishes, problems, blank = plan.parse(plan.stub().removeprefix("%%plan"))
    assert (problems, blank) == ((), True)
    assert wishes.missing == grammar.REQUIRED
    assert plan.stub().count("\n") < 10, "the form must fit a notebook cell of the house style"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("goal: wizard", "goal: role “wizard” is not known"),
        ("goal: coder", "fits more than one"),
        ("plase: Ohio", "Did you mean `place`?"),
        ("place: Atlantis", "no such area"),
        ("start: soon", "is not a month"),
        ("start: 2027-13", "is not a month"),
        ("hours: 80", "between 1 and 60"),
        ("hours: 0", "between 1 and 60"),
        ("budget: a lot", "is not an amount"),
        ("remote: maybe", "Write one of: no, later, now"),
        ("education: master", "Write one of: high school"),
        ("route: magic", "route “magic” is not known"),
        ("credential: CPX", "credential “CPX” is not known"),
        ("file: ../plan", "and no folder"),
        ("file: C:\\plan", "and no folder"),
        ("overwrite: perhaps", "neither yes nor no"),
        ("Ohio", "has no colon"),
        ("wage wish: 5", "The names are goal"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: str, expected: str) -> None:
    _, problems, blank = plan.parse(f"# a remark\n{line}")
    assert not blank
    assert len(problems) == 1
    assert str(problems[0]).startswith("Line 2: ")
    assert expected in problems[0].message
    assert "\n" not in problems[0].message


def test_a_line_typed_twice_is_named_and_the_first_counts() -> None:
    wishes, problems, _ = plan.parse("hours: 8\nhours: 10")
    assert wishes.hours == 8
    assert "stands twice" in problems[0].message


@pytest.mark.parametrize("text", ["January 2027", "jan 2027", "Jan. 2027", "2027-01", "01/2027", "1-2027"])
def test_months_are_read_as_people_write_them(text: str) -> None:
    assert plan.parse(f"start: {text}")[0].start == Month(2027, 1)


@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from([*GOOD, "file", ":", "\n", "#", "-1", "☃"])).map(" ".join)
)
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_it(text: str) -> None:
    html, plain = plan.show_plan(text)
    assert html.startswith("<section")
    assert plain


@given(st.integers(2000, 2099), st.integers(1, 12), st.integers(0, 600))
def test_months_add_up(year: int, month: int, months: int) -> None:
    later = Month(year, month).plus(months)
    assert (later.year * 12 + later.month) - (year * 12 + month) == months
    assert 1 <= later.month <= 12


def test_what_is_typed_is_escaped_and_not_run(tmp_path: Path) -> None:
    html, _ = plan.show_plan(body(next="<script>alert(1)</script> {1+1}"), tmp_path)
    assert "<script" not in html
    assert "{1+1}" in html


# What the plan says


def test_pay_is_that_of_the_table() -> None:
    found = made()
    pay = careers.pay("OH", "29-2072")
    nation = careers.pay("US", "29-2072")
    html = page.plan_html(found)
    for figure in (pay.median, pay.p10, pay.p25, pay.p90, nation.median, nation.p25):
        assert f"${figure:,}" in html
    assert pay.vintage in html


def test_the_price_level_agrees_with_adjusted_pay() -> None:
    frame = careers.adjusted_pay("29-2072").set_index("usps")
    for usps in ("OH", "CA", "MS", "DC"):
        found = made(place=usps)
        assert found.price_level == (frame.loc[usps, "rpp"], frame.attrs["rpp_year"])
        assert f"${int(frame.loc[usps, 'adjusted']):,}" in " ".join(page.pay_lines(found))
    assert made(place="PR").price_level is None


def test_growth_is_the_newest_projection() -> None:
    found = made().growth
    frame = careers.projections("29-2072").sort_values("vintage")
    assert found is not None
    assert (found.vintage, found.change_pct) == tuple(frame[["vintage", "change_pct"]].iloc[-1])
    assert found.openings == frame["openings_annual"].iloc[-1]
    assert "artificial intelligence" in found.drag
    assert f"{found.change_pct:+.1f} percent" in " ".join(page.growth_lines(made()))


def test_the_share_of_replacement_is_computed() -> None:
    parts = careers.openings("29-2072").set_index("part")["share_pct"]
    found = made().growth
    assert found
    assert found.replacement
    assert found.replacement == pytest.approx(100 - float(parts["new jobs"]), abs=0.6)


def test_the_budget_is_held_against_the_known_parts() -> None:
    short = made(budget="100")
    known = short.cost_low
    assert known == sum(part.low or 0 for part in short.costs) > 100
    assert f"at least ${known:,}" in messages(short, "look")
    enough = made(budget=str(known + 50))
    assert "with $50 left" in messages(enough, "note")
    assert "code books" in messages(enough, "note")
    assert set(short.unknown_costs) == {"Learning", "Code books"}


def test_a_degree_credential_without_the_degree_is_stopped() -> None:
    stopped = made(credential="RHIT", route="college-certificate")
    assert "RHIT asks for" in messages(stopped, "stop")
    assert messages(made(credential="RHIT", route="associate-degree"), "stop") == ""
    assert messages(made(credential="RHIT", route="self-study", education="associate"), "stop") == ""
    assert "RHIA asks for" in messages(made(credential="RHIA", route="associate-degree"), "stop")


def test_a_credential_for_other_roles_is_pointed_out() -> None:
    found = made(goal="coder-inpatient", credential="CPC")
    assert "is meant for other roles" in messages(found, "look")
    assert "CCS" in messages(found, "look")
    assert "is meant for other roles" not in messages(made(), "look")


def test_a_later_role_begins_with_a_first_one() -> None:
    found = made(goal="coder-inpatient")
    assert [role.key for role in found.way] == ["coder-facility-outpatient", "coder-inpatient"]
    assert "Hospital outpatient coder → Inpatient coder" in messages(found, "note")
    assert [role.key for role in made(goal="auditor", experience="billing").way] == ["biller", "auditor"]


def test_experience_begins_the_way_where_one_stands() -> None:
    def first_work(experience: str) -> str:
        found = made(goal="coder-inpatient", experience=experience).milestones
        return next(one.what for one in found if one.what.startswith("Work as"))

    assert first_work("none") == "Work as: hospital outpatient coder"
    assert first_work("office") == "Work as: records or release-of-information technician"
    assert first_work("records") == "Work as: hospital outpatient coder"
    assert first_work("coding") == "Work as: inpatient coder"


def test_work_from_home_at_once_is_doubted() -> None:
    assert "seldom remote at once" in messages(made(remote="now"), "look")
    assert "remote" not in messages(made(remote="later"), "look")


def test_an_area_without_figures_says_so() -> None:
    place = next(
        area
        for area in areas()
        if area.kind == "nonmetro" and careers.pay(area.key, "29-9021").median is None
    )
    found = made(place=place.code, goal="registrar")
    assert "no pay figure" in messages(found, "look")
    assert "no pay figure" in page.plan_html(found)
    assert "<svg" in page.plan_html(found), "the nation is still drawn"


def test_milestones_come_in_order_and_name_their_basis() -> None:
    found = made().milestones
    assert [one.month for one in found] == sorted(one.month for one in found)
    assert all(one.basis for one in found)
    by_what = {one.what.split(":")[0].split(" exam")[0]: one.month for one in found}
    assert by_what["Take the CPC"] > by_what["Finish"] > by_what["Begin"]


def test_fewer_hours_take_longer() -> None:
    course = facts.routes()["short-course"]
    months = [advice.study_months(course, hours)[0] for hours in (20, 10, 5, 2)]
    assert months == sorted(months, key=lambda one: one or 0)
    assert advice.study_months(course, 8)[0] == 3  # 80 hours at 8 a week are 10 weeks
    alone = facts.routes()["self-study"]
    assert (advice.study_months(alone, 12)[0], advice.study_months(alone, 5)[0]) == (6, 12)


def test_the_a_comes_off_later_without_a_course() -> None:
    def months_of_work(route: str) -> int:
        when = {one.what.split(":")[0]: one.month for one in made(route=route).milestones}
        off, work = when["Ask for the A to be taken off"], when["Work as"]
        return (off.year - work.year) * 12 + off.month - work.month

    assert months_of_work("short-course") == 12
    assert months_of_work("self-study") == 24


def test_upkeep_is_computed_from_the_table() -> None:
    cpc = facts.credentials()["CPC"]
    assert cpc.ceus
    assert cpc.years
    assert f"{cpc.ceus / cpc.years / 12:.1f} CEUs a month" in made().upkeep[0]
    assert any("40 percent" in line for line in made(credential="CCA", route="self-study").upkeep)


@pytest.mark.slow
@pytest.mark.parametrize("goal", sorted(facts.roles()))
@pytest.mark.parametrize("route", sorted(facts.routes()))
def test_every_role_and_route_makes_a_plan(goal: str, route: str) -> None:
    for credential in facts.credentials():
        found = made(goal=goal, route=route, credential=credential)
        assert found.way[-1].key == goal
        assert found.milestones
        assert page.plan_text(found)


def test_every_state_makes_a_page() -> None:
    for area in areas():
        if area.kind in ("nation", "state"):
            assert area.name in page.plan_html(made(place=area.key))


# Saving


def test_the_file_is_one_whole_page_without_outside_parts(tmp_path: Path) -> None:
    _, text = plan.show_plan(body(file="my-plan"), tmp_path)
    saved = (tmp_path / "my-plan.html").read_text(encoding="utf-8")
    assert "Saved as my-plan.html" in text
    assert saved.startswith("<!doctype html>")
    assert saved.rstrip().endswith("</html>")
    assert '<html lang="en">' in saved
    assert not re.search(r"<(script|link|img|iframe)|src=|@import|url\(", saved)
    assert [path.name for path in tmp_path.iterdir()] == ["my-plan.html"]


def test_a_file_is_never_replaced_without_asking(tmp_path: Path) -> None:
    plan.show_plan(body(file="my-plan"), tmp_path)
    before = (tmp_path / "my-plan.html").read_bytes()
    _, text = plan.show_plan(body(file="my-plan", hours="20"), tmp_path)
    assert "Not saved: my-plan.html is already there" in text
    assert "file: my-plan-2.html" in text
    assert (tmp_path / "my-plan.html").read_bytes() == before
    _, text = plan.show_plan(body(file="my-plan", hours="20", overwrite="yes"), tmp_path)
    assert "Saved as my-plan.html" in text
    assert (tmp_path / "my-plan.html").read_bytes() != before


def test_another_page_is_not_replaced_even_when_told(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>mine</p>", encoding="utf-8")
    _, text = plan.show_plan(body(file="index.html", overwrite="yes"), tmp_path)
    assert "was not made by a plan" in text
    assert (tmp_path / "index.html").read_text(encoding="utf-8") == "<p>mine</p>"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target.html").write_text("x", encoding="utf-8")
    (tmp_path / "link.html").symlink_to(tmp_path / "target.html")
    _, text = plan.show_plan(body(file="link.html", overwrite="yes"), tmp_path)
    assert "Not saved" in text
    assert (tmp_path / "target.html").read_text(encoding="utf-8") == "x"


def test_a_folder_that_cannot_be_written_ends_in_one_line(tmp_path: Path) -> None:
    _, text = plan.show_plan(body(file="p"), tmp_path / "missing")
    line = next(line for line in text.splitlines() if line.startswith("Not saved"))
    assert "cannot be written" in line


# In a notebook


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    shell = InteractiveShell.instance()
    plan.register(shell)
    yield shell
    InteractiveShell.clear_instance()


def test_the_cell_shows_the_plan(
    shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with capture_output() as captured:
        assert shell.run_cell(f"%%plan\n{body(file='cell')}").success
    assert "My plan: professional-fee (office) coder, Ohio" in captured.outputs[0].data["text/html"]
    assert (tmp_path / "cell.html").is_file()


def test_the_learners_path_stays_light() -> None:
    code = (
        "import sys, chartpath.plan as p; p.show_plan(open(0).read()); p.compare('roles'); "
        "print(sorted({'pandas', 'matplotlib', 'nbformat', 'nbgrader'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=body(), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


# Comparing


@pytest.mark.parametrize(
    "table", ["credentials", "roles", "settings", "routes", "remote", "automation", "checks"]
)
def test_a_comparison_shows_every_row_and_its_sources(table: str) -> None:
    shown = plan.compare(table)
    assert shown.lines
    assert shown.sources
    assert all(len(line) == len(shown.header) for line in shown.lines)
    html = shown._repr_html_()
    assert html.count('scope="row"') == len(shown.lines)
    assert html.count('scope="col"') == len(shown.header)


def test_chosen_lines_come_in_the_order_asked() -> None:
    assert plan.compare("credentials", "ccs", "CPC").header == ("Credential", "CCS", "CPC")
    assert [line[0] for line in plan.compare("roles", "auditor", "biller").lines] == [
        "Coding auditor",
        "Medical biller",
    ]


def test_settings_show_the_figures_of_the_pay_table() -> None:
    hospitals = plan.compare("settings", "hospital-inpatient").lines[0]
    frame = careers.industry_mix("29-2072", limit=20)
    row = frame[frame["industry_code"] == "622000"].iloc[0]
    assert hospitals[1:3] == (f"{row['employment']:,}", f"${row['median']:,}")


@pytest.mark.parametrize(("table", "name"), [("salaries", ""), ("credentials", "XYZ"), ("checks", "nothing")])
def test_an_unknown_table_or_line_is_named(table: str, name: str) -> None:
    with pytest.raises(BadInput) as caught:
        plan.compare(table, *([name] if name else []))
    assert (name or table) in str(caught.value)
    assert "\n" not in str(caught.value)
