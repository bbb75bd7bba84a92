"""Who is meant."""

from tests.spec.book import Spec

TITLES = {
    "2.1": "Naming a customer",
    "2.2": "How keys are compared",
    "2.3": "Keys that agree, and keys that do not",
    "2.4": "Archived and deleted customers",
}


def test_2_1_an_id_an_email_a_phone_or_several_of_them_name_the_customer(spec: Spec) -> None:
    """A customer is named by id, by e-mail, by phone, or by several of them."""
    spec.customers("""
        customer_id  email             phone
        C1           ann@shop.example
        C2                             +442079460018
        C3           cyd@shop.example  +442079460019""")
    spec.apply("""
        action  customer_id  email             phone             flag_type  comment  =>  outcome  matched_customer_id
        add                  ann@shop.example                    At Risk    late     =>  applied  C1
        add                                    +44 20 7946 0018  At Risk    late     =>  applied  C2
        add     C3                                               At Risk    late     =>  applied  C3
        add     C3           cyd@shop.example  +442079460019     Warning    late     =>  applied  C3""")


def test_2_1_a_row_without_any_key_is_rejected(spec: Spec) -> None:
    """A row that names nobody comes back."""
    spec.apply("""
        action  customer_id  email  phone  flag_type  comment  =>  outcome   code
        add                                At Risk    late     =>  rejected  missing-customer
        remove  "   "                      ALL                 =>  rejected  missing-customer""")


def test_2_2_ids_lose_blanks_and_one_apostrophe(spec: Spec) -> None:
    """Around an id blanks do not count, and neither does the one apostrophe with which spreadsheets mark text."""
    spec.apply(r"""
        action  customer_id   flag_type  comment  =>  outcome  matched_customer_id
        add     "  C1\u00a0"  At Risk    late     =>  applied  C1
        add     'C2           At Risk    late     =>  applied  C2""")


def test_2_2_ids_keep_their_case_leading_zeros_and_further_apostrophes(spec: Spec) -> None:
    """Ids that differ in case, in leading zeros or in a second apostrophe are different ids."""
    spec.customers("""
        customer_id
        a1
        A1
        007
        7""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome   matched_customer_id  code
        add     A1           At Risk    late     =>  applied   A1
        add     007          At Risk    late     =>  applied   007
        add     07           At Risk    late     =>  rejected                       unknown-customer
        add     ''a1         At Risk    late     =>  rejected                       unknown-customer""")


def test_2_2_keys_are_compared_without_what_cannot_be_seen(spec: Spec) -> None:
    """Letters of the same look are one letter (NFKC), and zero-width and direction marks do not count."""
    spec.customers("""
        customer_id  email
        C1           ann@shop.example
        C2           bob@shop.example""")
    spec.apply(r"""
        action  customer_id             email                       flag_type  comment  =>  outcome  matched_customer_id
        add     "\u200bC\u200d1\u200e"                              At Risk    late     =>  applied  C1
        add     "\uff23\uff12"                                      At Risk    late     =>  applied  C2
        set                             "\ufeffann@shop.example"    Warning    late     =>  applied  C1
        set                             "bob\uff20shop.example"     Warning    late     =>  applied  C2""")


def test_2_2_an_email_is_compared_without_case_and_blanks(spec: Spec) -> None:
    """E-mail addresses are compared case-folded and without blanks around them."""
    spec.customers(r"""
        customer_id  email
        C1           Ann@Shop.example
        C2           "stra\u00dfe@shop.example" """)
    spec.apply("""
        action  email                   flag_type  comment  =>  outcome  matched_customer_id
        add     " ANN@shop.EXAMPLE "    At Risk    late     =>  applied  C1
        add     STRASSE@SHOP.EXAMPLE    At Risk    late     =>  applied  C2""")


def test_2_2_a_phone_number_is_compared_as_e164_with_the_region_of_the_settings(spec: Spec) -> None:
    """With a region in the settings, a national number is the same as the international one."""
    spec.settings("""
        [business]
        timezone = "Europe/London"
        phone_region = "GB" """)
    spec.customers("""
        customer_id  phone
        C1           020 7946 0018
        C2           +44 20 7946 0019""")
    spec.apply("""
        action  phone              flag_type  comment  =>  outcome  matched_customer_id
        add     +44 20-7946-0018   At Risk    late     =>  applied  C1
        add     (020) 7946 0019    At Risk    late     =>  applied  C2""")


