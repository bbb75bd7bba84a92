"""Batches."""

from tests.spec.book import Spec

TITLES = {
    "6.1": "All of a batch or nothing of it",
    "6.2": "Good rows are applied and bad ones come back, or nothing is done",
    "6.3": "The same upload twice",
    "6.4": "Dry runs",
    "6.5": "Undo",
    "6.6": "What is recorded",
    "6.7": "Loads are batches",
}


def test_6_1_a_batch_that_breaks_off_leaves_nothing(spec: Spec) -> None:
    """If a run breaks off, nothing of it is in the book."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late""")
    spec.breaks_off("""
        action  customer_id  flag_type  comment  =>  outcome
        edit    C1           At Risk    rude     =>  applied
        add     C2           At Risk    late     =>  applied""")
    spec.then_flags("""
        customer_id  flag_type  comment
        C1           At Risk    late""")
    spec.then_history("event_id")
    spec.then_batches("batch_id")


def test_6_1_a_run_that_broke_off_is_in_nobodys_way(spec: Spec) -> None:
    """A run that broke off takes no number and keeps no lock; the same upload can come again at once."""
    spec.breaks_off("""
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           At Risk    late     =>  applied""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           At Risk    late     =>  applied""")
    spec.then_batches("""
        batch_id  applied
        2         1""")


def test_6_3_the_same_upload_again_does_nothing(spec: Spec) -> None:
    """The second time nothing is done: the answer names the first batch with its counts, and is a success."""
    spec.bookings("""
        booking_id  customer_id  starts_at
        B1          C1           2026-03-10 10:00""")
    for name in ("first.csv", "second.csv"):
        spec.apply(
            """
        action  customer_id  flag_type  comment  =>  outcome   code              matched_customer_id  bookings_updated
        add     C1           At Risk    late     =>  applied                     C1                   1
        add     X99          At Risk    late     =>  rejected  unknown-customer                       0""",
            name=name,
        )
    spec.reports("""
        status           batch  applied_before  read  applied  rejected  updated  customers_changed  exit_code
        already-applied  2      2               2     1        1         1        1                  0""")
    spec.then_batches("""
        batch_id
        2""")


def test_6_3_the_same_upload_may_come_as_another_kind_of_file(spec: Spec) -> None:
    """The same cells in a workbook, under whatever sheet name, are the same upload; its results say of each row what the first said."""
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome   code
        add     C1           At Risk    late     =>  applied
        add     X99          At Risk    late     =>  rejected  unknown-customer""")
    spec.apply_workbook("""
        [Week 23]
        action  customer_id  flag_type  comment  =>  outcome   code
        add     C1           At Risk    late     =>  applied
        add     X99          At Risk    late     =>  rejected  unknown-customer""")
    spec.reports("""
        status           applied_before
        already-applied  2""")


def test_6_3_an_upload_can_be_applied_again_on_request(spec: Spec) -> None:
    """When asked for, the same upload is applied again, on the book as it is now."""
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           At Risk    late     =>  applied""")
    spec.apply(
        """
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           At Risk    late     =>  unchanged""",
        again=True,
    )
    spec.then_batches("""
        batch_id  status           applied
        2         applied          1
        3         nothing-applied  0""")


def test_6_3_the_same_means_the_same_cells(spec: Spec) -> None:
    """A file merely saved anew is the same upload: neither its kind of CSV nor columns that are not recognised matter."""
    spec.upload("""
        action,customer_id,flag_type,comment
        add,C1,At Risk,late""")
    spec.upload(
        """
        Seen by;Flag type;Customer-ID;Flag comment;Action
        Ann;"At Risk";C1;late;add""",
        name="other.csv",
        written_as="utf-16",
    )
    spec.reports("""
        status           applied_before
        already-applied  2""")


def test_6_3_rows_in_another_order_are_another_upload(spec: Spec) -> None:
    """The same rows in another order are another upload."""
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           At Risk    late     =>  applied
        remove  C1           At Risk             =>  applied""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        remove  C1           At Risk             =>  unchanged
        add     C1           At Risk    late     =>  applied""")
    spec.reports("""
        status   batch
        applied  3""")


def test_6_3_an_upload_that_applied_nothing_may_come_again(spec: Spec) -> None:
    """An upload of which nothing was applied is no hindrance to the next."""
    for _ in range(2):
        spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome   code
        add     X99          At Risk    late     =>  rejected  unknown-customer""")
    spec.reports("""
        status           batch
        nothing-applied  3""")


