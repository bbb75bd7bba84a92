"""The rows of the three uploads: first_flags.csv, flags.xlsx and more_flags.csv."""

from collections.abc import Sequence
from datetime import date

from sample_data.making.chance import Chance
from sample_data.making.instructions import COMMENTS, STORY, Cell, Formula, Row, Shown, first_comment, flag_type, ordinary_rows
from sample_data.making.people import ARCHIVED, DELETED, Customer, customer_id


def first_rows() -> list[Row]:
    """Return the rows of first_flags.csv: one flag for each of the first customers, some more, and one change of mind."""
    ends: dict[int, Cell] = {4: "2026-07-31", 8: "2026-06-15", 16: "2026-06-01", 21: "2026-12-31"}
    rows = [Row("add", customer_id(n), flag_type(n), first_comment(n), expires_on=ends.get(n, "")) for n in range(1, 30)]
    more = [
        (12, "On Hold"),
        (12, "Warning"),
        (12, "Important"),
        (17, "Important"),
        (17, "Alert"),
        (20, "Warning"),
        (61, "Alert"),
        (63, "On Hold"),
        (155, "At Risk"),
    ]
    rows += [Row("add", customer_id(n), kind, COMMENTS[kind][n % len(COMMENTS[kind])]) for n, kind in more]
    return [*rows, Row("edit", customer_id(2), "At Risk", "Cancelled a fourth time. Manager calls first.", flagged_by="Rhona Castell")]


def good_rows(customers: Sequence[Customer]) -> list[Row]:
    """Return rows that are fine, each in its own way."""
    mail, number = [""] + [one.email for one in customers], [""] + [one.phone for one in customers]
    return [
        Row("edit", customer_id(1), "On Hold", "Paid in full on 29 May, one more week to be sure.", "the version fits", version="1"),
        Row("Set", customer_id(3), "warning", first_comment(3), "set to what is there already"),
        Row("edit", customer_id(4), "Important", "", "an edit with nothing filled in"),
        Row("add", customer_id(5), "Alert", f"  {first_comment(5)} ", "the same comment but for blanks around it"),
        Row("remove", customer_id(7), flag_type(7), "", "its bookings are cleared", reason="Talked it over, all is well"),
        Row("remove", customer_id(30), "Warning", "", "there is no such flag to remove"),
        Row("edit", customer_id(8), "Warning", "", "[clear] empties the last day", expires_on="[clear]"),
        Row("update", customer_id(16), "On Hold", "", "another last day only; a date cell", expires_on=date(2026, 6, 30)),
        Row("UNFLAG", customer_id(12), "all", "", "ends all four flags", reason="Moved away in May"),
        Row("remove", customer_id(12), "ALL", "", "none is left by now"),
        Row(
            "add",
            customer_id(17),
            "On Hold",
            "No-show on 11 May. Deposit first, then the next tour.",
            "a fourth flag, more severe than the others",
            flagged_by="Leif Odd",
        ),
        Row("edit", customer_id(17), "Alert", "Wants to be called Captain. Humour him 🧭", "an emoji"),
        Row("upsert", customer_id(32), "Important", "Parle français :\nMaëlle préfère « vous ».", "accents and a line break"),
        Row("add", customer_id(34), "Warning", "=SUM of the last three invoices is unpaid", "text that looks like a formula"),
        Row("add", customer_id(35), "Warning", "@reception: ask for the red key", "text that a spreadsheet may take for a formula"),
        Row("add", customer_id(46), "Important", STORY, "exactly 500 characters"),
        Row("new", "", "Alert", "Booked through the hotel desk, tips are settled there.", "by e-mail", email=mail[38].upper()),
        Row("add", "", "Alert", "Prefers a text message to a call.", "by phone, with the country code", phone="+44 117 496 0042"),
        Row("add", "", "Warning", "Gravel drive, no heels on the tour.", "by phone, as it is dialled at home", phone="07700 900 040"),
        Row("add", customer_id(62), "Important", "Tamsin pays, Hamish books.", "a shared address, and the id that narrows it down", email=mail[62]),
        Row("add", f" {customer_id(41)} ", "Alert", "Asks for Mbali each time.", "id and phone agree, blanks do not count", phone=number[41]),
        Row("add", customer_id(ARCHIVED), "At Risk", "Left in winter, may come back for the day tour.", "an archived customer may be flagged"),
        Row("add", customer_id(43), "Warning", "Ladder in the hall until today.", "active through the day of the upload", expires_on="2026-06-01"),
        Row("ignore", customer_id(44), "Warning", "Wait for the answer to our letter.", "left alone"),
        Row("skip", "TC-?????", "", "", "left alone and not judged"),
        Row("remove", customer_id(22), flag_type(22), "", "taken off here, and set again by the second file", reason="Contract renewed"),
    ]


