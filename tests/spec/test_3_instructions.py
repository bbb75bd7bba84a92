"""Instructions on flags."""

from tests.spec.book import Spec

TITLES = {
    "3.1": "Rows act in order",
    "3.2": "Actions",
    "3.3": "The outcome follows from the end state",
    "3.4": "Blank cells and [clear]",
    "3.5": "Comments",
    "3.6": "Removing every flag",
    "3.7": "The last day of a flag",
    "3.8": "Versions from a template",
    "3.9": "Who, when and why",
    "3.10": "Customer accounts",
    "3.11": "Row faults",
    "3.12": "Every row has one outcome",
}


def test_3_1_each_row_acts_on_what_the_rows_above_left(spec: Spec) -> None:
    """Repeated and contradictory rows have one meaning: each acts on what the rows above it left."""
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome    code
        add     C1           At Risk    late     =>  applied
        add     C1           At Risk    late     =>  unchanged
        add     C1           At Risk    rude     =>  rejected   already-flagged
        edit    C1           At Risk    rude     =>  applied
        remove  C1           At Risk             =>  applied
        edit    C1           At Risk    late     =>  rejected   no-such-flag
        add     C1           At Risk    again    =>  applied""")
    spec.then_flags("""
        customer_id  flag_type  comment
        C1           At Risk    again""")


def test_3_1_files_act_in_the_order_given(spec: Spec) -> None:
    """A second file acts on what the first one left."""
    spec.apply(
        """
        action  customer_id  flag_type  comment  =>  outcome  code
        add     C1           At Risk    first    =>  applied""",
        """
        action  customer_id  flag_type  comment  =>  outcome   code
        add     C1           At Risk    second   =>  rejected  already-flagged""",
    )


def test_3_1_sheets_act_in_the_order_of_the_workbook(spec: Spec) -> None:
    """Sheets act in the order of the workbook, rows from top to bottom."""
    spec.apply_workbook("""
        [Zebra]
        action  customer_id  flag_type  comment  =>  sheet  row  outcome
        add     C1           At Risk    first    =>  Zebra  2    applied
        remove  C1           At Risk             =>  Zebra  3    applied

        [Ant]
        action  customer_id  flag_type  comment  =>  sheet  row  outcome
        add     C1           At Risk    second   =>  Ant    2    applied""")


def test_3_2_add_wants_no_flag_and_edit_wants_one(spec: Spec) -> None:
    """Add makes a flag that is not there, edit changes one that is."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome   code
        edit    C1           At Risk    rude     =>  applied
        add     C2           At Risk    late     =>  applied
        edit    C3           At Risk    late     =>  rejected  no-such-flag""")
    spec.then_flag_history("""
        customer_id  flag_type  action   comment_before  comment_after
        C1           At Risk    edited   late            rude
        C2           At Risk    flagged                  late""")


def test_3_2_set_adds_or_edits_and_remove_ends(spec: Spec) -> None:
    """Set adds or edits, whichever fits; remove ends a flag."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late
        C3           At Risk    late""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome  message
        set     C1           At Risk    rude     =>  applied  edited
        set     C2           At Risk    late     =>  applied  added
        remove  C3           At Risk             =>  applied  removed""")
    spec.then_flags("""
        customer_id  flag_type  comment
        C1           At Risk    rude
        C2           At Risk    late""")


def test_3_2_an_ignored_row_is_left_alone_and_not_judged(spec: Spec) -> None:
    """A row to be ignored is not judged, however faulty it is."""
    spec.apply("""
        action  customer_id  flag_type  comment  expires_on  version  =>  outcome  code
        ignore  X99          Nonsense   late     someday     x        =>  ignored
        skip                                                          =>  ignored""")
    spec.then_history("action")


def test_3_2_words_of_other_tools_are_understood(spec: Spec) -> None:
    """The words that other tools use for the same actions are understood."""
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome  message
        new     C1           At Risk    a        =>  applied  flag added
        create  C1           Warning    a        =>  applied  flag added
        insert  C1           Alert      a        =>  applied  flag added
        update  C1           At Risk    b        =>  applied  flag edited
        change  C1           Warning    b        =>  applied  flag edited
        merge   C1           Alert      b        =>  applied  flag edited
        upsert  C1           Important  b        =>  applied  flag added
        delete  C1           At Risk             =>  applied  flag removed
        unflag  C1           Warning             =>  applied  flag removed
        clear   C1           Alert               =>  applied  flag removed
        skip    C1           Important           =>  ignored  left alone""")