def test_6_3_an_upload_whose_items_changed_since_may_come_again(spec: Spec) -> None:
    """Once a later batch has changed a flag that the upload changed, the upload is applied anew."""
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        set     C1           At Risk    late     =>  applied""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        set     C1           At Risk    rude     =>  applied""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        set     C1           At Risk    late     =>  applied""")
    spec.reports("""
        status   batch
        applied  4""")


def test_6_3_another_flag_of_the_same_customer_does_not_make_an_upload_new(spec: Spec) -> None:
    """What a later batch did to another flag changes the customer's alert too, but no item of the upload: it is the same still."""
    first = """
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           At Risk    late     =>  applied"""
    spec.apply(first)
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           Warning    rude     =>  applied""")
    spec.apply(first)
    spec.reports("""
        status           applied_before
        already-applied  2""")
    spec.then_customers("""
        customer_id  alert_message
        C1           late | rude
        C2
        C3""")


def test_6_4_a_dry_run_writes_nothing(spec: Spec) -> None:
    """A dry run writes nothing to the book: no flag, no alert, no history, no batch."""
    spec.bookings("""
        booking_id  customer_id  starts_at
        B1          C1           2026-03-10 10:00""")
    spec.apply(
        """
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           At Risk    late     =>  applied""",
        dry_run=True,
    )
    spec.then_flags("customer_id")
    spec.then_bookings("""
        booking_id  alert_message
        B1""")
    spec.then_history("event_id")
    spec.then_batches("batch_id")


def test_6_4_a_dry_run_tells_what_the_run_then_does(spec: Spec) -> None:
    """A dry run gives every row the outcome, and the report the counts, that the run then gives; the run takes the next number."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late""")
    spec.bookings("""
        booking_id  customer_id  starts_at         alert_message
        B1          C1           2026-03-10 10:00  late
        B2          C2           2026-03-10 10:00  own note""")
    for dry_run, batch, status in ((True, " ", "dry-run"), (False, "2", "applied")):
        spec.apply(
            """
        action  customer_id  flag_type  comment  =>  outcome    code               message           bookings_updated
        remove  C1           ALL                 =>  applied                       flag removed      1
        add     C2           Warning    late     =>  applied                       flag added        0
        add     C2           Warning    late     =>  unchanged                     it is so already  0
        add     C3                      late     =>  rejected   missing-flag-type  flag_type         0""",
            dry_run=dry_run,
        )
        spec.reports(f"""
        batch  status   read  applied  unchanged  rejected  updated  cleared  kept  customers_changed  exit_code
        {batch}      {status}  4     2        1          1         0        1        1     2                  4""")


def test_6_6_a_batch_records_who_why_when_and_how_much(spec: Spec) -> None:
    """A batch records who submitted it, why, as of when, and its counts."""
    spec.bookings("""
        booking_id  customer_id  starts_at         alert_message
        B1          C1           2026-03-10 10:00
        B2          C1           2026-03-10 10:00  own note""")
    spec.apply(
        """
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           At Risk    late     =>  applied
        ignore  C1           At Risk    late     =>  ignored""",
        by="Manager",
        reason="weekly review",
        as_of="2026-03-05T10:30Z",
    )
    spec.then_batches("""
        batch_id  kind   submitted_by  reason         as_of             rows_read  applied  ignored  bookings_updated  bookings_kept
        2         apply  Manager       weekly review  2026-03-05 10:30  2          1        1        1                 1""")


def test_6_6_a_batch_records_its_files_with_their_fingerprint(spec: Spec) -> None:
    """A batch records its files in their order, each with its SHA-256."""
    spec.upload(
        """
        action,customer_id,flag_type,comment
        add,C1,At Risk,late""",
        name="monday.csv",
    )
    spec.then_batch_files("""
        batch_id  file_no  name        sha256
        2         1        monday.csv  aec123580d1accccf8915563ce86474cb2ac47bc376f2f529f67cdb38c9125b5""")


