"""Alert messages."""

from tests.spec.book import Spec

TITLES = {
    "4.1": "What a customer's alert says",
    "4.2": "What becomes of the alerts on bookings",
    "4.3": "Future and live bookings",
    "4.4": "Bookings made later",
}


def test_4_1_the_alert_joins_the_comments_by_severity(spec: Spec) -> None:
    """The alert is the comments of the customer's flags, the most severe type first."""
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           Alert      fifth    =>  applied
        add     C1           Important  fourth   =>  applied
        add     C1           Warning    third    =>  applied
        add     C1           At Risk    second   =>  applied
        add     C1           On Hold    first    =>  applied
        add     C2           Warning    alone    =>  applied""")
    spec.then_customers("""
        customer_id  alert_message
        C1           first | second | third | fourth | fifth
        C2           alone
        C3""")


def test_4_1_the_settings_say_which_types_alert_and_how_severe_they_are(spec: Spec) -> None:
    """The settings may name other types, put them in another order of severity, and make some of them silent."""
    spec.settings("""
        [flags]
        types = [{name = "Minor"}, {name = "Quiet", alerts = false}, {name = "At Risk"}]""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           At Risk    second   =>  applied
        add     C1           Quiet      unsaid   =>  applied
        add     C1           Minor      first    =>  applied
        add     C2           Quiet      unsaid   =>  applied""")
    spec.then_customers("""
        customer_id  alert_message
        C1           first | second
        C2
        C3""")


def test_4_1_a_single_comment_is_the_alert_word_for_word(spec: Spec) -> None:
    """A single flag's comment is the alert as it stands, line breaks and all."""
    spec.apply(r"""
        action  customer_id  flag_type  comment                     =>  outcome
        add     C1           Warning    "Dog bites!\n| Ring first"  =>  applied""")
    spec.then_customers(r"""
        customer_id  alert_message
        C1           "Dog bites!\n| Ring first"
        C2
        C3""")


def test_4_1_without_flags_there_is_no_alert(spec: Spec) -> None:
    """With the last flag the alert goes."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late
        C2           At Risk    late
        C2           Warning    rude""")
    spec.apply("""
        action  customer_id  flag_type  =>  outcome
        remove  C1           At Risk    =>  applied
        remove  C2           At Risk    =>  applied""")
    spec.then_customers("""
        customer_id  alert_message
        C1
        C2           rude
        C3""")


def test_4_1_a_type_that_left_the_settings_still_alerts_after_the_others(spec: Spec) -> None:
    """A flag whose type has left the settings still alerts, after the others."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           A former   still here""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           Alert      rude     =>  applied""")
    spec.then_customers("""
        customer_id  alert_message
        C1           rude | still here
        C2
        C3""")


def test_4_2_bookings_without_an_alert_or_with_the_old_one_get_the_new_one(spec: Spec) -> None:
    """A booking whose alert is empty or is the customer's old one gets the new one; any other text is somebody's own and stays."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late""")
    spec.bookings("""
        booking_id  customer_id  starts_at         alert_message
        B1          C1           2026-03-10 10:00
        B2          C1           2026-03-10 10:00  late
        B3          C1           2026-03-10 10:00  Bring the key
        B4          C2           2026-03-10 10:00""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome  bookings_updated
        edit    C1           At Risk    rude     =>  applied  2""")
    spec.then_bookings("""
        booking_id  alert_message
        B1          rude
        B2          rude
        B3          Bring the key
        B4""")
    spec.reports("""
        updated  cleared  kept
        2        0        1""")


def test_4_2_bookings_lose_the_alert_of_a_customer_who_is_no_longer_flagged(spec: Spec) -> None:
    """With the last flag the alert goes from the bookings that carry it."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late""")
    spec.bookings("""
        booking_id  customer_id  starts_at         alert_message
        B1          C1           2026-03-10 10:00  late
        B2          C1           2026-03-10 10:00  Bring the key
        B3          C1           2026-03-10 10:00""")
    spec.apply("""
        action  customer_id  flag_type  =>  outcome  bookings_updated
        remove  C1           At Risk    =>  applied  1""")
    spec.then_bookings("""
        booking_id  alert_message
        B1
        B2          Bring the key
        B3""")
    spec.reports("""
        updated  cleared  kept
        0        1        1""")


def test_4_2_a_booking_that_says_the_new_alert_needs_nothing(spec: Spec) -> None:
    """A booking that says the new alert already is neither written nor counted."""
    spec.bookings("""
        booking_id  customer_id  starts_at         alert_message
        B1          C1           2026-03-10 10:00  late""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome  bookings_updated
        add     C1           At Risk    late     =>  applied  0""")
    spec.reports("""
        updated  cleared  kept
        0        0        0""")