def test_3_2_case_and_blanks_around_words_do_not_count(spec: Spec) -> None:
    """Actions, flag types and ALL match whatever their case and the blanks around them; the book keeps its own spelling."""
    spec.apply(r"""
        action      customer_id  flag_type        comment  =>  outcome
        "  ADD "    C1           "at RISK\u00a0"  late     =>  applied
        New         C2           ON HOLD          late     =>  applied
        "Remove\t"  C2           " all "                   =>  applied""")
    spec.then_flags("""
        customer_id  flag_type  comment
        C1           At Risk    late""")


def test_3_3_asking_for_what_already_is_changes_nothing(spec: Spec) -> None:
    """A row that asks for what already is changes nothing, and nothing is written."""
    spec.flags("""
        customer_id  flag_type  comment  expires_on  version
        C1           At Risk    late     2026-05-01  7""")
    spec.apply("""
        action  customer_id  flag_type  comment  expires_on  =>  outcome    code
        add     C1           At Risk    late     2026-05-01  =>  unchanged
        set     C1           At Risk    late     2026-05-01  =>  unchanged
        edit    C1           At Risk    late     2026-05-01  =>  unchanged
        edit    C1           At Risk                         =>  unchanged
        set     C1           At Risk                         =>  unchanged
        remove  C1           Warning                         =>  unchanged""")
    spec.then_history("event_id")
    spec.then_flags("""
        comment  expires_on  updated_by  version
        late     2026-05-01              7""")


def test_3_3_comments_are_compared_trimmed_and_with_plain_line_breaks(spec: Spec) -> None:
    """Blanks around a comment and the kind of its line breaks make no difference; case does."""
    spec.flags(r"""
        customer_id  flag_type  comment
        C1           At Risk    "pays late\nask first"
        C2           At Risk    pays late""")
    spec.apply(r"""
        action  customer_id  flag_type  comment                        =>  outcome    code
        add     C1           At Risk    "  pays late\r\nask first \n"  =>  unchanged
        edit    C1           At Risk    "pays late\rask first"         =>  unchanged
        add     C2           At Risk    Pays late                      =>  rejected   already-flagged
        edit    C2           At Risk    Pays late                      =>  applied""")


def test_3_3_a_blank_cell_equals_anything(spec: Spec) -> None:
    """A blank cell agrees with any stored value; a last day that differs does not."""
    spec.flags("""
        customer_id  flag_type  comment  expires_on
        C1           At Risk    late     2026-05-01""")
    spec.apply("""
        action  customer_id  flag_type  comment  expires_on  =>  outcome    code
        add     C1           At Risk    late                 =>  unchanged
        set     C1           At Risk             2026-05-01  =>  unchanged
        add     C1           At Risk    late     2026-05-02  =>  rejected   already-flagged""")


def test_3_3_a_cell_equal_to_the_stored_value_is_never_a_fault(spec: Spec) -> None:
    """A long comment or a day gone by is no fault where it stands in the book already."""
    spec.settings("""
        flags.comment_limit = 10""")
    spec.flags("""
        customer_id  flag_type  comment                 expires_on
        C1           At Risk    longer than ten         2026-02-01
        C2           At Risk    longer than ten""")
    spec.apply("""
        action  customer_id  flag_type  comment          expires_on  =>  outcome    code
        add     C1           At Risk    longer than ten  2026-02-01  =>  unchanged
        edit    C1           At Risk    short            2026-02-01  =>  applied
        edit    C1           At Risk    longer than ten              =>  rejected   comment-too-long
        edit    C2           At Risk    longer than ten  2026-04-01  =>  applied
        remove  C2           At Risk    longer than ten              =>  applied""")