def test_6_6_each_change_records_its_row_and_what_was_before_and_after(spec: Spec) -> None:
    """Each change records its batch, file and row, and what was before and after."""
    spec.flags("""
        customer_id  flag_type  comment  expires_on
        C1           At Risk    late     2026-05-01""")
    spec.apply(
        """
        action  customer_id  flag_type  comment  expires_on  =>  outcome    code
        ignore                                               =>  ignored
        edit    C1           At Risk    rude     [clear]     =>  applied""",
        """
        action  customer_id  flag_type  comment  =>  outcome
        remove  C1           At Risk             =>  applied""",
    )
    spec.then_flag_history("""
        batch_id  file_no  source_row  action     comment_before  comment_after  expires_on_before  expires_on_after
        2         1        3           edited     late            rude           2026-05-01
        2         2        2           unflagged  rude""")


def test_6_6_the_outcome_of_every_row_is_recorded(spec: Spec) -> None:
    """What became of every row is recorded, of rejected ones too."""
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome   code
        add     C1           at risk    late     =>  applied
        add     X99          At Risk    late     =>  rejected  unknown-customer""")
    spec.then_batch_rows("""
        batch_id  file_no  source_row  customer_id  action  item     outcome   code
        2         1        2           C1           add     At Risk  applied
        2         1        3                        add     At Risk  rejected  unknown-customer""")


def test_6_2_one_rejected_row_can_hold_back_all(spec: Spec) -> None:
    """With all-or-nothing a batch with a rejected row changes nothing; it is recorded, and the mended upload is not the same."""
    spec.bookings("""
        booking_id  customer_id  starts_at
        B1          C1           2026-03-10 10:00""")
    spec.apply(
        """
        action  customer_id  flag_type  comment  =>  outcome      code              bookings_updated
        add     C1           At Risk    late     =>  unprocessed                    0
        ignore  C2                               =>  unprocessed                    0
        add     X99          At Risk    late     =>  rejected     unknown-customer  0""",
        all_or_nothing=True,
    )
    spec.reports("""
        status           applied  unprocessed  rejected  updated  customers_changed  exit_code
        nothing-applied  0        2            1         0        0                  4""")
    spec.then_flags("customer_id")
    spec.then_batches("""
        batch_id  status           rows_read  applied  rejected  unprocessed
        2         nothing-applied  3          0        1         2""")


def test_6_5_undo_puts_back_every_kind_of_item(spec: Spec) -> None:
    """What a batch made goes, what it changed gets its former value, what it ended returns, with who and when."""
    spec.flags("""
        customer_id  flag_type  comment  flagged_by
        C1           At Risk    late     Bob
        C2           Warning    dog      Bob""")
    spec.tags("""
        customer_id  tag
        C1           VIP""")
    spec.apply_workbook("""
        [Flags]
        action  customer_id  flag_type  comment  =>  outcome
        edit    C1           At Risk    rude     =>  applied
        remove  C2           ALL                 =>  applied
        add     C3           Alert      ring     =>  applied
        [Tags]
        action  customer_id  tag  =>  outcome
        remove  C1           VIP  =>  applied
        [Status]
        action   customer_id  reason  =>  outcome
        block    C1           fraud   =>  applied
        archive  C2                   =>  applied""")
    spec.undo(2)
    spec.then_flags("""
        customer_id  flag_type  comment  flagged_by  updated_by
        C1           At Risk    late     Bob
        C2           Warning    dog      Bob""")
    spec.then_tags("""
        customer_id  tag
        C1           VIP""")
    spec.then_customers("""
        customer_id  status  blocked  blocked_reason  alert_message
        C1           active  false                    late
        C2           active  false                    dog
        C3           active  false""")


def test_6_5_what_changed_since_is_left_alone(spec: Spec) -> None:
    """An item whose value is not what the batch left is a conflict: left alone and listed, even where it is the former value."""
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           At Risk    late     =>  applied
        add     C2           At Risk    late     =>  applied
        add     C3           At Risk    late     =>  applied""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        edit    C1           At Risk    rude     =>  applied
        remove  C2           At Risk             =>  applied""")
    spec.undo(
        2,
        """
        entity  customer_id  item
        flags   C1           At Risk
        flags   C2           At Risk""",
    )
    spec.then_flags("""
        customer_id  flag_type  comment
        C1           At Risk    rude""")


