"""The controls: what a person does, what the page answers."""

from __future__ import annotations

from chartpath import careers
from chartpath.outlook.app import Outlook, handout_bytes, handout_name


def test_it_opens_on_the_nation_and_coders() -> None:
    outlook = Outlook()
    assert outlook.area.value == "United States"
    assert outlook.chosen() == ["29-2072"]
    assert list(outlook.choices)[-1] == "00-0000"
    assert len(outlook.area.options) == len(careers.areas()) == len(set(outlook.area.options))


def test_an_area_typed_in_part_is_found_and_written_out() -> None:
    outlook = Outlook()
    outlook.area.value = "boise"
    assert outlook.area.value == "Boise City, ID"
    assert "Boise City, ID" in outlook.results.value
    assert outlook.status.value.startswith("Now showing Boise City, ID. Median pay a year: Medical Records")


def test_a_name_of_several_areas_changes_nothing_and_says_which_they_are() -> None:
    outlook = Outlook()
    outlook.area.value = "Texas"
    shown = outlook.results.value
    outlook.area.value = "Portland"
    assert outlook.results.value == shown
    assert outlook.page.area.name == "Texas"
    assert "Not changed." in outlook.status.value
    assert "areas have that name" in outlook.status.value


def test_what_is_typed_is_never_html() -> None:
    outlook = Outlook()
    outlook.area.value = "<img src=x onerror=alert(1)>"
    assert "<img" not in outlook.status.value
    assert "&lt;img" in outlook.status.value


def test_four_at_most_and_one_at_least() -> None:
    outlook = Outlook()
    for soc in ("43-3021", "13-1041", "31-9092"):
        outlook.choices[soc].value = True
    assert len(outlook.page.occupations) == 4
    resting = {soc for soc, box in outlook.choices.items() if box.disabled}
    assert resting == set(outlook.choices) - set(outlook.chosen())
    for soc in outlook.chosen():
        outlook.choices[soc].value = False
    assert not any(box.disabled for box in outlook.choices.values())
    assert "Choose one to four" in outlook.status.value
    assert len(outlook.page.occupations) == 1  # the last view stays


def test_the_button_offers_the_handout_of_what_is_shown() -> None:
    outlook = Outlook()
    outlook.area.value = "California"
    outlook.choices["43-3021"].value = True
    outlook.button.click()
    assert 'download="outlook-california-29-2072-43-3021.pdf"' in outlook.download.value
    assert 'href="data:application/pdf;base64,JVBER' in outlook.download.value  # %PDF
    assert "The handout is ready" in outlook.status.value
    outlook.area.value = "Ohio"
    assert outlook.download.value == ""  # a handout of another place is not left lying about


def test_a_handout_has_a_file_name_that_every_system_takes() -> None:
    outlook = Outlook()
    for area in ("Philadelphia-Camden", "PR"):
        outlook.area.value = area
        assert handout_name(outlook.page).replace("-", "").removesuffix(".pdf").isalnum()
    assert handout_bytes(outlook.page).startswith(b"%PDF")


def test_coders_and_billers_find_themselves_in_the_list() -> None:
    outlook = Outlook()
    assert outlook.choices["29-2072"].description == "Medical Records Specialists (coders)"
    assert outlook.choices["43-3021"].description == "Billing and Posting Clerks (billers)"
    assert outlook.choices["31-9092"].description == "Medical Assistants"