def test_3_3_a_contradiction_is_rejected(spec: Spec) -> None:
    """What contradicts the end state comes back: adding what differs, editing or setting what is not there."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome   code
        add     C1           At Risk    rude     =>  rejected  already-flagged
        edit    C2           At Risk    rude     =>  rejected  no-such-flag
        edit    C2           At Risk             =>  rejected  no-such-flag
        set     C2           At Risk             =>  rejected  missing-comment""")
    spec.then_history("event_id")


def test_3_4_a_blank_cell_leaves_the_stored_value_alone(spec: Spec) -> None:
    """A blank cell leaves the stored value alone."""
    spec.flags("""
        customer_id  flag_type  comment  expires_on
        C1           At Risk    late     2026-05-01
        C2           At Risk    late     2026-05-01""")
    spec.apply("""
        action  customer_id  flag_type  comment  expires_on  =>  outcome
        edit    C1           At Risk    rude                 =>  applied
        set     C2           At Risk             2026-06-01  =>  applied""")
    spec.then_flags("""
        customer_id  comment  expires_on
        C1           rude     2026-05-01
        C2           late     2026-06-01""")


def test_3_4_an_absent_column_leaves_the_stored_value_alone(spec: Spec) -> None:
    """A column that is not there leaves the stored value alone."""
    spec.flags("""
        customer_id  flag_type  comment  expires_on
        C1           At Risk    late     2026-05-01""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        edit    C1           At Risk    rude     =>  applied""")
    spec.then_flags("""
        customer_id  comment  expires_on
        C1           rude     2026-05-01""")


def test_3_4_clear_empties_the_last_day(spec: Spec) -> None:
    """[clear] takes the last day away; where there is none it changes nothing."""
    spec.flags("""
        customer_id  flag_type  comment  expires_on
        C1           At Risk    late     2026-05-01
        C2           At Risk    late""")
    spec.apply("""
        action  customer_id  flag_type  comment  expires_on  =>  outcome
        edit    C1           At Risk             [clear]     =>  applied
        edit    C2           At Risk             [clear]     =>  unchanged
        add     C3           At Risk    late     [clear]     =>  applied""")
    spec.then_flags("""
        customer_id  comment  expires_on
        C1           late
        C2           late
        C3           late""")


def test_3_4_nothing_else_can_be_cleared(spec: Spec) -> None:
    """In any other column [clear] is a fault, never a value."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late""")
    spec.apply("""
        action  customer_id  flag_type  comment  reason   flagged_by  =>  outcome   code
        edit    C1           At Risk    [clear]                       =>  rejected  not-clearable
        edit    C1           At Risk    rude     [clear]              =>  rejected  not-clearable
        edit    C1           At Risk    rude              [clear]     =>  rejected  not-clearable""")


def test_3_5_a_new_flag_needs_a_comment(spec: Spec) -> None:
    """An add without a comment comes back, even where the flag exists."""
    spec.flags("""
        customer_id  flag_type  comment
        C2           At Risk    late""")
    spec.apply(r"""
        action  customer_id  flag_type  comment  =>  outcome   code
        add     C1           At Risk             =>  rejected  missing-comment
        add     C1           At Risk    " \n"    =>  rejected  missing-comment
        add     C2           At Risk             =>  rejected  missing-comment""")


def test_3_5_a_comment_past_the_limit_is_rejected_and_never_cut(spec: Spec) -> None:
    """A comment may be as long as the settings say, here ten characters; a longer one comes back and is not cut."""
    spec.settings("""
        [flags]
        comment_limit = 10""")
    spec.apply(r"""
        action  customer_id  flag_type  comment                     =>  outcome   code              message
        add     C1           At Risk    ten signs!                  =>  applied
        add     C2           At Risk    "  ten signs! "             =>  applied
        add     C2           Warning    "ten sign\u00e9\u00e9"      =>  applied
        add     C3           At Risk    eleven sign                 =>  rejected  comment-too-long  10 characters""")
    spec.then_flags("""
        customer_id  flag_type  comment
        C1           At Risk    ten signs!
        C2           At Risk    ten signs!
        C2           Warning    ten signéé""")