def test_6_5_an_undo_can_be_undone(spec: Spec) -> None:
    """An undo is a batch itself; undoing it brings back what the batch had left, and then that can be undone again."""
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           At Risk    late     =>  applied""")
    spec.undo(2)
    spec.undo(3)
    spec.then_flags("""
        customer_id  flag_type  comment
        C1           At Risk    late""")
    spec.undo(2)
    spec.then_flags("customer_id")
    spec.then_batches("""
        batch_id  kind   undoes
        2         apply
        3         undo   2
        4         undo   3
        5         undo   2""")


def test_6_5_an_undo_that_was_undone_and_stands_again_counts(spec: Spec) -> None:
    """Undone, brought back and undone again is undone: it is so said, and what the batch touched may go."""
    spec.load("""
        customer_id
        C1""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           At Risk    late     =>  applied""")
    for batch in (2, 3, 4):
        spec.undo(batch)
    spec.then_flags("""
        customer_id  flag_type  comment""")
    spec.undo(1)
    spec.then_customers("""
        customer_id""")


def test_6_7_undo_of_a_load_removes_what_nothing_has_touched(spec: Spec) -> None:
    """New customers and bookings go again, unless something has touched them since: then they are listed and stay."""
    spec.load(
        """
        customer_id  status
        C1           archived
        C8           active
        C9           active""",
        """
        booking_id  customer_id  starts_at         status
        B8          C8           2026-03-10 10:00  booked
        B9          C9           2026-03-10 10:00  booked""",
    )
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        add     C9           At Risk    late     =>  applied""")
    spec.undo(
        2,
        """
        entity     customer_id  item
        bookings   C9           B9
        customers  C9           C9""",
    )
    spec.then_customers("""
        customer_id  status
        C1           active
        C2           active
        C3           active
        C9           active""")
    spec.then_bookings("""
        booking_id
        B9""")


def test_6_7_an_undone_load_can_be_brought_back(spec: Spec) -> None:
    """The undo of the undo of a load brings the rows back as they were."""
    spec.load(
        """
        customer_id  first_name
        C8           Ann""",
        """
        booking_id  customer_id  starts_at         price
        B8          C8           2026-03-10 10:00  12.3456""",
    )
    spec.undo(2)
    spec.then_bookings("booking_id")
    spec.undo(3)
    spec.then_bookings("""
        booking_id  customer_id  starts_at         price    first_batch
        B8          C8           2026-03-10 10:00  12.3456  2""")
    spec.undo(2)
    spec.then_bookings("booking_id")


def test_6_7_an_undone_load_may_come_again(spec: Spec) -> None:
    """What the source said is forgotten with the load that is undone: the same export, loaded again, counts again."""
    spec.bookings("""
        booking_id  customer_id  starts_at
        B1          C1           2026-03-10 10:00""")
    export = """
        customer_id  status
        C1           archived"""
    bookings = """
        booking_id  customer_id  starts_at         alert_message
        B1          C1           2026-03-10 10:00  gate code"""
    spec.load(export, bookings)
    spec.undo(2)
    spec.then_customers("""
        customer_id  status
        C1           active
        C2           active
        C3           active""")
    spec.then_bookings("""
        booking_id  alert_message
        B1""")
    spec.load(export, bookings)
    spec.then_customers("""
        customer_id  status
        C1           archived
        C2           active
        C3           active""")
    spec.then_bookings("""
        booking_id  alert_message
        B1          gate code""")


def test_6_7_an_undone_load_forgets_what_the_source_said_of_alerts(spec: Spec) -> None:
    """The flag that a customer's alert at the source set goes with the load that is undone; the same export, loaded again, sets it again."""
    export = """
        customer_id  alert_message
        C1           gate code"""
    spec.load(export)
    spec.undo(2)
    spec.then_flags("customer_id  flag_type  comment")
    spec.load(export)
    spec.then_flags("""
        customer_id  flag_type  comment
        C1           Alert      gate code""")


