"""Tags, several kinds of sheet, and brakes."""

from tests.spec.book import Spec

TITLES = {
    "8.1": "Tags",
    "8.2": "Several kinds of sheet in one upload",
    "8.3": "A brake against accidents",
    "8.4": "Four eyes",
    "8.5": "Customers made of bookings",
    "8.6": "Words for a status, and hours that clocks repeat or skip",
}


def test_8_1_a_customer_has_a_tag_once_in_any_spelling(spec: Spec) -> None:
    """Tags are compared without regard to case and blanks around them, and written as the book writes them already."""
    spec.tags("""
        customer_id  tag
        C1           VIP""")
    spec.apply("""
        action  customer_id  tag      =>  outcome    code         message
        add     C1           vip      =>  unchanged
        add     C2           "vip "   =>  applied                 tag added
        add     C2           Horeca   =>  applied
        edit    C3           horeca   =>  rejected   no-such-tag
        remove  C3           horeca   =>  unchanged
        add     C3                    =>  rejected   missing-tag
        add     C3           ALL      =>  rejected   unknown-tag
        remove  C1           all      =>  applied                 tag removed""")
    spec.then_tags("""
        customer_id  tag     tagged_by
        C2           Horeca  Front desk
        C2           VIP     Front desk""")
    spec.then_history("""
        event_id  entity  customer_id  item    action
        1         tags    C2           VIP     tagged
        2         tags    C2           Horeca  tagged
        3         tags    C1           VIP     untagged""")


def test_8_2_sheets_of_several_kinds_are_one_batch(spec: Spec) -> None:
    """A workbook may hold sheets of flags, tags and status; a sheet is told by its columns, and Status by its name or its actions."""
    spec.apply_workbook("""
        [Status]
        action   customer_id  reason  =>  outcome   code
        archive  C3                   =>  applied
        block    C3                   =>  rejected  missing-reason
        [VIPs]
        action  customer_id  tag  =>  outcome  code
        add     C1           VIP  =>  applied
        [Holds]
        action  customer_id  flag_type  comment  =>  outcome  code
        add     C1           On Hold    unpaid   =>  applied
        [Blocks of today]
        action  customer_id  reason  =>  outcome  code
        block   C2           fraud   =>  applied""")
    spec.then_history("""
        event_id  sheet            entity     item           action
        1         Status           customers  status         archived
        2         VIPs             tags       VIP            tagged
        3         Holds            flags      On Hold        flagged
        4         Blocks of today  customers  blocked        blocked
        5         Holds            customers  alert_message  alert""")
    spec.then_batches("""
        batch_id  rows_read  applied  rejected
        2         5          4        1""")


def test_8_2_a_sheet_without_flag_types_is_not_taken_for_another_kind(spec: Spec) -> None:
    """A sheet of flags that lacks their type is refused, and not read as one of status."""
    spec.refuses_upload(
        """
        action  customer_id  comment  =>  outcome
        add     C1           late     =>""",
        "a required column is missing: flag_type",
    )


CUSTOMERS = "\n".join(["customer_id", *(f"C{number}" for number in range(60))])
FLAGS = "\n".join(["customer_id  flag_type  comment", *(f"C{number:<10}  Warning    late" for number in range(60))])


def removals(count: int) -> str:
    """Return an upload that ends the flags of so many customers."""
    return "\n".join(["action  customer_id  flag_type  =>  outcome", *(f"remove  C{number:<10}  Warning    =>  applied" for number in range(count))])


def test_8_3_a_mass_change_has_to_be_asked_for(spec: Spec) -> None:
    """An upload that ends or changes more than a quarter of the active flags, and at least 50 of them, is refused unless it is asked for."""
    spec.customers(CUSTOMERS)
    spec.flags(FLAGS)
    spec.refuses_upload(removals(50), "50 of the 60 active flags (83.3 %) would be gone or changed, more than 25 %", "--allow-mass-change")
    spec.then_batches("batch_id")
    spec.apply(removals(50), allow_mass_change=True)