def test_3_5_the_limit_is_500_characters(spec: Spec) -> None:
    """Without a setting the limit is 500 characters."""
    spec.apply(f"""
        action  customer_id  flag_type  comment{" " * 494}  =>  outcome   code
        add     C1           At Risk    {"x" * 500}   =>  applied
        add     C2           At Risk    {"x" * 501}  =>  rejected  comment-too-long""")


def test_3_5_line_breaks_inside_a_comment_are_kept(spec: Spec) -> None:
    """Line breaks inside a comment are kept, blanks around it are not."""
    spec.apply(r"""
        action  customer_id  flag_type  comment                 =>  outcome
        add     C1           At Risk    " one\r\n\r\n two\n  "  =>  applied""")
    spec.then_flags(r"""
        customer_id  comment
        C1           "one\n\n two" """)


def test_3_6_remove_all_ends_every_flag_of_the_customer(spec: Spec) -> None:
    """Remove with ALL ends every flag of the customer, of retired types too; it is applied if it ended any."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late
        C1           Old type   gone from the settings
        C2           Warning    rude""")
    spec.apply("""
        action  customer_id  flag_type  =>  outcome    message
        remove  C1           ALL        =>  applied    2 flags removed
        remove  C3           all        =>  unchanged""")
    spec.then_flags("""
        customer_id  flag_type
        C2           Warning""")