def test_6_7_an_undone_load_gives_back_every_column(spec: Spec) -> None:
    """Names, times, prices and whose a booking is are what they were before the load; the history has no row for them."""
    spec.customers("""
        customer_id  first_name  email
        C1           Ann         ann@x.example
        C2           Bob""")
    spec.bookings("""
        booking_id  customer_id  starts_at         service
        B1          C1           2026-03-10 10:00  walk""")
    spec.load(
        """
        customer_id  first_name  email
        C1           Anna        anna@x.example""",
        """
        booking_id  customer_id  starts_at         service  price
        B1          C2           2026-03-11 10:00  run      9.50""",
    )
    spec.undo(2)
    spec.then_customers("""
        customer_id  first_name  email          email_key      last_batch
        C1           Ann         ann@x.example  ann@x.example  1
        C2           Bob                                       1""")
    spec.then_bookings("""
        booking_id  customer_id  starts_at         service  price  last_batch
        B1          C1           2026-03-10 10:00  walk            1""")
    spec.then_history("event_id")
    spec.undo(3)
    spec.then_bookings("""
        booking_id  customer_id  starts_at         service  price   last_batch
        B1          C2           2026-03-11 10:00  run      9.5000  2""")


def test_6_7_a_redo_remembers_again_what_the_source_said(spec: Spec) -> None:
    """The undo of an undo of a load brings back too what the source had said: what it says otherwise then counts."""
    active = """
        customer_id  status
        C1           active"""
    spec.load(active)
    spec.load("""
        customer_id  status
        C1           deleted""")
    spec.undo(3)
    spec.undo(4)
    spec.load(active)
    spec.loads("""
        table      read  changed  unchanged
        customers  1     1        0""")
    spec.then_customers("""
        customer_id  status  source_status
        C1           active  active
        C2           active
        C3           active""")


def test_6_7_a_booking_goes_back_to_its_customer_with_its_alert(spec: Spec) -> None:
    """A booking that the load moved has its former customer again, and that customer's alert, of today."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late
        C2           At Risk    rude""")
    spec.bookings("""
        booking_id  customer_id  starts_at         alert_message  book_alert
        B1          C1           2026-03-10 10:00  late           late""")
    spec.load(
        bookings="""
        booking_id  customer_id  starts_at
        B1          C2           2026-03-10 10:00"""
    )
    spec.then_bookings("""
        booking_id  customer_id  alert_message
        B1          C2           rude""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        edit    C1           At Risk    gone     =>  applied""")
    spec.undo(2, dry_run=True)
    spec.then_bookings("""
        booking_id  customer_id  alert_message
        B1          C2           rude""")
    spec.undo(2)
    spec.then_bookings("""
        booking_id  customer_id  alert_message
        B1          C1           gone""")


