"""Alert messages."""

from tests.spec.book import Spec

TITLES = {
    "4.1": "What a customer's alert says",
    "4.2": "What becomes of the alerts on bookings",
    "4.3": "Future and live bookings",
    "4.4": "Bookings made later",
    "4.5": "Loading again",
    "4.6": "A customer's alert at the source",
    "4.7": "The order within a load",
    "4.8": "Bookings that move",
    "4.9": "Settings that change what an alert says",
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


def test_4_5_a_nightly_reload_does_not_undo_flags(spec: Spec) -> None:
    """The source says of a booking's alert what it said last time, here nothing: what the book wrote there stays."""
    spec.bookings("""
        booking_id  customer_id  starts_at
        B1          C1           2026-03-10 10:00""")
    export = """
        booking_id  customer_id  starts_at         alert_message
        B1          C1           2026-03-10 10:00"""
    spec.load(bookings=export)
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           At Risk    late     =>  applied""")
    spec.load(bookings=export)
    spec.then_bookings("""
        booking_id  alert_message
        B1          late""")
    spec.loads("""
        table     read  new  changed  unchanged  rejected
        bookings  1     0    0        1          0""")


def test_4_5_a_new_word_of_the_source_wins(spec: Spec) -> None:
    """The source says something else than last time: its word counts, also where it takes its text back, and the history has it."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late""")
    spec.bookings("""
        booking_id  customer_id  starts_at         alert_message  source_alert
        B1          C1           2026-03-10 10:00  late
        B2          C1           2026-03-10 10:00  ring twice     ring twice
        B3          C1           2026-03-10 10:00  late           ring twice""")
    spec.load(
        bookings="""
        booking_id  customer_id  starts_at         alert_message
        B1          C1           2026-03-10 10:00  bring the key
        B2          C1           2026-03-10 10:00
        B3          C1           2026-03-10 10:00  ring twice"""
    )
    spec.then_bookings("""
        booking_id  alert_message  source_alert
        B1          bring the key  bring the key
        B2
        B3          late           ring twice""")
    spec.then_history("""
        entity    item  action  source_row  changed_by
        bookings  B1    alert   2           source
        bookings  B2    alert   3           source""")


def test_4_5_an_absent_column_says_nothing(spec: Spec) -> None:
    """An export without a column leaves its values, and what was remembered of them, as they are."""
    spec.bookings("""
        booking_id  customer_id  starts_at         alert_message  source_alert  service
        B1          C1           2026-03-10 10:00  ring twice     ring twice    Kayak""")
    spec.load(
        bookings="""
        booking_id  customer_id  starts_at
        B1          C1           2026-03-10 11:00"""
    )
    spec.then_bookings("""
        booking_id  starts_at         alert_message  source_alert  service
        B1          2026-03-10 11:00  ring twice     ring twice    Kayak""")


def test_4_5_a_reload_revives_nobody(spec: Spec) -> None:
    """A customer whom the book has archived or blocked stays so, as long as the source says what it said before."""
    export = """
        customer_id  status
        C1           active
        C2           active"""
    spec.load(export)
    spec.apply_workbook("""
        [Status]
        action   customer_id  reason      =>  outcome
        archive  C1           moved away  =>  applied
        block    C2           no payment  =>  applied""")
    spec.load(export)
    spec.then_customers("""
        customer_id  status    blocked
        C1           archived  false
        C2           active    true
        C3           active    false""")
    spec.load("""
        customer_id  status
        C1           deleted
        C2           archived""")
    spec.then_customers("""
        customer_id  status    blocked
        C1           deleted   false
        C2           archived  true
        C3           active    false""")


