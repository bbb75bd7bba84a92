"""Reading files."""

from tests.spec.book import Spec

TITLES = {
    "7.1": "Kinds of files",
    "7.2": "Encodings",
    "7.3": "Headers and columns",
    "7.4": "Cells, rows and dates",
    "7.5": "Files that can't be read whole",
    "7.6": "The same id twice in an export",
    "7.7": "Text that looks like a formula",
}


def test_7_1_a_csv_may_have_any_of_four_separators(spec: Spec) -> None:
    """Cells may be separated by commas, semicolons, tabs or bars, even if another of them stands in a cell."""
    spec.upload(
        """
        action,customer_id,flag_type,comment
        add,C1,On Hold,a; b | c""",
        """
        action;customer_id;flag_type;comment
        add;C1;At Risk;a, b | c""",
        """
        action|customer_id|flag_type|comment
        add|C1|Warning|a, b; c""",
        """
        action\tcustomer_id\tflag_type\tcomment
        add\tC1\tImportant\ta, b; c | d""",
    )
    spec.then_flags("""
        flag_type  comment
        At Risk    a, b | c
        Important  a, b; c | d
        On Hold    a; b | c
        Warning    a, b; c""")


def test_7_1_a_first_line_may_name_the_separator(spec: Spec) -> None:
    """A first line such as sep=; names the separator and is not a row."""
    spec.upload("""
        sep=;
        action;customer_id;flag_type;comment
        add;C1;At Risk;late, as always""")
    spec.rows("""
        row  outcome
        2    applied""")


def test_7_1_the_content_decides_the_kind_of_a_file(spec: Spec) -> None:
    """What is in a file decides how it is read; a wrong ending of its name is only remarked upon."""
    spec.upload(
        """
        action,customer_id,flag_type,comment
        add,C1,At Risk,late""",
        name="upload.xlsx",
    )
    spec.reports("""
        applied
        1""")
    spec.remarks("upload.xlsx")


def test_7_1_a_csv_may_be_compressed(spec: Spec) -> None:
    """A CSV may be compressed with gzip."""
    spec.upload(
        """
        action,customer_id,flag_type,comment
        add,C1,At Risk,late""",
        name="upload.csv.gz",
        packed="gz",
    )
    spec.reports("""
        applied
        1""")


def test_7_1_a_csv_may_be_compressed_with_zstandard(spec: Spec) -> None:
    """A CSV may be compressed with Zstandard."""
    spec.upload(
        """
        action,customer_id,flag_type,comment
        add,C1,At Risk,late""",
        name="upload.csv.zst",
        packed="zst",
    )
    spec.reports("""
        applied
        1""")


def test_7_2_utf_8_is_read_with_and_without_its_mark(spec: Spec) -> None:
    """UTF-8 is read with and without a byte order mark."""
    spec.upload(
        """
        action,customer_id,flag_type,comment
        add,C1,At Risk,läßt warten""",
        written_as="utf-8-sig",
    )
    spec.upload(
        """
        action,customer_id,flag_type,comment
        add,C2,At Risk,läßt warten""",
        written_as="utf-8",
    )
    spec.then_flags("""
        customer_id  comment
        C1           läßt warten
        C2           läßt warten""")


def test_7_2_utf_16_and_utf_32_are_read_by_their_marks(spec: Spec) -> None:
    """UTF-16 and UTF-32 are known by their byte order marks."""
    for encoding in ("utf-16", "utf-32"):
        spec.upload(
            f"""
        action,customer_id,flag_type,comment
        set,C1,At Risk,läßt warten ({encoding})""",
            written_as=encoding,
        )
        spec.then_flags(f"""
        comment
        läßt warten ({encoding})""")


def test_7_2_what_is_not_utf_8_is_read_as_windows_1252_and_the_report_says_so(spec: Spec) -> None:
    """A text that is not UTF-8 is read as Windows-1252 if it can be, and the report says so."""
    spec.upload(
        """
        action,customer_id,flag_type,comment
        add,C1,At Risk,owes 5 €; läßt warten""",
        written_as="cp1252",
    )
    spec.then_flags("""
        comment
        owes 5 €; läßt warten""")
    spec.remarks("Windows-1252")


