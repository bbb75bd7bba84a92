"""Write the generated pages of docs/ from spec tests, marks of hazards, the catalogue of findings and the columns; with --check, say which are stale."""

import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType

from schemas.columns import LAYOUTS
from schemas.entities import CATALOGUE, ENTITIES
from schemas.reports import REPORTS, Form
from tests.hazards import page as hazards
from tests.spec.book import AS_OF, BY, Spec

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"
CHAPTER = re.compile(r"test_(\d+)_\w+")
RULE = re.compile(r"test_(\d+)_(\d+)_\w+")
WRITTEN = "<!-- Written by `make docs`; changes made here are lost. -->"
INTRODUCTION = f"""\
# The rule book

What Flagbook does to data, rule by rule, each with the small tables that hold it: what is in the book, what is uploaded and, right of the
arrow, what becomes of each row. Every one of them is a test, and this page is written from them.

Where nothing else is drawn, the book holds the customers C1, C2 and C3 without flags or bookings, the business is in UTC, the run is as of
{AS_OF} by {BY}, and files are CSV in UTF-8. Columns that are not drawn are not compared; of a message only a part is. A cell in double
quotes has its blanks, line breaks and unseen letters spelled out. The book as it stood before is batch 1."""


def rules_page() -> str:
    """Return the rule book: a chapter for every file of spec tests, a section for every rule."""
    chapters = sorted((path.stem for path in HERE.glob("test_*.py") if CHAPTER.fullmatch(path.stem)), key=lambda name: int(name.split("_")[1]))
    return _page([INTRODUCTION, *(part for name in chapters for part in _chapter(importlib.import_module(f"tests.spec.{name}")))])


def _chapter(module: ModuleType) -> Iterator[str]:
    number = module.__name__.rpartition(".")[2].split("_")[1]
    yield f"## {number}. {_doc(module).rstrip('.')}"
    tests = [test for name, test in vars(module).items() if RULE.fullmatch(name)]
    for rule in sorted({_rule(test) for test in tests}):
        title = ".".join(map(str, rule))
        yield f"### {title} {module.TITLES[title]}"
        for test in tests:
            if _rule(test) == rule:
                yield from _example(test)


def _rule(test: Callable[[Spec], None]) -> tuple[int, int]:
    found = RULE.fullmatch(test.__name__)
    assert found is not None, "only such tests are asked for"
    return int(found[1]), int(found[2])


def _example(test: Callable[[Spec], None]) -> Iterator[str]:
    yield _doc(test)
    recorder = Spec(None)
    test(recorder)
    for step in recorder.steps:
        yield f"{step.title}:\n\n```text\n{step.text}\n```"


def _doc(thing: object) -> str:
    text = inspect.getdoc(thing)
    assert text, f"{thing} has no docstring, and the rule book wants it"
    return " ".join(text.split())


def findings_page() -> str:
    """Return the reference of findings, in the order of the catalogue."""
    rows = ((f"`{kind.code}`", kind.title, str(kind.severity), kind.message) for kind in CATALOGUE.values())
    head = "# Findings\n\nEvery code that a row can come back with, in the order in which they are reported. An error rejects its row, a warning does not."
    return _page([head, _table(("code", "title", "severity", "what it means, and what to do"), rows)])


def columns_page() -> str:
    """Return the reference of the columns that are recognised."""
    head = (
        "# Columns\n\nThe columns that are recognised. Headers match whatever their case, blanks and punctuation; the settings and column maps may name more."
    )
    parts = [head]
    for layout in (*(entity.layout for entity in ENTITIES), *(layout for name, layout in LAYOUTS.items() if name != "flags")):
        groups = {name: group for group in layout.required for name in group}
        rows = ((f"`{column.name}`", column.meaning, ", ".join(column.aliases), _required(groups.get(column.name))) for column in layout.columns)
        parts += [f"## {layout.title}", _table(("column", "meaning", "other headers", "required"), rows)]
    return _page(parts)