def test_4_2_blanks_at_the_ends_do_not_count(spec: Spec) -> None:
    """Alerts on bookings are compared without the blanks at their ends, and one of blanks alone is empty."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late""")
    spec.bookings(r"""
        booking_id  customer_id  starts_at         alert_message
        B1          C1           2026-03-10 10:00  " late\n"
        B2          C1           2026-03-10 10:00  "   "
        B3          C1           2026-03-10 10:00  " rude " """)
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome  bookings_updated
        edit    C1           At Risk    rude     =>  applied  2""")
    spec.then_bookings("""
        booking_id  alert_message
        B1          rude
        B2          rude
        B3          " rude " """)


def test_4_2_the_alert_is_compared_over_the_whole_batch(spec: Spec) -> None:
    """What counts is the alert before the batch and after it: what was undone within it touches no booking, two steps count as one."""
    spec.bookings("""
        booking_id  customer_id  starts_at         alert_message
        B1          C1           2026-03-10 10:00  passing
        B2          C1           2026-03-10 10:00
        B3          C2           2026-03-10 10:00""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome  bookings_updated
        add     C1           At Risk    passing  =>  applied  0
        remove  C1           At Risk             =>  applied  0
        add     C2           At Risk    one      =>  applied  0
        edit    C2           At Risk    two      =>  applied  1""")
    spec.then_bookings("""
        booking_id  alert_message
        B1          passing
        B2
        B3          two""")
    spec.reports("""
        updated  cleared  kept
        1        0        0""")


def test_4_2_a_change_that_leaves_the_alert_alone_touches_no_booking(spec: Spec) -> None:
    """Where a batch changes a flag and not the alert, no booking is touched, not even an empty one."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late""")
    spec.bookings("""
        booking_id  customer_id  starts_at
        B1          C1           2026-03-10 10:00""")
    spec.apply("""
        action  customer_id  flag_type  expires_on  =>  outcome  bookings_updated
        edit    C1           At Risk    2026-06-01  =>  applied  0""")
    spec.then_bookings("""
        booking_id  alert_message
        B1""")


def test_4_2_every_change_of_an_alert_is_in_the_history(spec: Spec) -> None:
    """The history says which alert changed, of the customer and on each booking, and which row did it."""
    spec.bookings("""
        booking_id  customer_id  starts_at
        B1          C1           2026-03-10 10:00""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           At Risk    late     =>  applied""")
    spec.then_history("""
        event_id  entity     item           action   source_row
        1         flags      At Risk        flagged  2
        2         customers  alert_message  alert    2
        3         bookings   B1             alert    2""")


def test_4_3_only_bookings_from_now_on_are_told(spec: Spec) -> None:
    """A booking is future if it starts at the as-of or later; earlier ones never change."""
    spec.bookings("""
        booking_id  customer_id  starts_at
        B1          C1           2026-03-02 08:59:59
        B2          C1           2026-03-02 09:00:00
        B3          C1           2027-01-01 00:00:00""")
    spec.apply(
        """
        action  customer_id  flag_type  comment  =>  outcome  bookings_updated
        add     C1           At Risk    late     =>  applied  2""",
        as_of="2026-03-02T09:00Z",
    )
    spec.then_bookings("""
        booking_id  alert_message
        B1
        B2          late
        B3          late""")


def test_4_3_only_booked_bookings_are_told(spec: Spec) -> None:
    """A booking is live while it is booked; completed, cancelled and missed ones never change, and do not count as kept."""
    spec.bookings("""
        booking_id  customer_id  starts_at         status     alert_message
        B1          C1           2026-03-10 10:00  booked
        B2          C1           2026-03-10 10:00  cancelled
        B3          C1           2026-03-10 10:00  completed
        B4          C1           2026-03-10 10:00  no-show    own note""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome  bookings_updated
        add     C1           At Risk    late     =>  applied  1""")
    spec.then_bookings("""
        booking_id  alert_message
        B1          late
        B2
        B3
        B4          own note""")
    spec.reports("""
        updated  cleared  kept
        1        0        0""")


def test_4_4_a_new_booking_gets_the_alert_of_its_customer(spec: Spec) -> None:
    """A booking that is new to the book, future, live and without an alert gets its customer's."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late""")
    spec.load(
        bookings="""
        booking_id  customer_id  starts_at         alert_message
        B1          C1           2026-03-10 10:00
        B2          C2           2026-03-10 10:00"""
    )
    spec.then_bookings("""
        booking_id  alert_message
        B1          late
        B2""")
    spec.then_batches("""
        kind  bookings_updated
        load  1""")


def test_4_4_other_bookings_of_an_export_keep_what_they_say(spec: Spec) -> None:
    """A new booking with an alert of its own, in the past or not live, gets nothing, and neither does one that the book knew."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late""")
    spec.bookings("""
        booking_id  customer_id  starts_at
        B4          C1           2026-03-10 10:00""")
    spec.load(
        bookings="""
        booking_id  customer_id  starts_at         status     alert_message
        B1          C1           2026-03-10 10:00  booked     own note
        B2          C1           2026-02-10 10:00  booked
        B3          C1           2026-03-10 10:00  cancelled
        B4          C1           2026-03-10 10:00  booked"""
    )
    spec.then_bookings("""
        booking_id  alert_message
        B1          own note
        B2
        B3
        B4""")
