"""The page in a browser: nothing is cut on a phone, the search filters, keys reach everything, nothing is loaded or complained of."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.browser import CHROMIUM, Tab, browser
from tests.cli.pages import NASTY, Made, business, make_page, quoted

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: the page is not looked at in a browser (apt-get install chromium)")

FITS = "document.documentElement.scrollWidth <= innerWidth"
# Elements that reach past the window, save within what scrolls by itself.
CUT = """
[...document.querySelectorAll("main *, header *, footer *")].filter((one) => !one.closest(".scroll, .slots, .unseen, svg, caption")
  && one.getBoundingClientRect().width && one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML.slice(0, 80))"""
SEEN = "[...document.querySelectorAll('#rows-workstack tr')].filter((row) => row.offsetHeight).length"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Make the page of the business, with a name and a comment that are hard to show."""
    long = quoted(NASTY + "W" * 300)
    return make_page(
        tmp_path_factory.mktemp("page"),
        *business(),
        f"UPDATE customers SET first_name = {long}, alert_message = {long} WHERE customer_id IN ('C3', 'C6', 'C13')",
    )


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browser(tmp_path_factory.mktemp("browser")) as tab:
        yield tab


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_and_loads_nothing_and_complains_of_nothing(made: Made, tab: Tab, width: int, dark: bool) -> None:
    tab.show(made.path, width, dark=dark)
    assert (tab.value(FITS), tab.value(CUT), tab.requested(), tab.complaints()) == (True, [], [made.path.as_uri()], [])
    assert tab.value("getComputedStyle(document.body).backgroundColor") == ("rgb(19, 23, 28)" if dark else "rgb(246, 247, 249)")


def test_the_search_filters_the_rows_of_its_table(made: Made, tab: Tab) -> None:
    tab.show(made.path, 1280)
    everything, changes = tab.value(SEEN), tab.value("document.querySelectorAll('#rows-changes tr:not([hidden])').length")
    tab.value("document.getElementById('find-workstack').focus()")
    tab.call("Input.insertText", text="ON hold first12")
    assert (tab.value(SEEN), tab.value("document.getElementById('found-workstack').textContent")) == (1, f"1 of {everything} rows")
    assert tab.value("document.querySelectorAll('#rows-changes tr:not([hidden])').length") == changes
    tab.value("document.getElementById('find-workstack').select()")
    tab.call("Input.insertText", text="")
    assert (everything > 1, tab.value(SEEN)) == (True, everything)


def test_without_its_script_everything_is_there_but_the_search(made: Made, tab: Tab) -> None:
    tab.show(made.path, 1280, script=False)
    boxes = "[...document.querySelectorAll('.search')].filter((one) => one.offsetHeight).length"
    assert (tab.value(boxes), tab.value(SEEN)) == (0, len(made.page.table("workstack")))
    tab.value("document.querySelector('details.slot summary').click()")
    assert tab.value("document.querySelector('details.slot li').offsetHeight > 0")


def test_keys_reach_links_groups_searches_and_all_that_scrolls(made: Made, tab: Tab) -> None:
    tab.show(made.path, 390)
    reached, outlines = [""], set()
    while reached[-1] != "BODY":  # which is where the keys go after the last
        for kind in ("keyDown", "keyUp"):
            tab.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        reached.append(tab.value("document.activeElement.className || document.activeElement.tagName"))
        if reached[-1] != "BODY":
            outlines.add(tab.value("getComputedStyle(document.activeElement).outlineStyle"))
    assert reached[1] == "skip"
    assert {"skip", "A", "SUMMARY", "INPUT", "scroll", "slots"} <= set(reached)
    assert outlines == {"solid"}


def test_a_script_in_a_value_does_not_run(made: Made, tab: Tab) -> None:
    tab.show(made.path, 1280)
    assert tab.value("document.scripts.length") == 1
    assert not [event for event in tab.events if event.get("method") == "Page.javascriptDialogOpening"]
    injected = "const one = document.createElement('script'); one.textContent = 'window.ran = 1'; document.body.append(one); window.ran"
    assert tab.value(injected) is None
    assert "Content Security Policy" in str(tab.complaints())


def test_it_prints_whole(made: Made, tab: Tab, tmp_path: Path) -> None:
    tab.show(made.path, 1280)
    (tmp_path / "page.pdf").write_bytes(tab.printed())
    assert 1 < len(re.findall(rb"/Type\s*/Page\b", (tmp_path / "page.pdf").read_bytes())) < 60
    print_only = "[...document.querySelectorAll('.scroll, .slots')].filter((one) => one.scrollHeight > one.clientHeight + 2).length"
    tab.call("Emulation.setEmulatedMedia", media="print")
    assert (tab.value(print_only), tab.value("getComputedStyle(document.querySelector('nav')).display")) == (0, "none")
    tab.call("Emulation.setEmulatedMedia", media="")