def bad_rows(customers: Sequence[Customer]) -> list[Row]:
    """Return rows that come back, one for each code and some for several."""
    mail = [""] + [one.email for one in customers]
    lost = Formula("=VLOOKUP(B4,'Old list'!A:B,2,FALSE)", "#N/A")
    return [
        Row("add", customer_id(45), "Warning", lost, "cell-error: #N/A"),
        Row("add", Formula("='Old list'!#REF!", "#REF!"), "Warning", "Key under the third pot.", "cell-error: #REF! for an id"),
        Row("add", customer_id(36), "Alert", "Back in a month.", "cell-error: a formula that was never calculated", expires_on=Formula("=TODAY()+30", "")),
        Row("", customer_id(47), "Warning", "Which action?", "missing-action"),
        Row("flag", customer_id(47), "Warning", "Slippery steps at the back.", "unknown-action"),
        Row("add", "", "Warning", "Somebody with a parrot.", "missing-customer"),
        Row("add", "TC-0O017", "Warning", "An O for a nought.", "unknown-customer: one letter off"),
        Row("remove", customer_id(DELETED), "ALL", "", "unknown-customer: deleted"),
        Row("add", "", "Alert", "No account yet.", "unknown-customer: nobody's address", email="nobody.yet@example.org"),
        Row("add", customer_id(50), "Alert", "Whose address is it?", "conflicting-customer", email=mail[51]),
        Row("add", customer_id(50), "Alert", "Call the daughter.", "conflicting-customer: the number is nobody's", phone="ask at the desk"),
        Row("add", "", "Alert", "One of the family.", "ambiguous-customer: a family's address", email=mail[66]),
        Row("add", Shown(52, '"TC-"00000'), "Alert", "Two bikes in the hall.", "id-not-exact: shows TC-00052, holds 52"),
        Row("add", Shown(53, "00000"), "Alert", "Rings twice.", "id-not-exact: shows 00053, holds 53"),
        Row("add", customer_id(54), "", "Which kind?", "missing-flag-type"),
        Row("add", customer_id(54), "VIP", "Knows the owner.", "unknown-flag-type"),
        Row("add", customer_id(54), "ALL", "Everything.", "unknown-flag-type: ALL goes with remove"),
        Row("add", customer_id(55), "At Risk", "", "missing-comment", reason="Complained"),
        Row("set", customer_id(56), "Warning", "", "missing-comment: there is no such flag yet", expires_on="2026-08-31"),
        Row("add", customer_id(57), "Important", f"{STORY}.", "comment-too-long: 501 characters"),
        Row("add", customer_id(58), "Warning", "Painters in the house.", "bad-date", expires_on="end of June"),
        Row("add", customer_id(58), "Warning", "Roof being mended.", "bad-date: there is no such day", expires_on="2026-06-31"),
        Row("add", customer_id(59), "Warning", "Road works outside.", "ambiguous-date", expires_on="05/07/2026"),
        Row("add", customer_id(60), "Warning", "Lift out of order.", "already-expired: yesterday", expires_on=date(2026, 5, 31)),
        Row("edit", customer_id(9), "Important", "[clear]", "not-clearable"),
        Row("edit", customer_id(10), "Alert", "Call before 17:00.", "bad-version", version="v10"),
        Row("remove", customer_id(13), "ALL", "", "bad-version: ALL has none", version="13"),
        Row("add", customer_id(6), "On Hold", "Cheque bounced.", "already-flagged"),
        Row("edit", customer_id(31), "At Risk", "Calmer now.", "no-such-flag"),
        Row("edit", customer_id(2), "At Risk", "Two cancellations only.", "changed-since-export: edited since", version="2"),
        Row("forget", "TC-99999", "VIP", "Three things at once.", "three codes in one row", expires_on="soon"),
    ]


