"""Drafts of maps for columns that say whether customers may book, or have to pay before they do."""

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_drafts_languages import run, table
from tests.cli.test_migrate import asked
from tests.cli.test_migrate_drafts import ON_HOLD, drafted, rules


@pytest.mark.parametrize(
    "header",
    [
        *("Do not board", "Lainauskielto", "Vuokrauskielto", "Prepoved", "Juodasis sąrašas", "Черен списък", "Cấm thuê", "Cấm", "Mag niet huren"),
        *("Darf nicht mieten", "Ne peut pas réserver", "Får inte boka", "Må ikke leje", "No puede reservar", "Non può noleggiare", "May not book"),
    ],
)
def test_plain_words_of_a_ban_are_one(bare: Shop, header: str) -> None:
    draft = run(bare, table(f"{header};Reason", "yes;owes", "no;"))
    assert asked(bare, "SELECT flag_type, comment, count(*) FROM flags GROUP BY ALL") == [(ON_HOLD, "owes", 4)]
    assert "CHECK" not in draft.partition("# Flags.")[2]


@pytest.mark.parametrize("header", ["Cấm hút thuốc", "Suoramarkkinointikielto", "Mainoskielto"])
def test_what_is_forbidden_to_the_shop_or_in_a_room_is_no_flag(bare: Shop, header: str) -> None:
    bare.file("f.csv", table(header, "yes", "no"))
    assert rules(drafted(bare, "f.csv")) == []


@pytest.mark.parametrize("reason", [";Reason", ""])
@pytest.mark.parametrize("header", ["Darf mieten", "Peut réserver", "Får boka", "Επιτρέπεται κράτηση", "Mag boeken", "Puede alquilar", "Can book", "Må leie"])
def test_who_may_not_book_is_offered_as_on_hold(bare: Shop, header: str, reason: str) -> None:
    bare.file("f.csv", table(f"{header}{reason}", f"no{';owes' if reason else ''}", f"yes{';' if reason else ''}"))
    offered = rules(drafted(bare, "f.csv"), skipped=True)
    assert [(one["type"], one["when"], one["yes"], one["no"]) for one in offered] == [(ON_HOLD, [header], ["no"], ["yes"])]


@pytest.mark.parametrize(
    "header",
    [
        *("Acompte obligatoire", "Deposit required", "Vorkasse erforderlich", "Skal forudbetale", "Acconto obbligatorio", "Aanbetaling verplicht"),
        *("Предоплата", "Cần đặt cọc", "Anticipo obligatorio"),
    ],
)
def test_who_has_to_pay_before_is_offered_as_a_warning(bare: Shop, header: str) -> None:
    bare.file("f.csv", table(header, "yes", "no"))
    draft = drafted(bare, "f.csv")
    assert [(one["type"], one["when"], one["yes"]) for one in rules(draft, skipped=True)] == [("Warning", [header], ["yes"])]
    assert rules(draft) == []


def test_that_a_deposit_was_paid_is_still_no_flag(bare: Shop) -> None:
    bare.file("f.csv", table("Deposit paid;Acompte versé", "yes;yes", "no;no"))
    draft = drafted(bare, "f.csv")
    assert (rules(draft), [one for one in rules(draft, skipped=True) if one["type"] == "Warning"]) == ([], [])


def test_the_few_remarks_of_a_finnish_library_are_offered_as_warnings(bare: Shop) -> None:
    bare.file("f.csv", table("Huomautus", "uhkaava", ""))
    assert [(one["type"], one["comment"]) for one in rules(drafted(bare, "f.csv"), skipped=True)] == [("Warning", ["Huomautus"])]


@pytest.mark.parametrize("header", ["Cần lưu ý", "Máy lạnh", "Cân nặng"])
def test_vietnamese_words_are_no_english_ones(bare: Shop, header: str) -> None:
    bare.file("f.csv", table(header, "Có", "Không"))
    assert [(one["yes"], one["no"]) for one in rules(drafted(bare, "f.csv"), skipped=True)] == [(["Có"], ["Không"])]