def test_7_2_the_encoding_that_is_named_decides(spec: Spec) -> None:
    """An encoding that is named decides, and the report has nothing to remark."""
    spec.upload(
        """
        action,customer_id,flag_type,comment
        add,C1,At Risk,zażółć""",
        written_as="cp1250",
        encoding="cp1250",
    )
    spec.then_flags("""
        comment
        zażółć""")


def test_7_2_a_file_that_is_not_in_the_named_encoding_is_refused(spec: Spec) -> None:
    """A file that is not in the encoding named is refused."""
    spec.refuses(
        """
        action,customer_id,flag_type,comment
        add,C1,At Risk,läßt warten""",
        "utf-8",
        "--encoding",
        written_as="cp1252",
        encoding="utf-8",
    )


def test_7_3_headers_match_without_case_blanks_and_punctuation_and_by_alias(spec: Spec) -> None:
    """Headers match whatever their case, blanks, underscores and punctuation; other usual names are understood."""
    spec.upload("""
        COMMAND,Customer ID,E-mail address,Mobile phone,Flag-Type,Alert message,Expiry date,Reason for change,Requested by
        add,C1,,,At Risk,late,2026-05-01,said so,Ann""")
    spec.then_flags("""
        customer_id  flag_type  comment  expires_on  flagged_by
        C1           At Risk    late     2026-05-01  Ann""")
    spec.then_flag_history("""
        reason
        said so""")


def test_7_3_the_settings_may_add_headers(spec: Spec) -> None:
    """The settings may name further headers for a column."""
    spec.settings("""
        [aliases]
        customer_id = ["Kundennummer"] """)
    spec.apply("""
        action  Kundennummer  flag_type  comment  =>  outcome
        add     C1            At Risk    late     =>  applied""")


def test_7_3_title_lines_above_the_header_are_skipped(spec: Spec) -> None:
    """Lines above the header are skipped, and count as rows of the sheet."""
    spec.upload("""
        Flags for the front desk
        as of Monday,,see below

        action,customer_id,flag_type,comment
        add,C1,At Risk,late""")
    spec.rows("""
        row  outcome
        5    applied""")


def test_7_3_an_unknown_column_is_named_and_carried_through(spec: Spec) -> None:
    """A column that is not recognised is named in the report and comes back with the results."""
    spec.apply("""
        action  customer_id  Shoe size  flag_type  comment  =>  outcome  Shoe size
        add     C1           44         At Risk    late     =>  applied  44""")
    spec.remarks("Shoe size")


def test_7_3_a_missing_column_refuses_the_file(spec: Spec) -> None:
    """A file without a required column is refused; the answer names it and the columns that are there."""
    spec.refuses(
        """
        action,customer_id,Remarks
        add,C1,late""",
        "flag_type",
        "action, customer_id, Remarks",
    )


def test_7_3_a_file_without_any_key_is_refused(spec: Spec) -> None:
    """One of the three columns that name the customer is required."""
    spec.refuses(
        """
        action,flag_type,comment
        add,At Risk,late""",
        "customer_id or email or phone",
    )


def test_7_3_two_columns_for_one_field_refuse_the_file(spec: Spec) -> None:
    """A file in which two columns mean the same field is refused."""
    spec.refuses(
        """
        action,customer_id,Customer No,flag_type,comment
        add,C1,C1,At Risk,late""",
        "customer_id, Customer No",
    )


def test_7_3_every_visible_sheet_with_the_headers_is_read(spec: Spec) -> None:
    """Of a workbook every visible sheet with the required headers is read; the others are named in the report."""
    spec.apply_workbook("""
        [Flags]
        action  customer_id  flag_type  comment  =>  sheet  outcome
        add     C1           At Risk    late     =>  Flags  applied

        [Notes]
        Who  What
        Ann  hello

        [Hidden] hidden
        action  customer_id  flag_type  comment
        add     C3           At Risk    late

        [More]
        action  customer_id  flag_type  comment  =>  sheet  outcome
        add     C2           At Risk    late     =>  More   applied""")
    spec.remarks("Notes", "Hidden")


