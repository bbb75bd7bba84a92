"""Days whose months are words of other languages, as they stand in files."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from pipeline.dateforms import check_formats
from pipeline.errors import Refused
from pipeline.intake.dates import read_dates, read_times
from pipeline.months import MONTHS, written

SAID = {
    "cs: %d. %B %Y": "1. ledna|2. února|3. března|4. dubna|5. května|6. června|7. července|8. srpna|9. září|10. října|11. listopadu|12. prosince",
    "da: %d. %B %Y": "1. januar|2. februar|3. marts|4. april|5. maj|6. juni|7. juli|8. august|9. september|10. oktober|11. november|12. december",
    "de: %d. %B %Y": "1. Januar|2. Feb.|3. März|4. Apr.|5. MAI|6. Juni|7. Jul|8. August|9. Sept.|10. Oktober|11. Nov.|12. Dezember",
    "es: %d de %B de %Y": "1 de enero de|2 de febrero de|3 de marzo de|4 de abril de|5 de mayo de|6 de junio de|7 de julio de|"
    "8 de agosto de|9 de setiembre de|10 de octubre de|11 de noviembre de|12 de diciembre de",
    "fr: %A %d %B %Y": "lundi 1er janvier|2 févr.|3 mars|jeudi 4 avril|5 mai|6 juin|7 juil.|8 août|9 sept.|10 octobre|lun. 11 nov.|12 déc.",
    "hu: %Y. %B %d.": "január 1.|február 2.|március 3.|április 4.|május 5.|június 6.|július 7.|augusztus 8.|"
    "szeptember 9.|október 10.|november 11.|december 12.",
    "it: %d %B %Y": "1° gennaio|2 febbraio|3 marzo|4 aprile|5 mag|6 giu|7 luglio|8 agosto|9 settembre|10 ottobre|11 novembre|12 dicembre",
    "nl: %d %B %Y": "1 januari|2 februari|3 mrt.|4 april|5 mei|6 juni|7 juli|8 augustus|9 september|10 okt|11 november|12 december",
    "pl: %d %B %Y": "1 stycznia|2 lutego|3 marca|4 kwietnia|5 maja|6 czerwca|7 lipca|8 sierpnia|9 września|10 października|11 listopada|12 grudnia",
    "pt: %d de %B de %Y": "1 de janeiro de|2 de fevereiro de|3 de março de|4 de abril de|5 de maio de|6 de junho de|7 de julho de|"
    "8 de agosto de|9 de setembro de|10 de outubro de|11 de novembro de|12 de dezembro de",
    "sv: %d %B %Y": "1 januari|2 februari|3 mars|4 april|5 maj|6 juni|7 juli|8 augusti|9 september|10 oktober|11 november|12 december",
}


@pytest.mark.parametrize("form", SAID)
def test_days_are_read_in_the_language_that_the_format_names(form: str) -> None:
    texts = [f"2024. {text}" if "%Y." in form else f"{text} 2024" for text in SAID[form].split("|")]
    read = read_dates(pl.Series(texts), (form,))
    assert read.values.to_list() == [date(2024, number, number) for number in range(1, 13)]
    assert not (read.bad | read.ambiguous).any()


def test_times_and_other_formats_stand_beside_them() -> None:
    texts = pl.Series(["12. Mai 2024 um 14:30", "2024-05-12", "12.05.2024", "12 May 2024", "12. Foo 2024"])
    read = read_times(texts, ("de: %d. %B %Y um %H:%M", "%d.%m.%Y", "%d %B %Y"), "Europe/Berlin")
    days = datetime(2024, 5, 11, 22, tzinfo=UTC)
    assert read.values.to_list() == [datetime(2024, 5, 12, 12, 30, tzinfo=UTC), days, days, days, None]
    assert read.bad.to_list() == [False, False, False, False, True]


def test_one_word_is_another_month_in_another_language() -> None:
    text = pl.Series(["5 listopada 2024"])
    assert read_dates(text, ("pl: %d %B %Y",)).values.to_list() == [date(2024, 11, 5)]
    assert read_dates(text, ("hr: %d %B %Y",)).values.to_list() == [date(2024, 10, 5)]
    assert read_dates(text, ("pl: %d %B %Y", "hr: %d %B %Y")).ambiguous.to_list() == [True]


def test_no_word_stands_for_two_months_of_a_language_and_each_has_twelve() -> None:
    for language, months in MONTHS.items():
        words = [word for month in months for word in month]
        assert (len(months), len(words)) == (12, len(set(words))), language


@pytest.mark.parametrize("form", [f"{language}: %A, %d. %B %Y" for language in MONTHS])
def test_what_a_format_writes_it_reads(form: str) -> None:
    moments = [datetime(2024, month, 28) for month in range(1, 13)]
    assert read_dates(pl.Series([written(form, moment) for moment in moments]), (form,)).values.to_list() == [moment.date() for moment in moments]


@pytest.mark.parametrize("form", ["xx: %d %B %Y", "de: %d.%m.%Y"])
def test_a_format_of_no_language_or_without_a_month_in_words_is_refused(form: str) -> None:
    with pytest.raises(Refused, match="no format with months in words"):
        check_formats(["%d.%m.%Y", form], "map.toml: date_formats")


def test_an_example_is_written_in_the_words_of_its_language() -> None:
    moment, forms = datetime(2026, 12, 31, 16, 5), ("pl: %A, %d %B %Y", "de: %d. %b %Y %H:%M", "%d %B %Y")
    assert [written(form, moment) for form in forms] == ["31 grudzień 2026", "31. Dez 2026 16:05", "31 December 2026"]