def test_6_7_a_booking_that_an_undo_makes_live_is_judged_again(spec: Spec) -> None:
    """A booking that the load cancelled is booked again, and gets the alert that its customer has by now; somebody's own note stays."""
    spec.bookings("""
        booking_id  customer_id  starts_at         alert_message
        B1          C1           2026-03-10 10:00
        B2          C1           2026-03-10 10:00  own note""")
    spec.load(
        bookings="""
        booking_id  customer_id  starts_at         status
        B1          C1           2026-03-10 10:00  cancelled
        B2          C1           2026-03-10 10:00  cancelled"""
    )
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        add     C1           At Risk    late     =>  applied""")
    spec.undo(2)
    spec.then_bookings("""
        booking_id  status  alert_message
        B1          booked  late
        B2          booked  own note""")


def test_6_7_a_booking_that_says_already_what_it_should_is_not_written_again(spec: Spec) -> None:
    """A booking goes back to a customer whose alert has become what the booking says: it needs nothing, and does not count."""
    spec.customers("""
        customer_id
        C1
        C2""")
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late
        C2           At Risk    rude""")
    spec.load(
        bookings="""
        booking_id  customer_id  starts_at
        B1          C1           2026-03-10 10:00"""
    )
    spec.load(
        bookings="""
        booking_id  customer_id  starts_at
        B1          C2           2026-03-10 10:00"""
    )
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        edit    C1           At Risk    rude     =>  applied""")
    spec.undo(3)
    spec.then_bookings("""
        booking_id  customer_id  alert_message
        B1          C1           rude""")
    spec.then_batches("""
        batch_id  kind   bookings_updated  bookings_cleared
        2         load   1                 0
        3         load   1                 0
        4         apply  0                 0
        5         undo   0                 0""")
    spec.then_history("""
        batch_id  item           action
        3         B1             alert
        4         At Risk        edited
        4         alert_message  alert""")


def test_6_7_a_load_that_only_made_the_book_remember_can_be_undone(spec: Spec) -> None:
    """Where the source said what the book says already, that was remembered; the undo forgets it, and so it counts when it comes again."""
    spec.bookings("""
        booking_id  customer_id  starts_at         alert_message
        B1          C1           2026-03-10 10:00  gate code""")
    spec.load(
        bookings="""
        booking_id  customer_id  starts_at         alert_message
        B1          C1           2026-03-10 10:00  gate code"""
    )
    spec.then_bookings("""
        booking_id  alert_message  source_alert
        B1          gate code      gate code""")
    spec.undo(2)
    spec.then_batches("""
        batch_id  kind  status           rows_read  applied  rejected
        2         load  nothing-applied  1          0        0
        3         undo  applied          1          1        0""")
    spec.then_bookings("""
        booking_id  alert_message  source_alert
        B1          gate code""")


def test_6_7_a_booking_that_stays_loses_the_alert_of_a_flag_that_goes(spec: Spec) -> None:
    """A booking that the load brought, and that stays since a later load wrote to it, gets its customer's alert of after the undo; a note stays."""
    spec.load(
        """
        customer_id  alert_message
        C1           gate code""",
        """
        booking_id  customer_id  starts_at         alert_message  service
        B1          C1           2026-03-10 10:00                 walk
        B2          C1           2026-03-10 10:00  own note       walk""",
    )
    spec.then_bookings("""
        booking_id  alert_message
        B1          gate code
        B2          own note""")
    spec.load(
        bookings="""
        booking_id  customer_id  starts_at         service
        B1          C1           2026-03-10 10:00  run
        B2          C1           2026-03-10 10:00  run"""
    )
    spec.undo(
        2,
        """
        entity    customer_id  item
        bookings  C1           B1
        bookings  C1           B2""",
    )
    spec.then_flags("customer_id")
    spec.then_bookings("""
        booking_id  alert_message  service
        B1                         run
        B2          own note       run""")
    spec.then_batches("""
        batch_id  kind  bookings_cleared  bookings_kept
        2         load  0                 0
        3         load  0                 0
        4         undo  1                 1""")
    spec.undo(4)
    spec.then_bookings("""
        booking_id  alert_message
        B1          gate code
        B2          own note""")


def test_6_7_a_row_that_a_later_load_wrote_to_is_left_alone(spec: Spec) -> None:
    """Such a row is listed once, and keeps its customer with the alert; where the later load is undone first, all of it goes back."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late""")
    spec.bookings("""
        booking_id  customer_id  starts_at         alert_message  book_alert
        B1          C1           2026-03-10 10:00  late           late""")
    spec.load(
        bookings="""
        booking_id  customer_id  starts_at         service
        B1          C2           2026-03-10 10:00  walk"""
    )
    spec.load(
        bookings="""
        booking_id  customer_id  starts_at         service
        B1          C2           2026-03-10 10:00  run"""
    )
    spec.undo(
        2,
        """
        entity    customer_id  item
        bookings  C2           B1""",
    )
    spec.then_bookings("""
        booking_id  customer_id  alert_message  service
        B1          C2                          run""")
    spec.undo(3)
    spec.undo(2)
    spec.then_bookings("""
        booking_id  customer_id  alert_message  service
        B1          C1           late""")