def test_7_4_row_numbers_are_those_that_the_spreadsheet_shows(spec: Spec) -> None:
    """Blank records and title lines count; line breaks inside cells and a sep= line do not."""
    spec.upload("""
        sep=,
        Flags of the week

        action,customer_id,flag_type,comment
        add,C1,At Risk,"one
        two"

        add,X99,At Risk,late""")
    spec.rows("""
        row  outcome   code
        4    applied
        6    rejected  unknown-customer""")


def test_7_4_an_error_in_a_column_that_is_not_recognised_is_no_fault(spec: Spec) -> None:
    """Only in a recognised column is an error in a cell a fault."""
    spec.apply_workbook("""
        [Flags]
        action  customer_id  flag_type  comment  Balance     =>  outcome
        add     C1           At Risk    late     error #N/A  =>  applied""")


def test_7_4_what_could_not_be_read_is_rejected_again_unless_it_is_mended(spec: Spec) -> None:
    """Rejected rows that come back unmended are rejected again: an error or a number that is no id does not turn into text."""
    spec.customers("""
        customer_id
        42
        43""")
    spec.apply_workbook("""
        [Flags]
        action  customer_id               flag_type  comment     =>  outcome   code
        add     number 42 shown as 00000  At Risk    late        =>  rejected  id-not-exact
        add     number 43                 At Risk    error #N/A  =>  rejected  cell-error""")
    spec.apply_rejected("""
        outcome
        rejected
        rejected""")


def test_7_4_a_date_cell_of_a_workbook_is_a_date(spec: Spec) -> None:
    """A date in a workbook is a date, however it is shown; so is one in ISO text."""
    spec.apply_workbook("""
        [Flags]
        action  customer_id  flag_type  comment  expires_on  =>  outcome
        add     C1           At Risk    late     day 46143   =>  applied
        add     C2           At Risk    late     2026-05-01  =>  applied""")
    spec.then_flags("""
        customer_id  expires_on
        C1           2026-05-01
        C2           2026-05-01""")


def test_7_4_a_row_of_a_csv_with_too_few_cells_comes_back(spec: Spec) -> None:
    """A row of a CSV that has fewer cells than the header was cut short, or is none at all: what it lacks is not taken for blank."""
    spec.upload("""
        action,customer_id,flag_type,comment,expires_on
        add,C1,At Risk,late
        add,C2,At Risk,late,
        Total rows: 2""")
    spec.rows("""
        row  outcome   code
        2    rejected  short-row
        3    applied
        4    rejected  short-row,unknown-action,missing-customer,missing-flag-type""")


def test_7_4_control_characters_come_back(spec: Spec) -> None:
    """A cell with a control character comes back, and so does an id, a word or a date with a line break inside it; comments may have them."""
    spec.apply(r"""
        action  customer_id  flag_type  comment         =>  outcome   code
        add     C1           At Risk    "la\u0007te"    =>  rejected  control-character
        add     "C1\nC2"     At Risk    late            =>  rejected  control-character,unknown-customer
        add     C3           At Risk    "late\ntwice"   =>  applied""")


def test_7_4_a_cell_longer_than_a_spreadsheet_holds_comes_back(spec: Spec) -> None:
    """No cell may hold more than 32,767 characters: that is a quotation mark left open, or no text that anybody wrote."""
    spec.upload("""
        action,customer_id,flag_type,comment,reason
        add,C1,At Risk,late,(32768 letters)""")
    spec.rows("""
        row  outcome   code
        2    rejected  cell-too-long""")


