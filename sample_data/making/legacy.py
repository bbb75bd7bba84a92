"""Other systems' exports, one or two a system, with the damage that such files carry. Everything in them is invented."""

import csv
import io
from collections.abc import Sequence

Rows = Sequence[Sequence[str]]
SHOPIFY = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,Default Address Address2,"
    "Default Address City,Default Address Province Code,Default Address Country Code,Default Address Zip,Default Address Phone,Phone,"
    "Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags"
)
JOBBER = (
    "J-ID,Created Date,Is Company?,Display Name,Company Name,Title,First Name,Last Name,Lead Source,Main Phone #s,Mobile Phone #s,Work Phone #s,"
    "Home Phone #s,E-mails,Tags,Billing Street 1,Billing Street 2,Billing City,Billing State,Billing Country,Billing Zip code,Service Property Name,"
    "Service Street 1,Service Street 2,Service City,Service State,Service Zip code,Archived"
)
APPOINTMENTS = (
    "Start Time,End Time,Timezone,First Name,Last Name,Phone,Email,Type,Calendar,Appointment Price,Paid?,Amount Paid Online,Certificate Code,Notes,"
    "Date Scheduled,Label,Scheduled By,Any allergies? / Allergien? ,Appointment ID"
)
RESALEAI = "Customer ID,First Name,Last Name,Email,Phone,flag customer?,Flagged Reason,Flagged By,Flagged Date,Action,Date,Reason,Employee"
MINDBODY = (
    "ID,First Name,Last Name,Email,Phone,Home Phone,Mobile Phone,Date Added,Status,Red Alert,Yellow Alert,Booking Suspended,Suspension Start Date,"
    "Suspension End Date"
)


def _csv(header: str, rows: Rows, separator: str = ",", *, quoted: bool = False) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n", quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writerows([header.split(","), *rows])
    return text.getvalue()


def _wide(header: str, **cells: str) -> list[str]:
    """Return a row of which only some cells are filled, named by their headers with _ for what is no letter."""
    named = {"".join(letter if letter.isalnum() else "_" for letter in title).strip("_"): title for title in header.split(",")}
    filled = {named[name]: text for name, text in cells.items()}
    return [filled.get(title, "") for title in header.split(",")]


def _shopify() -> bytes:
    rows = [
        {
            "Customer_ID": "'7210448301122",
            "First_Name": "Ada",
            "Last_Name": "Invent",
            "Email": "ada@example.com",
            "Phone": "'+447700900101",
            "Tags": "vip, horeca",
        },
        {
            "Customer_ID": "'7210448301123",
            "First_Name": "Ben",
            "Email": "ben@example.com",
            "Default_Address_Phone": "'+447700900102",
            "Tags": "Fraud, chargeback",
        },
        {"Customer_ID": "'7210448301124", "First_Name": "Cy", "Email": "shared@example.com", "Note": "leave at door,\nring twice", "Tags": "wholesale"},
        {"Customer_ID": "'7210448301125", "First_Name": "Di", "Email": "shared@example.com", "Tags": "DO NOT SHIP, blacklist"},
        {"Customer_ID": "7.21045E+12", "First_Name": "Ed", "Email": "ed@example.com", "Tags": "vip"},
    ]
    return _csv(SHOPIFY, [_wide(SHOPIFY, **row) for row in rows]).encode("utf-8-sig")


def _acuity() -> dict[str, bytes]:
    clients = [
        ("Fay", "Made", "'+447700900110", "fay@example.com", "12", "", "yes"),
        ("Gus", "Up", "'+447700900111", "", "200", "late twice", ""),
        ("Hal", "Nobody", "", "", "", "", "yes"),
    ]
    form = "Any allergies? / Allergien? "
    appointments = [
        {"Start_Time": "December 2, 2030 9:00 am", "End_Time": "December 2, 2030 10:00 am", "Timezone": "Europe/London", "Email": "fay@example.com"},
        {"Start_Time": "July 15, 2030 2:30 pm", "End_Time": "July 15, 2030 3:00 pm", "Timezone": "America/New_York", "Email": "ina@example.com"},
        {"Start_Time": "N/A", "End_Time": "N/A", "Timezone": "Europe/London", "Email": "fay@example.com"},
    ]
    more = {
        "First_Name": "Fay",
        "Last_Name": "Studio 1",
        "Type": "Massage",
        "Calendar": "Studio 1",
        "Appointment_Price": "29.00",
        "Date_Scheduled": "2030-01-25",
    }
    rows = [_wide(APPOINTMENTS, **one, **more, Appointment_ID=str(900100 + place)) for place, one in enumerate(appointments)]
    assert form in APPOINTMENTS
    return {
        "acuity_clients.csv": _csv("First Name,Last Name,Phone,Email,Days Since Last Appointment,Notes,Banned", clients).encode(),
        "acuity_appointments.csv": _csv(APPOINTMENTS, rows, quoted=True).encode(),
    }