def test_6_7_a_booking_stays_whose_former_customer_is_gone(spec: Spec) -> None:
    """A booking can't go back to a customer whom another undo has removed: it is left alone, and its customer stays with it."""
    spec.load("""
        customer_id
        C8""")
    spec.load(
        bookings="""
        booking_id  customer_id  starts_at
        B1          C8           2026-03-10 10:00"""
    )
    spec.load(
        """
        customer_id
        C9""",
        """
        booking_id  customer_id  starts_at
        B1          C9           2026-03-10 10:00""",
    )
    spec.undo(
        3,
        """
        entity    customer_id  item
        bookings  C9           B1""",
    )
    spec.undo(2)
    spec.undo(
        4,
        """
        entity     customer_id  item
        bookings   C9           B1
        customers  C9           C9""",
    )
    spec.then_bookings("""
        booking_id  customer_id
        B1          C9""")


def test_6_7_a_customer_goes_once_its_bookings_are_back(spec: Spec) -> None:
    """A customer that the load brought goes, as the booking that the load gave it goes back; the redo brings both again."""
    spec.bookings("""
        booking_id  customer_id  starts_at
        B1          C1           2026-03-10 10:00""")
    spec.load(
        """
        customer_id  alert_message
        C9           gate code""",
        """
        booking_id  customer_id  starts_at
        B1          C9           2026-03-10 10:00""",
    )
    spec.undo(2)
    spec.then_customers("""
        customer_id
        C1
        C2
        C3""")
    spec.then_bookings("""
        booking_id  customer_id  alert_message
        B1          C1""")
    spec.undo(3)
    spec.then_bookings("""
        booking_id  customer_id  alert_message
        B1          C9           gate code""")


def test_6_6_an_erasure_takes_values_out_of_the_records(spec: Spec) -> None:
    """Records are never edited, save what an erasure takes out: what stays of an erased customer bears a pseudonym, and no words."""
    spec.bookings("""
        booking_id  customer_id  starts_at
        B1          C1           2026-03-10 10:00
        B2          C2           2026-03-10 10:00""")
    spec.apply("""
        action  customer_id  flag_type  comment  reason   =>  outcome
        add     C1           At Risk    late     letter   =>  applied
        add     C2           At Risk    rude     letter   =>  applied""")
    spec.erase("C1", by="Officer")
    spec.then_customers("""
        customer_id  status   alert_message
        C2           active   rude
        C3           active
        erased-1     deleted""")
    spec.then_flags("""
        customer_id  flag_type  comment
        C2           At Risk    rude""")
    spec.then_bookings("""
        booking_id  customer_id  alert_message
        B1          erased-1
        B2          C2           rude""")
    spec.then_batch_rows("""
        batch_id  customer_id  action  item     outcome
        2         erased-1     add              applied
        2         C2           add     At Risk  applied""")
    spec.then_batches("""
        batch_id  kind   submitted_by  status
        2         apply  Front desk    applied
        3         erase  Officer       applied""")


def test_6_6_later_rows_of_an_erased_customer_are_left_alone(spec: Spec) -> None:
    """Rows that name an erased customer are ignored, in uploads and in exports, and bring nothing back."""
    spec.erase("C1")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome  code             message
        add     C1           At Risk    late     =>  ignored  erased-customer  was erased
        add     C2           At Risk    late     =>  applied""")
    spec.load(
        """
        customer_id  first_name
        C1           Ann
        C2           Ben""",
        """
        booking_id  customer_id  starts_at
        B1          C1           2026-03-10 10:00
        B2          C2           2026-03-10 10:00""",
    )
    spec.loads("""
        table      read  new  changed  unchanged  rejected  ignored
        customers  2     0    1        0          0         1
        bookings   2     1    0        0          0         1""")
    spec.then_bookings("""
        booking_id  customer_id
        B2          C2""")


def test_6_5_what_was_erased_is_not_put_back(spec: Spec) -> None:
    """Undoing an earlier batch brings nothing of an erased customer back, and an erasure can't be undone."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           At Risk    late
        C2           At Risk    late""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome
        remove  C1           At Risk             =>  applied
        remove  C2           At Risk             =>  applied""")
    spec.erase("C1")
    spec.undo(2)
    spec.then_flags("""
        customer_id  flag_type  comment
        C2           At Risk    late""")
    spec.refuses_undo(3, "Batch 3 erased a customer's data")