def test_8_4_a_large_batch_may_need_a_second_person(spec: Spec) -> None:
    """With four eyes, a batch that applies more rows than the settings say needs to be approved by somebody else, and records who."""
    spec.settings("""
        approval = true
        batches = {approval_over = 1}""")
    upload = """
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           At Risk    late     =>  applied
        add     C2           At Risk    late     =>  applied"""
    spec.refuses_upload(upload, "applies 2 rows, more than 1, needs approval", "--approved-by")
    spec.refuses_upload(upload, "somebody else", approved_by=" front DESK ")
    spec.apply(upload, approved_by="Ann")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        add     C3           At Risk    late     =>  applied""")
    spec.then_batches("""
        batch_id  submitted_by  approved_by
        2         Front desk    Ann
        3         Front desk""")


def test_8_5_customers_are_made_of_bookings_that_name_nobody(spec: Spec) -> None:
    """With create customers, those whom nobody knows are made under their id, else their e-mail, else their phone; contradictions still come back."""
    spec.customers("""
        customer_id  email             status
        C1           ann@shop.example  active
        C2                             deleted""")
    spec.load(
        bookings="""
        booking_id  starts_at         customer_id  email              phone          first_name
        B1          2026-03-10 10:00  C8           eve@shop.example                  Eve
        B2          2026-03-10 10:00               Eve@shop.example
        B3          2026-03-10 10:00               flo@shop.example
        B4          2026-03-10 10:00                                  +442079460018
        B5          2026-03-10 10:00  C2
        B6          2026-03-10 10:00  C9           ann@shop.example""",
        create_customers=True,
    )
    spec.then_customers("""
        customer_id       email             phone          first_name
        +442079460018                       +442079460018
        C1                ann@shop.example
        C2
        C8                eve@shop.example                 Eve
        flo@shop.example  flo@shop.example""")
    spec.then_bookings("""
        booking_id  customer_id
        B1          C8
        B2          C8
        B3          flo@shop.example
        B4          +442079460018""")
    spec.then_batch_rows("""
        source_row  code
        6           unknown-customer
        7           conflicting-customer""")


def test_8_6_words_of_other_systems_are_known_and_the_settings_add_some(spec: Spec) -> None:
    """Status words are compared without regard to case, blanks and punctuation; one that nobody knows counts as booked."""
    spec.settings("""
        [status_words]
        "Gone fishing" = "cancelled" """)
    spec.load(
        bookings="""
        booking_id  customer_id  starts_at         status
        B1          C1           2026-03-10 10:00  CANCELED
        B2          C1           2026-03-10 10:00  Checked-out
        B3          C1           2026-03-10 10:00  no_show
        B4          C1           2026-03-10 10:00  Gone fishing
        B5          C1           2026-03-10 10:00  Confirmed
        B6          C1           2026-03-10 10:00  Vague
        B7          C1           2026-03-10 10:00"""
    )
    spec.then_bookings("""
        booking_id  status
        B1          cancelled
        B2          completed
        B3          no-show
        B4          cancelled
        B5          booked
        B6          booked
        B7          booked""")


def test_8_6_an_hour_that_comes_twice_is_taken_the_first_time_and_one_that_is_skipped_is_no_time(spec: Spec) -> None:
    """A time without an offset is in the business time zone: where clocks go back the first of two hours is meant; an offset decides for itself."""
    spec.settings("""
        [business]
        timezone = "Europe/London" """)
    spec.load(
        bookings="""
        booking_id  customer_id  starts_at
        B1          C1           2026-06-10 10:00
        B2          C1           2026-10-25 01:30
        B3          C1           2026-10-25T01:30+00:00
        B4          C1           2026-03-29 01:30"""
    )
    spec.then_bookings("""
        booking_id  starts_at
        B1          2026-06-10 09:00
        B2          2026-10-25 00:30
        B3          2026-10-25 01:30""")
    spec.then_batch_rows("""
        source_row  code
        5           bad-date""")