def test_7_5_rows_swallowed_by_stray_quotation_marks_refuse_the_file(spec: Spec) -> None:
    """A cell between two stray quotation marks that holds whole rows refuses the file, and the answer names the row; a line break alone does not."""
    spec.refuses(
        """
        action,customer_id,flag_type,comment
        add,C1,At Risk,"late
        add,C2,At Risk,late
        add,C3,At Risk,"
        """,
        "row 2",
        "swallowed",
    )


def test_7_4_a_date_is_written_as_iso(spec: Spec) -> None:
    """A date in ISO form is read; what is no date, or no day of the calendar, comes back."""
    spec.apply("""
        action  customer_id  flag_type  comment  expires_on           =>  outcome   code
        add     C1           At Risk    late     2026-05-01           =>  applied
        add     C2           At Risk    late     2026-05-01T00:00:00  =>  applied
        add     C3           At Risk    late     2026-02-30           =>  rejected  bad-date
        add     C3           At Risk    late     2026-05-01 25:00     =>  rejected  bad-date
        add     C3           At Risk    late     2026-05-01T10:00+99  =>  rejected  bad-date
        add     C3           At Risk    late     1 May                =>  rejected  bad-date""")


def test_7_4_a_time_with_an_offset_is_of_the_day_that_it_is_in_the_business_time_zone(spec: Spec) -> None:
    """Where a last day is a time with an offset, the day counts that it then is in the business time zone."""
    spec.settings("""
        business.timezone = "America/New_York" """)
    spec.apply("""
        action  customer_id  flag_type  comment  expires_on                 =>  outcome   code
        add     C1           At Risk    late     2026-06-01T02:30Z          =>  applied
        add     C2           At Risk    late     2026-06-01T23:30-08:00     =>  applied
        add     C3           At Risk    late     2026-06-01T23:30           =>  applied
        add     C3           Warning    late     2026-06-01T10:00:00+99:00  =>  rejected  bad-date""")
    spec.then_flags("""
        customer_id  expires_on
        C1           2026-05-31
        C2           2026-06-02
        C3           2026-06-01""")


def test_7_4_a_date_that_can_be_read_in_two_ways_is_ambiguous(spec: Spec) -> None:
    """Without a format in the settings 01/02/2026 may be either of two days, and comes back."""
    spec.apply("""
        action  customer_id  flag_type  comment  expires_on  =>  outcome   code
        add     C1           At Risk    late     01/05/2026  =>  rejected  ambiguous-date
        add     C1           At Risk    late     01.05.26    =>  rejected  ambiguous-date""")


def test_7_4_the_settings_may_name_formats_of_dates(spec: Spec) -> None:
    """The settings may name formats of dates; two that give different days leave a date ambiguous."""
    spec.settings("""
        [business]
        date_formats = ["%d/%m/%Y", "%m-%d-%Y", "%d-%m-%Y"] """)
    spec.apply("""
        action  customer_id  flag_type  comment  expires_on  =>  outcome   code
        add     C1           At Risk    late     01/05/2026  =>  applied
        add     C2           At Risk    late     04-05-2026  =>  rejected  ambiguous-date
        add     C2           Warning    late     13-05-2026  =>  applied
        add     C3           At Risk    late     2026-05-01  =>  applied""")
    spec.then_flags("""
        customer_id  expires_on
        C1           2026-05-01
        C2           2026-05-13
        C3           2026-05-01""")


def test_7_6_the_same_row_twice_in_an_export_counts_once(spec: Spec) -> None:
    """Rows of an export with the same id and the same content count once."""
    spec.load(
        bookings="""
        booking_id  customer_id  starts_at         service
        B1          C1           2026-03-10 10:00  walk
        B1          C1           2026-03-10 10:00  walk
        B2          C1           2026-03-11 10:00  walk"""
    )
    spec.then_bookings("""
        booking_id  service
        B1          walk
        B2          walk""")
    spec.then_batch_rows("code")