def test_3_6_all_means_the_flags_as_of_that_row(spec: Spec) -> None:
    """ALL reaches the flags that rows above it made, not those that rows below it make."""
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           At Risk    above    =>  applied
        remove  C1           ALL                 =>  applied
        remove  C1           ALL                 =>  unchanged
        add     C1           Warning    below    =>  applied""")
    spec.then_flags("""
        flag_type  comment
        Warning    below""")


def test_3_6_all_goes_with_remove_only(spec: Spec) -> None:
    """With any other action ALL is not a flag type."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome   code
        add     C1           ALL        rude     =>  rejected  unknown-flag-type
        edit    C1           ALL        rude     =>  rejected  unknown-flag-type
        set     C1           ALL        rude     =>  rejected  unknown-flag-type""")


def test_3_7_a_day_before_today_is_already_over(spec: Spec) -> None:
    """A flag is active through its last day, so today may be its last; a day before today comes back, except beside remove."""
    spec.flags("""
        customer_id  flag_type  comment
        C2           At Risk    late
        C2           Warning    late
        C3           At Risk    late""")
    spec.apply("""
        action  customer_id  flag_type  comment  expires_on  =>  outcome   code
        add     C1           At Risk    late     2026-03-02  =>  applied
        add     C1           Warning    late     2026-03-01  =>  rejected  already-expired
        edit    C2           At Risk    late     2026-03-01  =>  rejected  already-expired
        set     C2           Warning    late     2026-03-01  =>  rejected  already-expired
        remove  C3           At Risk             2026-03-01  =>  applied""")


def test_3_7_today_is_the_day_in_the_business_zone(spec: Spec) -> None:
    """Which day it is depends on the business time zone, not on where the program runs."""
    spec.settings("""
        [business]
        timezone = "America/New_York" """)
    spec.apply(
        """
        action  customer_id  flag_type  comment  expires_on  =>  outcome   code
        add     C1           At Risk    late     2026-03-01  =>  applied
        add     C2           At Risk    late     2026-02-28  =>  rejected  already-expired""",
        as_of="2026-03-02T03:00Z",
    )


def test_3_7_until_the_expiry_batch_an_old_flag_is_active(spec: Spec) -> None:
    """A flag whose last day is over stays active for every rule until the expiry batch ends it."""
    spec.flags("""
        customer_id  flag_type  comment  expires_on
        C1           At Risk    late     2026-02-01
        C2           At Risk    late     2026-02-01""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome    code
        add     C1           At Risk    rude     =>  rejected   already-flagged
        edit    C1           At Risk    rude     =>  applied
        remove  C2           At Risk             =>  applied
        remove  C3           At Risk             =>  unchanged""")


def test_3_7_the_night_after_the_last_day_ends_the_flag(spec: Spec) -> None:
    """The nightly run ends flags whose last day is over, in a batch of its own, and their alerts go as with any other batch (4.1, 4.2)."""
    spec.flags("""
        customer_id  flag_type  comment  expires_on
        C1           At Risk    late     2026-03-01
        C1           Alert      rude
        C2           Warning    owes     2026-03-01
        C3           Warning    owes     2026-03-02""")
    spec.bookings("""
        booking_id  customer_id  starts_at         alert_message
        B1          C1           2026-03-05 10:00  late | rude
        B2          C1           2026-03-05 11:00  our own note
        B3          C1           2026-03-01 11:00  late | rude
        B4          C2           2026-03-05 10:00  owes
        B5          C3           2026-03-05 10:00  owes""")
    spec.night(as_of="2026-03-02T02:00Z")
    spec.then_flags("""
        customer_id  flag_type  comment
        C1           Alert      rude
        C3           Warning    owes""")
    spec.then_history("""
        event_id  entity     customer_id  item           action   changed_by
        5         flags      C1           At Risk        expired  nightly
        6         flags      C2           Warning        expired  nightly
        7         customers  C1           alert_message  alert    nightly
        8         customers  C2           alert_message  alert    nightly
        9         bookings   C1           B1             alert    nightly
        10        bookings   C2           B4             alert    nightly""")
    spec.then_bookings("""
        booking_id  alert_message
        B1          rude
        B2          our own note
        B3          late | rude
        B4
        B5          owes""")
    spec.then_batches("""
        batch_id  kind    status   submitted_by  rows_read  applied  bookings_updated  bookings_cleared  bookings_kept
        2         expiry  applied  nightly       2          2        1                 1                 1""")


def test_3_7_the_night_goes_by_the_day_in_the_business_zone(spec: Spec) -> None:
    """In New York it is still the flag's last day; a night in which nothing ends makes no batch."""
    spec.settings("""
        [business]
        timezone = "America/New_York" """)
    spec.flags("""
        customer_id  flag_type  comment  expires_on
        C1           At Risk    late     2026-03-01""")
    spec.night(as_of="2026-03-02T04:30Z")
    spec.then_batches("batch_id  kind")
    spec.night(as_of="2026-03-02T05:30Z")
    spec.then_batches("""
        batch_id  kind
        2         expiry""")
    spec.then_flags("customer_id  flag_type")


def test_3_7_an_expiry_can_be_undone(spec: Spec) -> None:
    """An undo puts back what an expiry ended, and the alerts with it; the next night ends it again."""
    spec.flags("""
        customer_id  flag_type  comment  expires_on
        C1           At Risk    late     2026-03-01""")
    spec.bookings("""
        booking_id  customer_id  starts_at         alert_message
        B1          C1           2026-03-05 10:00  late""")
    spec.night(as_of="2026-03-02T02:00Z")
    spec.undo(2)
    spec.then_flags("""
        customer_id  flag_type  comment  expires_on
        C1           At Risk    late     2026-03-01""")
    spec.then_bookings("""
        booking_id  alert_message
        B1          late""")
    spec.night(as_of="2026-03-03T02:00Z")
    spec.then_batches("""
        batch_id  kind    undoes
        2         expiry
        3         undo    2
        4         expiry""")
    spec.then_customers("""
        customer_id  alert_message
        C1
        C2
        C3""")