def test_4_6_a_text_of_the_source_sets_the_flag(spec: Spec) -> None:
    """A customer's alert at the source sets the flag Alert, on first sight and when the text changes, whole and of any length."""
    spec.settings("""
        [flags]
        comment_limit = 5""")
    spec.flags("""
        customer_id  flag_type  comment
        C2           At Risk    late""")
    spec.load("""
        customer_id  alert_message
        C1           ring | twice
        C2           ring twice""")
    spec.then_flags("""
        customer_id  flag_type  comment       flagged_by
        C1           Alert      ring | twice  Front desk
        C2           Alert      ring twice    Front desk
        C2           At Risk    late          Front desk""")
    spec.then_customers("""
        customer_id  alert_message
        C1           ring | twice
        C2           late | ring twice
        C3""")
    spec.load("""
        customer_id  alert_message
        C1           ring once
        C2           ring twice""")
    spec.then_customers("""
        customer_id  alert_message
        C1           ring once
        C2           late | ring twice
        C3""")


def test_4_6_the_present_alert_is_only_remembered(spec: Spec) -> None:
    """A text that is the customer's alert already, as when the source was told by hand, sets no flag."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late
        C1           Alert      rude""")
    spec.load("""
        customer_id  alert_message
        C1           late | rude""")
    spec.then_flags("""
        customer_id  flag_type  comment
        C1           Alert      rude
        C1           At Risk    late""")
    spec.loads("""
        table      read  new  changed  unchanged  rejected
        customers  1     0    0        1          0""")


def test_4_6_a_text_that_the_flag_has_already_changes_nothing(spec: Spec) -> None:
    """Where the flag Alert says the text already, beside another flag, the source's word is remembered and nothing is told."""
    spec.flags("""
        customer_id  flag_type  comment
        C2           Alert      ring first
        C2           Warning    two dogs""")
    spec.load("""
        customer_id  alert_message
        C2           ring first""")
    spec.then_history("""
        event_id  batch_id""")
    spec.load("""
        customer_id  alert_message
        C2""")
    spec.then_flags("""
        customer_id  flag_type  comment
        C2           Warning    two dogs""")


def test_4_6_a_text_that_disappears_ends_its_flag(spec: Spec) -> None:
    """When the source's text disappears the flag goes, unless somebody has given it another comment since."""
    export = """
        customer_id  alert_message
        C1           ring twice
        C2           ring twice"""
    spec.load(export)
    spec.apply("""
        action  customer_id  flag_type  comment    =>  outcome
        edit    C2           Alert      ring once  =>  applied""")
    spec.load("""
        customer_id  alert_message
        C1
        C2""")
    spec.then_flags("""
        customer_id  flag_type  comment
        C2           Alert      ring once""")


def test_4_7_bookings_get_the_alert_that_comes_with_their_customers(spec: Spec) -> None:
    """Customers come first, then bookings with the source's word, then the flags that the source sets, then bookings are told."""
    spec.bookings("""
        booking_id  customer_id  starts_at
        B1          C1           2026-03-10 10:00
        B2          C1           2026-03-11 10:00""")
    spec.load(
        """
        customer_id  alert_message
        C1           ring twice
        C8           gate code""",
        """
        booking_id  customer_id  starts_at         alert_message
        B1          C1           2026-03-10 10:00  bring the key
        B3          C1           2026-03-12 10:00
        B4          C8           2026-03-12 10:00""",
    )
    spec.then_bookings("""
        booking_id  alert_message
        B1          bring the key
        B2          ring twice
        B3          ring twice
        B4          gate code""")
    spec.loads("""
        table     read  new  changed  unchanged  rejected  updated  cleared  kept
        bookings  3     2    1        0          0         3        0        1""")