def test_7_6_different_rows_with_one_id_in_an_export_are_both_rejected(spec: Spec) -> None:
    """Rows of an export with the same id and different content come back, each of them."""
    spec.load(
        customers="""
        customer_id  first_name
        C8           Ann
        C8           Anne
        C9           Bob""",
        bookings="""
        booking_id  customer_id  starts_at         service
        B1          C1           2026-03-10 10:00  walk
        B2          C1           2026-03-10 10:00  walk
        B1          C1           2026-03-10 11:00  walk""",
    )
    spec.then_customers("""
        customer_id  first_name
        C1
        C2
        C3
        C9           Bob""")
    spec.then_bookings("""
        booking_id
        B2""")
    spec.then_batch_rows("""
        file_no  source_row  outcome   code
        1        2           rejected  duplicate-id
        1        3           rejected  duplicate-id
        2        2           rejected  duplicate-id
        2        4           rejected  duplicate-id""")


def test_7_7_text_that_looks_like_a_formula_gets_an_apostrophe(spec: Spec) -> None:
    """In a CSV that Flagbook writes, a text that begins like a formula, or with an apostrophe, has one apostrophe before it."""
    spec.upload("""
        action,customer_id,flag_type,comment
        set,C1,At Risk,=1+1
        set,X9,On Hold,=1+1
        set,X9,At Risk,+44
        set,X9,Warning,-5
        set,X9,Important,@home
        set,X9,Alert,'quoted
        set,C2,Alert,1 = 1""")
    spec.result_file(
        """
        action,customer_id,flag_type,comment,message
        set,X9,On Hold,'=1+1,no customer has this key: check it against the customer export
        set,X9,At Risk,'+44,no customer has this key: check it against the customer export
        set,X9,Warning,'-5,no customer has this key: check it against the customer export
        set,X9,Important,'@home,no customer has this key: check it against the customer export
        set,X9,Alert,''quoted,no customer has this key: check it against the customer export""",
        "rejected",
    )


def test_7_7_files_that_flagbook_wrote_are_read_without_that_apostrophe(spec: Spec) -> None:
    """A file that Flagbook wrote is known by its last columns; one apostrophe is taken off again, and only before such a text."""
    spec.upload("""
        action,customer_id,flag_type,comment,message
        set,C1,At Risk,'=1+1,a new flag needs a comment that says why
        set,C1,Warning,''quoted,a new flag needs a comment that says why
        set,C1,Alert,'plain,a new flag needs a comment that says why""")
    spec.then_flags("""
        flag_type  comment
        Alert      'plain
        At Risk    =1+1
        Warning    'quoted""")


def test_7_7_a_results_file_may_be_uploaded_as_it_is(spec: Spec) -> None:
    """A file of results is known by its columns too, and may be uploaded as it is."""
    spec.upload("""
        action,customer_id,flag_type,comment,outcome,code,message,matched_customer_id,bookings_updated
        add,C1,At Risk,'=1+1,applied,,flag added,C1,0""")
    spec.then_flags("""
        comment
        =1+1""")
    spec.result_file("""
        action,customer_id,flag_type,comment,outcome,code,message,matched_customer_id,bookings_updated
        add,C1,At Risk,'=1+1,applied,,flag added,C1,0""")


def test_7_7_a_last_column_called_message_with_other_texts_is_the_users_own(spec: Spec) -> None:
    """A last column called message that holds other texts is the user's own: nothing is taken off, and it comes back."""
    spec.upload("""
        action,customer_id,flag_type,comment,message
        set,C1,At Risk,'=1+1,ask Ann""")
    spec.then_flags("""
        comment
        '=1+1""")
    spec.result_file("""
        action,customer_id,flag_type,comment,message,outcome,code,message,matched_customer_id,bookings_updated
        set,C1,At Risk,''=1+1,ask Ann,applied,,flag added,C1,0""")


def test_7_7_in_other_files_apostrophes_stay(spec: Spec) -> None:
    """In a file of anybody else's an apostrophe in a text stays."""
    spec.upload("""
        action,customer_id,flag_type,comment
        set,C1,At Risk,'=1+1""")
    spec.then_flags("""
        comment
        '=1+1""")