def _jobber() -> bytes:
    kit = {"First_Name": "Kit", "Last_Name": "Fiction", "Main_Phone__s": "+1 202-555-0101, +1 202-555-0102", "E_mails": "kit@example.com, home@example.com"}
    rows = [
        {"J_ID": "87557342_98290987", **kit, "Tags": "0, Client, Do not service", "Service_Street_1": "1 Main St • Anytown", "Archived": "false"},
        {"J_ID": "87557342_98290988", **kit, "Tags": "0, Client, Do not service", "Service_Street_1": "2 Main St • Anytown", "Archived": "false"},
        {"J_ID": "87557343_98290989", "Company_Name": "Made-Up Ltd", "Is_Company": "true", "Tags": "VIP, bad debt", "Archived": "true"},
    ]
    return _csv(JOBBER, [_wide(JOBBER, **row) for row in rows]).encode()


def _fresha() -> dict[str, bytes]:
    clients = [
        ("2001", "Lou", "Fable", "lou@example.com", "44 7700 900120", "", "", "", "", "", "Yes", "2024-02-01"),
        ("2002", "Mia", "Tale", "", "", "44 7700 900121", "", "", "", "likes tea", "No", "2024-02-02"),
    ]
    appointments = [
        ("F-100", "Lou Fable", "3 Mar 2031", "14:30", "45", "Cut", "Confirmed"),
        ("F-101", "Nobody Known", "4 Mar 2031", "09:00", "45", "Cut", "Confirmed"),
    ]
    header = "Client ID,First Name,Last Name,Email,Mobile Number,Telephone,Gender,Date of Birth,City,Note,Blocked,Added"
    times = "Appointment reference,Client,Scheduled date,Scheduled time,Duration,Services,Status"
    return {"fresha_clients.csv": _csv(header, clients).encode("utf-8-sig"), "fresha_appointments.csv": _csv(times, appointments).encode()}


def _square() -> bytes:
    header = "Reference ID,First Name,Last Name,Email Address,Phone Number,Company Name,Street Address 1,Street Address 2,City,State,Postal Code,Memo"
    header += ",Square Customer ID"
    rows = [
        ("", "Ned", "Yarn", "ned@example.com", "+447700900130", "", "", "", "", "", "", "", "SQ0001"),
        ("K-7", "Oda", "Story", "", "'+447700900131", "", "", "", "", "", "", "owes us", "SQ0002"),
    ]
    return _csv(header, rows, quoted=True).encode()


def _mindbody() -> bytes:
    rows = [
        ("100", "Pam", "Novel", "pam@example.com", "", "", "+447700900140", "03/02/2021", "Active", "Allergic to latex", "Pays late", "", "", ""),
        ("101", "Quin", "Plot", "quin@example.com", "", "", "", "05/06/2022", "Suspended", "", "", "true", "01/05/2026", "31/12/2099"),
        ("102", "Ray", "Scene", "ray@example.com", "", "", "", "07/08/2023", "Terminated", "", "", "true", "01/01/2024", "31/01/2024"),
    ]
    title = "Client report;;;\r\nPrinted 01/06/2026;;;\r\n"
    return ("sep=;\r\n" + title + _csv(MINDBODY, rows, ";")).encode("cp1252")


def _vagaro() -> bytes:
    header = (
        "First Name,Last Name,Email,Mobile Phone,Home Phone,Address,City,State,Zip,Birthday,Gender,Notes,Last Appointment,Customer Since,Source,Online Booking"
    )
    rows = [
        ("Sal", "Verse", "sal@example.com", "(202) 555-0150", *[""] * 11, "Block"),
        ("Tia", "Prose", "tia@example.com", "", *[""] * 11, "Require Acceptance"),
    ]
    return _csv(header, rows).encode()


