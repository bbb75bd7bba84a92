"""Harbour & Hearth Ltd: what is said of it in every file, and its settings."""

MADE_UP = "Invented sample data of Harbour & Hearth Ltd, a tour and cleaning business that does not exist"
SETTINGS = """# Settings of Harbour & Hearth Ltd, a tour and cleaning business that does not exist.

[business]
# Times without an offset are on this clock, and a day begins and ends by it.
timezone = "Europe/London"
# Phone numbers without a country code are British: 07700 900123 is +44 7700 900123.
phone_region = "GB"
# Days are written as 2026-07-05. With the line below, 05/07/2026 would be taken as well, for 5 July.
# date_formats = ["%d/%m/%Y"]

[flags]
comment_limit = 500

# The most severe type first. Coming bookings of a customer with a type that holds must not go ahead.
[[flags.types]]
name = "On Hold"
colour = "red"
holds = true

[[flags.types]]
name = "At Risk"
colour = "red"

[[flags.types]]
name = "Warning"
colour = "yellow"

[[flags.types]]
name = "Important"
colour = "blue"

[[flags.types]]
name = "Alert"
colour = "magenta"

# What the booking system calls its statuses, beside the words that Flagbook knows.
[status_words]
"Deposit paid" = "booked"
"Invoiced" = "completed"
"Called off" = "cancelled"
"""
