"""Status and blocks."""

from tests.spec.book import Spec

TITLES = {
    "5.2": "Status: archived and blocked",
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