def repeated_rows() -> list[Row]:
    """Return rows that act on one another: each finds what the rows above it left."""
    return [
        Row("add", customer_id(33), "Warning", "Bees in the garden.", "1 of 7 on one flag"),
        Row("add", customer_id(33), "Warning", "Bees in the garden.", "2 of 7: the same again"),
        Row("add", customer_id(33), "Warning", "Wasps in the garden.", "3 of 7: already-flagged"),
        Row("edit", customer_id(33), "Warning", "Wasps, not bees.", "4 of 7"),
        Row("remove", customer_id(33), "Warning", "", "5 of 7", reason="Nest is gone"),
        Row("edit", customer_id(33), "Warning", "One wasp left.", "6 of 7: no-such-flag"),
        Row("set", customer_id(33), "Warning", "Hedgehogs in the garden, mind the mower.", "7 of 7", expires_on="2026-10-31"),
        Row("remove", customer_id(14), "Important", "", "removed, then added anew"),
        Row("add", customer_id(14), "Important", "Step-free route, and a seat at every stop.", "so that the add finds nothing there"),
    ]


def workbook_rows(customers: Sequence[Customer], chance: Chance) -> list[Row | None]:
    """Return the rows of flags.xlsx; None is a row left blank."""
    edits: list[Row | None] = [Row("edit", customer_id(n), flag_type(n), f"{first_comment(n)} Checked on 29 May.") for n in (11, 15, 18, 19)]
    one, two, three = (ordinary_rows(customers, chance, numbers) for numbers in (range(160, 220, 4), range(221, 300, 4), range(302, 370, 4)))
    return [*one, *good_rows(customers), *edits, None, *repeated_rows(), *two, None, None, *bad_rows(customers), *three]


def second_rows(customers: Sequence[Customer], chance: Chance) -> list[Row]:
    """Return the rows of more_flags.csv, which act on what flags.xlsx left."""
    mail, number = [""] + [one.email for one in customers], [""] + [one.phone for one in customers]
    return [
        *ordinary_rows(customers, chance, range(371, 440, 4)),
        Row("set", customer_id(22), "At Risk", "Renewed, but asks for a new crew.", "taken off by the first file, set again here"),
        Row("insert", customer_id(34), "Warning", "All invoices paid.", "already-flagged by the first file"),
        Row(
            "change",
            customer_id(1),
            "On Hold",
            "Hold lifted on 8 June at the latest.",
            "the version fits still: it is the one from before the upload",
            version="1",
        ),
        Row("delete", customer_id(20), "ALL", "", "ends both flags", reason="Account closed; see also the letter"),
        Row("edit", customer_id(20), "Alert", "Closed? Not so fast.", "no-such-flag: it has just ended"),
        Row("merge", customer_id(24), flag_type(24), "Keys:\n1. front door\n2. shed", "line breaks in a CSV"),
        Row("add", customer_id(25), "Warning", "+44 number no longer works; write instead", "text that a spreadsheet may take for a formula"),
        Row("add", customer_id(26), "Alert", "- no cards, cash only", "the same"),
        Row("add", customer_id(28), "Important", 'Says "no perfume; none at all"', "quotes and a semicolon"),
        Row("add", "", "Alert", "Deaf in the left ear.", "by e-mail", email=mail[39]),
        Row("add", "", "Alert", "Meets the guide at the ferry.", "by phone", phone=number[51]),
        Row("add", "", "Warning", "One of two.", "ambiguous-customer: a family's number", phone=number[62]),
        Row("add", "", "Alert", "A slip of the pen.", "unknown-customer: one letter off", email=mail[52].replace("rookhampton", "rockhampton")),
        Row("edit", customer_id(17), "Important", "", "the last day only", expires_on="2026-09-30"),
        Row("remove", customer_id(17), "At Risk", "", "changed-since-export: no version that this flag had", version="1"),
        Row("remove", customer_id(27), flag_type(27), "", "one flag of one", reason="Old"),
        Row("create", customer_id(55), "At Risk", "Complained about the wait on the quay.", "what flags.xlsx left out"),
        Row("add", customer_id(29), "Warning", "", "missing-comment,already-expired", expires_on="2025-12-31"),
        Row("add", customer_id(DELETED), "Alert", "Back again?", "unknown-customer: deleted"),
        Row("clear", customer_id(63), "ALL", "", "ends the one flag"),
        Row("edit", customer_id(64), "On Hold", "Nothing to hold.", "no-such-flag"),
        Row("ignore", customer_id(65), "On Hold", "Ask accounts.", "left alone"),
        Row("add", customer_id(56), "Warning", "Glass door, easily missed.", "", expires_on="2026-08-31", flagged_by="Inès Parrow"),
    ]