def test_4_8_a_booking_that_changes_customer_is_judged_again(spec: Spec) -> None:
    """What the book wrote gives way to the alert of the new customer, or to nothing; any other text is kept, and reported."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late
        C2           At Risk    rude""")
    spec.bookings("""
        booking_id  customer_id  starts_at         alert_message  book_alert
        B1          C1           2026-03-10 10:00  late           late
        B2          C1           2026-03-10 10:00  late           late
        B3          C3           2026-03-10 10:00
        B4          C1           2026-03-10 10:00  own note""")
    spec.load(
        bookings="""
        booking_id  customer_id  starts_at
        B1          C2           2026-03-10 10:00
        B2          C3           2026-03-10 10:00
        B3          C2           2026-03-10 10:00
        B4          C2           2026-03-10 10:00"""
    )
    spec.then_bookings("""
        booking_id  customer_id  alert_message
        B1          C2           rude
        B2          C3
        B3          C2           rude
        B4          C2           own note""")
    spec.loads("""
        table     read  new  changed  unchanged  rejected  updated  cleared  kept
        bookings  4     0    4        0          0         2        1        1""")


def test_4_8_a_booking_that_becomes_future_and_live_is_judged_again(spec: Spec) -> None:
    """A booking moved into the future, or booked again, gets its customer's alert; one that stays in the past does not."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late""")
    spec.bookings("""
        booking_id  customer_id  starts_at         status
        B1          C1           2026-02-10 10:00  booked
        B2          C1           2026-03-10 10:00  cancelled
        B3          C1           2026-02-10 10:00  cancelled
        B4          C1           2026-03-10 10:00  booked""")
    spec.load(
        bookings="""
        booking_id  customer_id  starts_at         status
        B1          C1           2026-03-10 10:00  booked
        B2          C1           2026-03-10 10:00  Confirmed
        B3          C1           2026-02-11 10:00  booked
        B4          C1           2026-03-11 10:00  booked"""
    )
    spec.then_bookings("""
        booking_id  alert_message
        B1          late
        B2          late
        B3
        B4""")


def test_4_9_the_night_composes_alerts_anew_where_settings_changed(spec: Spec) -> None:
    """Where types were put in another order, fell silent or began to alert, the next night brings alerts up to date, in a batch of its own."""
    spec.settings("""
        [flags]
        types = [{name = "Warning"}, {name = "Alert"}, {name = "At Risk", alerts = false}, {name = "Important"}]""")
    spec.customers("""
        customer_id  alert_message
        C1           first | second
        C2           late
        C3           kept
        C4""")
    spec.flags("""
        customer_id  flag_type  comment
        C1           Alert      first
        C1           Warning    second
        C2           At Risk    late
        C3           Alert      kept
        C4           Important  new""")
    spec.bookings("""
        booking_id  customer_id  starts_at         alert_message
        B1          C1           2026-03-05 10:00  first | second
        B2          C1           2026-03-05 10:00  our own note
        B3          C2           2026-03-05 10:00  late
        B4          C2           2026-03-01 10:00  late
        B5          C3           2026-03-05 10:00  kept
        B6          C4           2026-03-05 10:00""")
    spec.night(as_of="2026-03-02T02:00Z")
    spec.then_customers("""
        customer_id  alert_message
        C1           second | first
        C2
        C3           kept
        C4           new""")
    spec.then_bookings("""
        booking_id  alert_message
        B1          second | first
        B2          our own note
        B3
        B4          late
        B5          kept
        B6          new""")
    spec.then_batches("""
        batch_id  kind     rows_read  applied  bookings_updated  bookings_cleared  bookings_kept
        2         compose  3          3        2                 1                 1""")


def test_4_9_once_composed_there_is_nothing_left_to_do(spec: Spec) -> None:
    """What expires in the same night is gone before alerts are composed; the night after makes no batch."""
    spec.settings("""
        [flags]
        types = [{name = "Alert"}, {name = "Warning", alerts = false}]""")
    spec.customers("""
        customer_id  alert_message
        C1           owes | rude""")
    spec.flags("""
        customer_id  flag_type  comment  expires_on
        C1           Alert      owes     2026-03-01
        C1           Warning    rude""")
    spec.night(as_of="2026-03-02T02:00Z")
    spec.night(as_of="2026-03-03T02:00Z")
    spec.then_batches("""
        batch_id  kind
        2         expiry""")
    spec.then_customers("""
        customer_id  alert_message
        C1""")
