"""Status and blocks."""

from tests.spec.book import Spec

TITLES = {
    "5.1": "Held bookings",
    "5.2": "Status: archived and blocked; breaches",
}


def test_5_2_archived_and_blocked_are_kept_apart(spec: Spec) -> None:
    """A sheet of the kind Status archives and blocks; one does not touch the other, and what is so already is unchanged."""
    spec.customers("""
        customer_id  status    blocked
        C1           active    false
        C2           archived  false
        C3           active    true""")
    spec.apply(
        """
        action     customer_id  reason      =>  outcome    message
        block      C1           never paid  =>  applied    customer blocked
        archive    C1                       =>  applied    customer archived
        block      C1                       =>  unchanged  nothing to change
        block      C2                       =>  rejected   a block needs a reason
        unarchive  C2                       =>  applied    customer unarchived
        archive    C3                       =>  applied    customer archived
        unblock    C3                       =>  applied    customer unblocked
        unblock    C2                       =>  unchanged  nothing to change""",
        by="Ann",
    )
    spec.never_says("is archived")
    spec.then_customers("""
        customer_id  status    blocked  blocked_by  blocked_at        blocked_reason
        C1           archived  true     Ann         2026-03-02 09:00  never paid
        C2           active    false
        C3           archived  false""")
    spec.then_history("""
        event_id  entity     customer_id  item     action      reason
        1         customers  C1           blocked  blocked     never paid
        2         customers  C1           status   archived
        3         customers  C2           status   unarchived
        4         customers  C3           status   archived
        5         customers  C3           blocked  unblocked""")


def test_5_2_a_block_has_the_reason_of_the_batch_where_the_row_has_none(spec: Spec) -> None:
    """A blank reason is that of the batch; a blocked customer keeps theirs, unless the row says another."""
    spec.customers("""
        customer_id  blocked  blocked_reason  blocked_by
        C1           false
        C2           true     never paid      Bob
        C3           true     never paid      Bob""")
    spec.apply(
        """
        action  customer_id  reason       =>  outcome    code
        block   C1                        =>  applied
        block   C2                        =>  unchanged
        block   C3           bounced too  =>  applied
        hold    C3                        =>  rejected   unknown-action""",
        reason="fraud ring",
    )
    spec.then_customers("""
        customer_id  blocked_reason  blocked_by
        C1           fraud ring      Front desk
        C2           never paid      Bob
        C3           bounced too     Bob""")


def test_5_2_blocking_takes_a_right_of_its_own(spec: Spec) -> None:
    """Staff who may flag may archive; to block and unblock takes may_block."""
    spec.settings("""
        staff = [{name = "Ann"}, {name = "Bob", may_flag = false, may_block = true}]""")
    spec.apply(
        """
        action   customer_id  reason  changed_by  =>  outcome   code
        archive  C1           x                   =>  applied
        block    C2           x                   =>  rejected  not-allowed
        block    C2           x       Bob         =>  applied
        archive  C2           x       Bob         =>  rejected  not-allowed
        ignore   C2           x       Eve         =>  ignored""",
        by="Ann",
    )


def test_5_1_coming_live_bookings_of_a_customer_on_hold_are_held(spec: Spec) -> None:
    """A type that holds makes coming live bookings held, also those that a later load brings; it ends with the flag."""
    spec.flags("""
        customer_id  flag_type  comment
        C1           On Hold    unpaid
        C2           At Risk    late""")
    spec.load(
        bookings="""
        booking_id  customer_id  starts_at         status
        B1          C1           2099-03-10 10:00  booked
        B2          C1           2099-03-10 10:00  cancelled
        B3          C1           2020-03-10 10:00  booked
        B4          C2           2099-03-10 10:00  booked"""
    )
    spec.then_held_bookings("""
        booking_id  customer_id  flags
        B1          C1           On Hold""")
    spec.apply("""
        action  customer_id  flag_type  =>  outcome
        remove  C1           On Hold    =>  applied""")
    spec.then_held_bookings("booking_id")


def test_5_2_bookings_made_after_the_block_are_breaches_and_stay(spec: Spec) -> None:
    """A new booking of a customer who was blocked before it was made, or first seen, is a breach; it is kept as it was loaded."""
    spec.apply_workbook(
        """
        [Status]
        action  customer_id  reason      =>  outcome
        block   C1           no payment  =>  applied""",
        as_of="2026-02-01T09:00Z",
    )
    spec.load(
        bookings="""
        booking_id  customer_id  starts_at         created_at
        B1          C1           2026-03-10 10:00  2026-02-10 10:00
        B2          C1           2026-03-10 10:00  2026-01-10 10:00
        B3          C1           2026-03-10 10:00
        B4          C2           2026-03-10 10:00  2026-02-10 10:00"""
    )
    spec.then_breaches("""
        booking_id  customer_id  made_at           blocked_reason
        B1          C1           2026-02-10 10:00  no payment
        B3          C1           2026-03-02 09:00  no payment""")
    spec.then_bookings("""
        booking_id  status
        B1          booked
        B2          booked
        B3          booked
        B4          booked""")


def test_5_2_with_its_block_a_breach_leaves_the_list(spec: Spec) -> None:
    """Breaches are of the block that stands: when it ends they leave the list, and a block that comes later does not bring them back."""
    block = """
        [Status]
        action  customer_id  reason      =>  outcome
        block   C1           no payment  =>  applied"""
    spec.apply_workbook(block, as_of="2026-02-01T09:00Z")
    spec.load(
        bookings="""
        booking_id  customer_id  starts_at         created_at
        B1          C1           2026-03-10 10:00  2026-02-10 10:00"""
    )
    spec.then_breaches("""
        booking_id  customer_id  made_at           blocked_reason
        B1          C1           2026-02-10 10:00  no payment""")
    spec.apply_workbook("""
        [Status]
        action   customer_id  =>  outcome
        unblock  C1           =>  applied""")
    spec.then_breaches("booking_id")
    spec.apply_workbook(block, as_of="2026-03-03T09:00Z")
    spec.then_breaches("booking_id")
