"""What a migration must not lose on its way: numbers about a stroke, numbers of who is made of a booking, ids of another form, people who are gone."""

import pytest

from tests.cli.conftest import Shop
from tests.cli.test_migrate import asked
from tests.cli.test_migrate_proofs import sheet_of

AS_OF = ("--as-of", "2026-06-01", "--json")
SETTINGS = '[business]\ntimezone = "Europe/Berlin"\nphone_region = "DE"\n'
NUMBERS = {
    "030 / 123456": "030 / 123456",
    "0151 / 234 567 89": "0151 / 234 567 89",
    "06221 / 54-0": "06221 / 54-0",
    "030 / 123456, 0151 2345678": "030 / 123456",
    "0151 2345678 / 0171 2345678": "0151 2345678",
    "+49 30 123456 / +49 151 2345678": "+49 30 123456",
    "030 123456 oder 0171 2345678": "030 123456",
    "030 123456 | 0171 2345678": "030 123456",
}
APPOINTMENTS = "Start Time,End Time,First Name,Last Name,Phone,Email,Type,Calendar,Appointment Price,Appointment ID,Date Scheduled\n"


@pytest.mark.parametrize("several", ["", 'several = ["phone"]\n'])
def test_a_stroke_inside_a_number_parts_nothing_whether_or_not_cells_are_lists(bare: Shop, several: str) -> None:
    bare.file("flagbook.toml", SETTINGS)
    bare.file("map.toml", f'{several}[customers]\ncustomer_id = "Nr"\nphone = "Telefon"\n')
    bare.file("list.csv", "Nr;Telefon\n" + "".join(f"{place};{number}\n" for place, number in enumerate(NUMBERS)))
    assert bare.run("migrate", "list.csv", "--map", "map.toml", *AS_OF).code == 0
    assert [phone for (phone,) in asked(bare, "SELECT phone FROM customers ORDER BY customer_id::INT")] == list(NUMBERS.values())


def test_who_is_made_of_an_appointment_keeps_the_number_beside_the_address(bare: Shop) -> None:
    bare.file("appointments.csv", f"{APPOINTMENTS}2026-07-01 10:00,2026-07-01 11:00,New,Comer,'+447700900199,new@example.com,Cut,Ann,20,1004,2026-05-25\n")
    done = bare.run("migrate", "appointments.csv", "--from", "acuity", *AS_OF)
    assert (done.code, done.json()["customers"]["made of bookings"]) == (0, 1), done.err
    assert asked(bare, "SELECT customer_id, email, phone FROM customers") == [("new@example.com", "new@example.com", "+447700900199")]


def test_an_id_of_which_only_the_beginning_fits_is_not_cut(bare: Shop) -> None:
    bare.file("jobber.csv", "J-ID,First Name,Last Name,E-mails,Tags,Archived\n8.75573E+07,Ann,A,,vip,false\n12 345,Bo,B,,vip,false\n77_1,Cy,C,,vip,false\n")
    done = bare.run("migrate", "jobber.csv", "--from", "jobber", *AS_OF)
    assert (done.code, done.json()["codes"]) == (4, {"bad-id": 2})
    assert asked(bare, "SELECT customer_id FROM customers") == [("77",)]


def test_flags_of_customers_who_are_deleted_are_told(bare: Shop) -> None:
    bare.file("map.toml", '[customers]\ncustomer_id = "Id"\nstatus = "State"\n[[flags]]\ntype = "Alert"\ncomment = "Note"\n')
    bare.file("list.csv", "Id,State,Note\n1,deleted,owes\n2,active,late\n")
    done = bare.run("migrate", "list.csv", "--map", "map.toml", *AS_OF)
    assert (done.code, [one for one in done.json()["remarks"] if one.startswith("1 flag of customers whose status is deleted")] != []) == (0, True)


def test_a_check_leaves_alone_who_was_erased(bare: Shop) -> None:
    bare.file("map.toml", '[customers]\ncustomer_id = "Id"\nemail = "Mail"\n[[flags]]\ntype = "Alert"\ncomment = "Note"\n')
    bare.file("list.csv", "Id,Mail,Note\n1,ann@example.com,owes\n2,bo@example.com,late\n")
    assert bare.run("migrate", "list.csv", "--map", "map.toml", *AS_OF).code == 0
    erased = bare.run("erase", "2", "--yes", "--as-of", "2026-06-02")
    assert erased.code == 0, erased.err
    checked = bare.run("migrate", "list.csv", "--map", "map.toml", "--check", *AS_OF)
    assert (checked.code, checked.json()["differences"]) == (0, [])
    assert "1 row is of customers who were erased, and left alone" in checked.json()["remarks"]
    assert len(sheet_of(bare.folder / "list.check.xlsx", "Differences")) == 1  # the header


def test_several_customers_of_one_name_are_told_by_their_ids(bare: Shop) -> None:
    bare.file("clients.csv", "Client ID,First Name,Last Name,Email,Mobile Number,Blocked\n" + "".join(f"{n},Lou,Fable,,,No\n" for n in (7, 8)))
    bare.file("visits.csv", "Appointment reference,Client,Scheduled date,Scheduled time,Status,Services\n1,Lou Fable,2026-07-01,10:00,Booked,Cut\n")
    done = bare.run("migrate", "clients.csv", "visits.csv", "--from", "fresha", *AS_OF)
    assert (done.code, done.json()["codes"]) == (4, {"ambiguous-customer": 1}), done.out + done.err
    assert asked(bare, "SELECT message FROM batch_rows")[0][0].endswith("; 2 customers are called so: 7, 8")


def test_what_is_wrong_with_days_of_events_is_said(bare: Shop) -> None:
    head = "Customer ID,First Name,Action,Date,Reason,Employee\n"
    bare.file("resale.csv", f"{head}7,Bo,flagged,,fake bag,Kim\n7,Bo,flagged,32/01/2024,sorted,Lee\n")
    assert bare.run("migrate", "resale.csv", "--from", "resaleai", *AS_OF).code == 4
    said = [message for (message,) in asked(bare, "SELECT message FROM batch_rows ORDER BY source_row")]
    assert [one.startswith("Date is blank: an event needs its day") for one in said] == [True, False]
    assert said[1] == "Date is not a date of a form that the map names: correct it, or add its form to date_formats"


def test_a_file_of_no_system_is_not_said_to_fit_several(bare: Shop) -> None:
    bare.file("shop.csv", "Internal ID,Registered,Language,Firstname,Lastname,E-Mail,Phone,Mobile,Customer type\n1,,,A,B,a@example.com,,,\n")
    done = bare.run("migrate", "shop.csv", *AS_OF)
    assert (done.code, "knows more than" in done.err or "only " in done.err, "equally well" in done.err) == (3, True, False), done.err