def _bookeo() -> bytes:
    rows = [
        ("Una", "Saga", "una@example.com", "+44 7700 900160", "Shouted at the guide", "4"),
        ("Una", "Saga", "UNA@example.com", "+44 7700 900160", "", "1"),
        ("Una", "Saga", "Una Saga &lt;una@example.com&gt;", "", "No refund again", "2"),
        ("Vic", "Ode", "vic@example.com", "", "", "1"),
    ]
    cells = [f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows]
    head = "".join(f"<th>{title}</th>" for title in ("First name", "Last name", "Email address", "Phone", "Alert message", "Total bookings"))
    return f'<html><head><meta charset="utf-8"></head><body><p>Customers</p><table><tr>{head}</tr>{"".join(cells)}</table></body></html>\n'.encode()


def _thelayer() -> bytes:
    rows = [
        ("L-1", "Invented Telecom Ltd", "On Hold", "Invoice 112 unpaid", "Wendy", "03/02/2026"),
        ("L-1", "Invented Telecom Ltd", "At Risk", "Talks to a rival", "Wendy", "04/02/2026 10:15"),
        ("L-1", "Invented Telecom Ltd", "On Hold", "Invoice 113 unpaid", "Xan", "05/03/2026"),
        ("L-2", "Fictional Fibre plc", "Caution", "No such type", "Xan", "05/03/2026"),
        ("L-3", "Paper Lines", "important", "Ask for Zed", "Xan", "13/02/2026"),
    ]
    return _csv("Customer ID,Customer Name,Flag Type,Flag Comment,Created By,Created Date", rows, "\t").encode("utf-16")


def _launch27() -> bytes:
    rows = [
        ("Yara", "Épique", "", "yara@example.com", "+44 7700 900170", "Yes", "Cancelled five times", "Zoe", "02/14/2026", "Active"),
        ("Zed", "Myth", "Myth & Co", "zed@example.com", "", "No", "", "", "", "Archived"),
    ]
    header = "First Name,Last Name,Company Name,Email,Phone,Block this customer,Reason for blocking them,Blocked By,Blocked Date,Account Status"
    return _csv(header, rows).encode("cp1252")


def _dotimely() -> bytes:
    rows = [
        ("Customer ID", "Customer Name", "Email", "Phone", "Customer Status"),
        ("D1", "Abe Legend", "abe@example.com", "", "Active"),
        ("D2", "Legend, Bea", "bea@example.com", "", "Deactivated"),
    ]
    cell = '<Cell><Data ss:Type="String">{}</Data></Cell>'
    cells = [f"<Row>{''.join(map(cell.format, row))}</Row>" for row in rows]
    spaces = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
    return f'<?xml version="1.0"?>\n<Workbook {spaces}><Worksheet ss:Name="Customers"><Table>{"".join(cells)}</Table></Worksheet></Workbook>\n'.encode()


def _resaleai() -> bytes:
    jackson = ("R1", "Jackson", "Miller", "jackson@example.com", "+1 202-555-0180", "Yes", "stolen goods again", "Dana", "05/03/2025")
    rows = [
        (*jackson, "flagged", "01/10/2024", "brought stolen goods", "Dana"),
        (*jackson, "un-flagged", "02/11/2024", "it was a mix-up", "Eli"),
        (*jackson, "flagged", "05/03/2025", "stolen goods again", "Dana"),
        ("R2", "Cleo", "Rhyme", "cleo@example.com", "", "No", "", "", "", "flagged", "01/10/2023", "rude", "Dana"),
        ("R2", "Cleo", "Rhyme", "cleo@example.com", "", "No", "", "", "", "un-flagged", "01/12/2023", "mistake", "Dana"),
        ("R3", "Dov", "Ballad", "", "", "No", *[""] * 7),
    ]
    return _csv(RESALEAI, rows).encode()


def legacy_files() -> dict[str, bytes]:
    """Return every file by its name."""
    return {
        "shopify.csv": _shopify(),
        **_acuity(),
        "jobber.csv": _jobber(),
        **_fresha(),
        "square.csv": _square(),
        "mindbody.csv": _mindbody(),
        "vagaro.csv": _vagaro(),
        "bookeo.xls": _bookeo(),
        "thelayer.txt": _thelayer(),
        "launch27.csv": _launch27(),
        "dotimely.xls": _dotimely(),
        "resaleai.csv": _resaleai(),
    }