def test_3_8_a_row_with_the_version_of_the_flag_is_applied(spec: Spec) -> None:
    """A row with the version that the flag had before the batch is applied, and so is a second one in the same batch."""
    spec.flags("""
        customer_id  flag_type  comment  version
        C1           At Risk    late     7
        C2           At Risk    late     8""")
    spec.apply("""
        action  customer_id  flag_type  comment  version  =>  outcome
        edit    C1           At Risk    rude     7        =>  applied
        edit    C1           At Risk    worse    7        =>  applied
        remove  C2           At Risk             8        =>  applied""")
    spec.then_flags("""
        customer_id  comment  version
        C1           worse    10""")


def test_3_8_a_row_with_an_older_version_is_rejected(spec: Spec) -> None:
    """A row with another version comes back if it would change something, and says who changed the flag and when."""
    spec.flags("""
        customer_id  flag_type  comment  version  flagged_by  updated_by  updated_at
        C1           At Risk    late     7        Ann         Bob         2026-02-14 10:00""")
    spec.apply("""
        action  customer_id  flag_type  comment  version  =>  outcome    code                  message
        edit    C1           At Risk    rude     6        =>  rejected   changed-since-export  Bob
        remove  C1           At Risk             6        =>  rejected   changed-since-export  2026-02-14
        edit    C1           At Risk    late     6        =>  unchanged""")


def test_3_8_a_flag_that_is_gone_has_changed_since_the_export(spec: Spec) -> None:
    """Where the flag was gone before the batch a filled version comes back; removing it again changes nothing."""
    spec.apply("""
        action  customer_id  flag_type  comment  version  =>  outcome    code
        edit    C1           At Risk    rude     6        =>  rejected   changed-since-export
        set     C1           At Risk    rude     6        =>  rejected   changed-since-export
        remove  C1           At Risk             6        =>  unchanged""")


def test_3_8_a_version_is_a_whole_number_and_not_beside_all(spec: Spec) -> None:
    """What is not a whole number is no version, and ALL takes none."""
    spec.flags("""
        customer_id  flag_type  comment  version
        C1           At Risk    late     7""")
    spec.apply("""
        action  customer_id  flag_type  comment  version  =>  outcome   code
        edit    C1           At Risk    rude     seven    =>  rejected  bad-version
        edit    C1           At Risk    rude     7.5      =>  rejected  bad-version
        edit    C1           At Risk    rude     -7       =>  rejected  bad-version
        remove  C1           ALL                 7        =>  rejected  bad-version""")


def test_3_9_who_flags_is_said_in_the_row_or_by_the_batch(spec: Spec) -> None:
    """Who flags is said in the row, else by the batch; when is the batch's as-of."""
    spec.apply(
        """
        action  customer_id  flag_type  comment  flagged_by  =>  outcome
        add     C1           At Risk    late     Ann         =>  applied
        add     C2           At Risk    late                 =>  applied""",
        by="Manager",
        as_of="2026-03-05T10:30Z",
    )
    spec.then_flags("""
        customer_id  flagged_by  flagged_at        updated_by  updated_at
        C1           Ann         2026-03-05 10:30
        C2           Manager     2026-03-05 10:30""")


def test_3_9_an_edit_says_who_changed_and_leaves_who_flagged(spec: Spec) -> None:
    """An edit records who changed the flag and leaves who made it."""
    spec.flags("""
        customer_id  flag_type  comment  flagged_by  flagged_at
        C1           At Risk    late     Ann         2026-01-05 09:00""")
    spec.apply("""
        action  customer_id  flag_type  comment  flagged_by  =>  outcome
        edit    C1           At Risk    rude     Bob         =>  applied""")
    spec.then_flags("""
        customer_id  flagged_by  flagged_at        updated_by  updated_at
        C1           Ann         2026-01-05 09:00  Bob         2026-03-02 09:00""")


