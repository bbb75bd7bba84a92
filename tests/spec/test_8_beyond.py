"""Tags, several kinds of sheet, and brakes."""

from tests.spec.book import Spec

TITLES = {
    "8.1": "Tags",
    "8.2": "Several kinds of sheet in one upload",
    "8.3": "A brake against accidents",
    "8.4": "Four eyes",
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
    """A batch that ends or changes more than a quarter of the active flags, and at least 50 of them, is refused unless it is asked for."""
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