def _required(group: tuple[str, ...] | None) -> str:
    if group is None:
        return ""
    return "yes" if len(group) == 1 else "one of " + ", ".join(f"`{name}`" for name in group)


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [tuple(header), *(tuple(cell.replace("|", "\\|") for cell in row) for row in rows)]
    drawn = [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join([drawn[0], "|" + " --- |" * len(lines[0]), *drawn[1:]])


def _page(parts: Iterable[str]) -> str:
    return "\n\n".join([WRITTEN, *parts]) + "\n"


FORMS = {
    Form.FLAGS: "types of flags, most severe first",
    Form.NAME: "a name",
    Form.DAY: "a day",
    Form.TIME: "a time",
    Form.COUNT: "a number",
    Form.YES: "true or false; in the workbook *yes* or nothing",
}
REPORTS_HEAD = """# Reports

    flagbook report                                          # all of them
    flagbook report agenda held-bookings --as-of 2026-06-02T07:00 --out reports --format xlsx,csv

Each report is a view in the book (two are macros: check-in, `check_in_on(day)`, and the agenda by slots, `agenda_slots_at(time)`), a sheet of
`reports.xlsx`, and with `--format` a file of its own (`agenda.csv`, `agenda.parquet`). `--as-of` says
what is past and what is to come; flags and bookings are those that the book has now. Days and times in the workbook and in CSV are those of the
business time zone (CSV with the offset), in Parquet they are instants. The workbook begins with its contents; flagged customers bear a red ⚑, and a
cell of flags has the colour that the settings give its most severe type. A report longer than a sheet of Excel goes on in further sheets, and a text
longer than a cell ends with a word about it; both stand in the contents and in what the command says.

Flags of customers whose status is *deleted* are shown like others, and hold their coming bookings, which somebody will serve; no upload can change them
([rules.md](rules.md), 2.4) until a source says another status.

`report.html` is one page for looking, with everything in it: figures, charts, the week as a calendar, and tables with a search box. It loads
nothing from anywhere, can be read on a phone and printed, and stays under 5 MB: where there is more it says what it left out. It is written
where no report is named, or with `--format html`.

Counts of bookings (total, past, future) are of any status; *coming* and *next* ones are booked. `[reports]` in the settings says how many days ahead
a flag counts as expiring (`expiring_days`, 14), and how old a flag must be to count as stale (`stale_days`, 180)."""


def reports_page() -> str:
    """Return the reference of reports: what each shows, and its columns."""
    parts = [REPORTS_HEAD]
    for kind in REPORTS:
        rows = ((f"`{column.name}`", column.heading, FORMS.get(column.form, "a text")) for column in kind.columns)
        parts += [f"## {kind.title} (`{kind.name}`)", kind.about, _table(("column of CSV and Parquet", "heading in the workbook", "what it holds"), rows)]
    return _page(parts)


def hazards_page() -> str:
    """Return the page of hostile inputs and faults, with the times that were recorded last."""
    return _page([hazards.page(hazards.hazards(), hazards.read_figures())])


PAGES = {"rules.md": rules_page, "findings.md": findings_page, "columns.md": columns_page, "reports.md": reports_page, "hazards.md": hazards_page}
# What is compared of a page that has more than is made of the sources alone.
COMPARED = {"hazards.md": hazards.without_figures}


def stale_pages(folder: Path) -> dict[Path, str]:
    """Return the pages that are not on disk as they should be, with what they should be."""
    wanted = {folder / name: make() for name, make in PAGES.items()}
    return {path: text for path, text in wanted.items() if not path.is_file() or not _is_same(path, text)}


def _is_same(path: Path, text: str) -> bool:
    compared = COMPARED.get(path.name, str)
    return compared(path.read_text(encoding="utf-8")) == compared(text)


def main(words: list[str]) -> int:
    """Write the pages that are stale, or with --check name them and return 1 if there are any."""
    if words not in ([], ["--check"]):
        print("Usage: python -m tests.spec.make_docs [--check]", file=sys.stderr)
        return 2
    stale = stale_pages(DOCS)
    unmeasured = hazards.unmeasured(hazards.hazards(), hazards.read_figures()) if words else []
    for case in unmeasured:
        print(f"note: docs/hazards.md: no time is recorded as yet for case {case} (record it with: make hazards)", file=sys.stderr)
    for path, text in stale.items():
        if words:
            print(f"stale: docs/{path.name} (write it anew with: make docs)", file=sys.stderr)
            continue
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"written: docs/{path.name}")
    return 1 if words and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