def test_3_9_why_is_said_in_the_row_or_by_the_batch(spec: Spec) -> None:
    """Why is said in the row, else by the batch."""
    spec.apply(
        """
        action  customer_id  flag_type  comment  reason          =>  outcome
        add     C1           At Risk    late     three no-shows  =>  applied
        add     C2           At Risk    late                     =>  applied""",
        reason="weekly review",
    )
    spec.then_flag_history("""
        customer_id  reason          changed_by
        C1           three no-shows  Front desk
        C2           weekly review   Front desk""")


def test_3_9_who_and_why_are_no_values_of_the_flag(spec: Spec) -> None:
    """A row that differs from the book only in who and why changes nothing."""
    spec.flags("""
        customer_id  flag_type  comment  flagged_by
        C1           At Risk    late     Ann""")
    spec.apply("""
        action  customer_id  flag_type  comment  flagged_by  reason     =>  outcome
        add     C1           At Risk    late     Bob         said so    =>  unchanged
        edit    C1           At Risk             Bob         said so    =>  unchanged""")


def test_3_9_only_staff_who_may_flag_are_allowed(spec: Spec) -> None:
    """Where the settings list staff who may flag, a row by anybody else comes back."""
    spec.settings("""
        staff = [{name = "Ann"}, {name = "Bob", may_flag = false}]""")
    spec.apply(
        """
        action  customer_id  flag_type  comment  flagged_by  =>  outcome   code
        add     C1           At Risk    late     Ann         =>  applied
        add     C2           At Risk    late     Bob         =>  rejected  not-allowed
        add     C3           At Risk    late                 =>  rejected  not-allowed""",
        by="Stranger",
    )


def test_3_10_without_customer_accounts_no_flag_is_created(spec: Spec) -> None:
    """If customers need no accounts, a row that would create a flag comes back."""
    spec.settings("""
        business.customer_accounts = "not-required" """)
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome   code
        add     C1           At Risk    late     =>  rejected  accounts-not-required
        set     C2           At Risk    late     =>  rejected  accounts-not-required""")
    spec.then_flags("customer_id")


def test_3_10_without_customer_accounts_the_rest_still_works(spec: Spec) -> None:
    """If customers need no accounts, flags that are there can still be edited, set and removed."""
    spec.settings("""
        business.customer_accounts = "not-required" """)
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late
        C2           At Risk    late
        C3           At Risk    late""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome    code
        add     C1           At Risk    late     =>  unchanged
        edit    C1           At Risk    rude     =>  applied
        set     C2           At Risk    rude     =>  applied
        remove  C3           At Risk             =>  applied""")


def test_3_10_other_kinds_of_accounts_hinder_nothing(spec: Spec) -> None:
    """Accounts that are verified later hinder nothing."""
    spec.settings("""
        business.customer_accounts = "verify-on-next-booking" """)
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           At Risk    late     =>  applied""")


def test_3_11_all_faults_of_a_row_are_reported_together(spec: Spec) -> None:
    """A row says everything that is wrong with it at once, in one order."""
    spec.settings("""
        staff = [{name = "Ann"}]
        flags.comment_limit = 4""")
    spec.apply("""
        action  cust id  flag_type  comment  expires_on  version  =>  code
                                                         x        =>  missing-action,missing-customer,missing-flag-type,bad-version,not-allowed
        do      X99      What       later    soon                 =>  unknown-action,unknown-customer,unknown-flag-type,comment-too-long,bad-date,not-allowed
        add     [clear]  At Risk             01/02/2026           =>  unknown-customer,missing-comment,ambiguous-date,not-clearable,not-allowed
        set     C1       ALL        late     2025-01-01  7        =>  unknown-flag-type,already-expired,bad-version,not-allowed""")


def test_3_11_an_action_is_needed_and_must_be_known(spec: Spec) -> None:
    """A blank action and a word that is none of the actions come back."""
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome   code
                C1           At Risk    late     =>  rejected  missing-action
        addd    C1           At Risk    late     =>  rejected  unknown-action""")