def test_2_2_without_a_region_a_national_number_matches_nobody(spec: Spec) -> None:
    """Without a region in the settings only numbers with a country code can match; the message of others says so."""
    spec.customers("""
        customer_id  phone
        C1           +442079460018""")
    spec.apply("""
        action  phone          flag_type  comment  =>  outcome   code              message
        add     020 7946 0018  At Risk    late     =>  rejected  unknown-customer  set business.phone_region
        add     +442079460018  At Risk    late     =>  applied""")


def test_2_2_in_a_csv_an_id_is_its_text_exactly(spec: Spec) -> None:
    """In a CSV an id is its very text, even if it looks like a number."""
    spec.customers("""
        customer_id
        1E5
        100000
        7.0""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome   matched_customer_id  code
        add     1E5          At Risk    late     =>  applied   1E5
        add     7.0          At Risk    late     =>  applied   7.0
        add     7            At Risk    late     =>  rejected                       unknown-customer""")


def test_2_2_in_a_workbook_a_whole_number_is_an_id(spec: Spec) -> None:
    """In a workbook the number 123 is the id 123, however it is stored."""
    spec.customers("""
        customer_id
        123
        00124""")
    spec.apply_workbook("""
        [Flags]
        action  customer_id   flag_type  comment  =>  outcome  matched_customer_id
        add     number 123    At Risk    late     =>  applied  123
        set     number 123.0  Warning    late     =>  applied  123
        add     00124         At Risk    late     =>  applied  00124""")


def test_2_2_a_number_that_does_not_show_what_it_holds_is_no_id(spec: Spec) -> None:
    """A number in a workbook that shows other digits, has more than fifteen, is in scientific form or shown as a day comes back."""
    spec.customers("""
        customer_id
        7
        2026-05-01
        46143
        1234567890123456
        120000""")
    spec.apply_workbook("""
        [Flags]
        action  customer_id                      flag_type  comment  =>  outcome   code
        add     number 7 shown as 00000          At Risk    late     =>  rejected  id-not-exact
        add     number 1234567890123456          At Risk    late     =>  rejected  id-not-exact
        add     number 120000 shown as 0.00E+00  At Risk    late     =>  rejected  id-not-exact
        add     number 46143 shown as mmm-yy     At Risk    late     =>  rejected  id-not-exact
        add     day 46143                        At Risk    late     =>  rejected  id-not-exact
        add     2026-05-01                       At Risk    late     =>  applied""")


def test_2_3_an_id_narrows_down_a_shared_email(spec: Spec) -> None:
    """Customers may share an e-mail or a phone; an id beside it says which of them is meant."""
    spec.customers("""
        customer_id  email             phone
        C1           ann@shop.example  +442079460018
        C2           ann@shop.example  +442079460019""")
    spec.apply("""
        action  customer_id  email             phone          flag_type  comment  =>  outcome  matched_customer_id
        add     C2           ann@shop.example                 At Risk    late     =>  applied  C2
        add                  ann@shop.example  +442079460018  At Risk    late     =>  applied  C1""")


def test_2_3_a_key_that_matches_nobody_is_unknown(spec: Spec) -> None:
    """Where no key matches anybody, the customer is unknown."""
    spec.apply("""
        action  customer_id  email               flag_type  comment  =>  outcome   code
        add     X99                              At Risk    late     =>  rejected  unknown-customer
        add     X99          nobody@far.example  At Risk    late     =>  rejected  unknown-customer
        add                  nobody@far.example  At Risk    late     =>  rejected  unknown-customer""")