def test_3_11_a_flag_type_is_needed_and_must_be_in_the_settings(spec: Spec) -> None:
    """A blank flag type and one that the settings do not list come back; the settings may list others than the usual five."""
    spec.settings("""
        [[flags.types]]
        name = "Do not contact" """)
    spec.apply("""
        action  customer_id  flag_type       comment  =>  outcome   code
        add     C1                           late     =>  rejected  missing-flag-type
        add     C1           At Risk         late     =>  rejected  unknown-flag-type
        add     C1           do not contact  late     =>  applied""")


def test_3_11_a_long_comment_is_a_fault_beside_any_action(spec: Spec) -> None:
    """A comment past the limit comes back beside any action but ignore."""
    spec.settings("""
        flags.comment_limit = 10""")
    spec.apply("""
        action  customer_id  flag_type  comment      =>  outcome   code
        add     C1           At Risk    eleven sign  =>  rejected  comment-too-long
        edit    C1           At Risk    eleven sign  =>  rejected  comment-too-long
        set     C1           At Risk    eleven sign  =>  rejected  comment-too-long
        remove  C1           At Risk    eleven sign  =>  rejected  comment-too-long
        remove  C1           ALL        eleven sign  =>  rejected  comment-too-long
        ignore  C1           At Risk    eleven sign  =>  ignored""")


def test_3_11_an_error_in_a_cell_is_never_a_blank(spec: Spec) -> None:
    """An error in a workbook's cell, or a formula without a stored value, comes back and does not count as blank too."""
    spec.apply_workbook("""
        [Flags]
        action      customer_id  flag_type   comment                expires_on  =>  outcome   code
        add         C1           At Risk     error #N/A                         =>  rejected  cell-error
        add         error #REF!  At Risk     late                               =>  rejected  cell-error
        error #N/A  C1           error #N/A  formula without value  soon        =>  rejected  cell-error,bad-date""")


def test_3_11_stored_flags_are_not_looked_at_for_a_faulty_row(spec: Spec) -> None:
    """A row with a fault of its own is not held against the stored flags as well."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late""")
    spec.apply("""
        action  customer_id  flag_type  comment  expires_on  version  =>  outcome   code
        add     C1           At Risk    rude     soon                 =>  rejected  bad-date
        edit    C2           At Risk    rude     soon                 =>  rejected  bad-date
        edit    C1           At Risk    rude     soon        99       =>  rejected  bad-date""")


def test_3_11_a_rejected_row_changes_nothing_for_the_rows_below(spec: Spec) -> None:
    """What a rejected row asked for is not there for the rows below it."""
    spec.apply("""
        action  customer_id  flag_type  comment  expires_on  =>  outcome   code
        add     C1           At Risk    late     soon        =>  rejected  bad-date
        edit    C1           At Risk    rude                 =>  rejected  no-such-flag
        add     C1           At Risk    late                 =>  applied
        remove  C1           ALL                 soon        =>  rejected  bad-date
        add     C1           At Risk    late                 =>  unchanged""")


def test_3_12_the_outcomes_add_up_to_the_rows_read(spec: Spec) -> None:
    """Every row has exactly one outcome, and the outcomes add up to the rows read."""
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           At Risk    late     =>  applied
        add     C1           At Risk    late     =>  unchanged
        add     C1           At Risk    rude     =>  rejected
        ignore  C1           At Risk    rude     =>  ignored
        remove  C1           At Risk             =>  applied""")
    spec.reports("""
        read  applied  unchanged  rejected  ignored  unprocessed  customers_changed  status   exit_code
        5     2        1          1         1        0            1                  applied  4""")


def test_3_12_blank_rows_are_not_rows(spec: Spec) -> None:
    """Rows without any text are not rows."""
    spec.upload("""
        action,customer_id,flag_type,comment

        add,C1,At Risk,late
        ,,,
         ,"  ",,
        add,C2,At Risk,late""")
    spec.rows("""
        row  outcome
        3    applied
        6    applied""")
    spec.reports("""
        read  applied  exit_code
        2     2        0""")