def test_2_3_a_key_that_matches_nobody_beside_one_that_does_is_a_conflict(spec: Spec) -> None:
    """One key that matches beside one that matches nobody is a conflict, and so are keys of different customers."""
    spec.customers("""
        customer_id  email
        C1           ann@shop.example
        C2           bob@shop.example""")
    spec.apply("""
        action  customer_id  email               flag_type  comment  =>  outcome   code
        add     C1           nobody@far.example  At Risk    late     =>  rejected  conflicting-customer
        add     C1           bob@shop.example    At Risk    late     =>  rejected  conflicting-customer
        add     C1           ann@shop.example    At Risk    late     =>  applied""")


def test_2_3_several_customers_left_are_ambiguous(spec: Spec) -> None:
    """Where several customers are left, the message names how many and their ids."""
    spec.customers("""
        customer_id  last_name  email
        C1           Secretson  ann@shop.example
        C2           Hiddenham  ann@shop.example""")
    spec.apply("""
        action  email             flag_type  comment  =>  outcome   code                message
        add     ann@shop.example  At Risk    late     =>  rejected  ambiguous-customer  2 customers
        add     ann@shop.example  At Risk    late     =>  rejected  ambiguous-customer  C1, C2""")
    spec.never_says("Secretson", "Hiddenham")


def test_2_3_an_unknown_key_one_edit_away_from_a_known_one_says_so(spec: Spec) -> None:
    """The message of an unknown key names a customer whose key is one letter off, left out or put in."""
    spec.customers("""
        customer_id  email
        CUST-100     ann@shop.example""")
    spec.apply("""
        action  customer_id  email              flag_type  comment  =>  outcome   code              message
        add     CUST-101                        At Risk    late     =>  rejected  unknown-customer  CUST-100
        add     CUST-10                         At Risk    late     =>  rejected  unknown-customer  CUST-100
        add                  anne@shop.example  At Risk    late     =>  rejected  unknown-customer  CUST-100""")


def test_2_3_a_key_two_edits_away_is_just_unknown(spec: Spec) -> None:
    """A key that differs in two letters is not held against anybody."""
    spec.customers("""
        customer_id
        CUST-100""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome   code
        add     CUST-111     At Risk    late     =>  rejected  unknown-customer""")
    spec.never_says("CUST-100")


def test_2_4_an_archived_customer_may_be_flagged_and_the_message_says_so(spec: Spec) -> None:
    """Archived customers can be flagged; the row says that they are archived."""
    spec.customers("""
        customer_id  status
        C1           archived
        C2           active""")
    spec.apply("""
        action  customer_id  flag_type  comment  =>  outcome  message
        add     C1           At Risk    late     =>  applied  archived
        add     C2           At Risk    late     =>  applied  flag added""")


def test_2_4_a_deleted_customer_is_unknown(spec: Spec) -> None:
    """A deleted customer is as good as not there; a living one with the same e-mail is the one meant."""
    spec.customers("""
        customer_id  email             status
        C1           ann@shop.example  deleted
        C2           ann@shop.example  active""")
    spec.apply("""
        action  customer_id  email             flag_type  comment  =>  outcome   matched_customer_id  code
        add     C1                             At Risk    late     =>  rejected                       unknown-customer
        add                  ann@shop.example  At Risk    late     =>  applied   C2""")


def test_2_3_bookings_name_their_customers_likewise(spec: Spec) -> None:
    """The bookings of an export name customers by the same rules; those that name nobody, or several, come back."""
    spec.customers("""
        customer_id  email             phone             status
        C1           ann@shop.example  +442079460018     active
        C2           ann@shop.example                    active
        C3           cyd@shop.example                    deleted""")
    spec.load(
        bookings="""
        booking_id  starts_at         customer_id  email             phone
        B1          2026-03-10 10:00                                 +44 20 7946 0018
        B2          2026-03-10 10:00  C2           Ann@Shop.example
        B3          2026-03-10 10:00               ann@shop.example
        B4          2026-03-10 10:00               cyd@shop.example
        B5          2026-03-10 10:00  C1           bob@shop.example
        B6          2026-03-10 10:00               ann@shop.example  +442079460018"""
    )
    spec.then_bookings("""
        booking_id  customer_id
        B1          C1
        B2          C2
        B6          C1""")
    spec.then_batch_rows("""
        source_row  outcome   code
        4           rejected  ambiguous-customer
        5           rejected  unknown-customer
        6           rejected  conflicting-customer""")
