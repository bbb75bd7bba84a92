"""Another source's tables, read through the column map that the docs keep as an example."""

import shutil

import duckdb

from tests.cli.conftest import ROOT, Shop

CUSTOMERS = """customer_id,store_id,first_name,last_name,email,phone,activebool,create_date,last_update
11,1,ADA,ARCHER,ADA.ARCHER@example.org,,t,2020-02-14,2020-02-15 04:57:20
12,1,BO,BAKER,BO.BAKER@example.org,28303384290,t,2020-02-14,2020-02-15 04:57:20
13,2,CY,COOK,CY.COOK@example.org,,f,2020-02-14,2020-02-15 04:57:20
"""
RENTALS = """rental_id,rental_date,inventory_id,customer_id,return_date,staff_id,amount,last_update
1,2020-07-30 01:56:11,921,11,2020-08-01 06:34:11,2,0.99,2021-02-15 21:30:53
2,2020-08-01 00:00:00,567,11,2020-08-06 23:06:01,2,4.99,2021-02-15 21:30:53
3,2020-08-02 05:35:48,3576,12,,1,2.99,2021-02-15 21:30:53
4,2020-08-03 05:35:48,3576,13,,1,,2021-02-15 21:30:53
5,2020-08-03 05:35:48,3576,99,,1,,2021-02-15 21:30:53
"""
UPLOAD = """action,customer_id,email,flag_type,comment
add,11,,Alert,Asks for refunds
add,,bo.baker@EXAMPLE.org,On Hold,Unpaid fines
add,13,,Warning,Returns late
add,14,,Alert,Nobody
"""


def test_a_map_of_ten_lines_loads_another_sources_tables(bare: Shop) -> None:
    shutil.copy(ROOT / "docs" / "maps" / "rental_shop.toml", bare.folder / "map.toml")
    files = bare.file("customer.csv", CUSTOMERS), bare.file("rental.csv", RENTALS)
    loaded = bare.run("load", "--customers", files[0], "--bookings", files[1], "--map", "map.toml", "--as-of", "2020-08-01", "--json")
    assert loaded.code == 4, loaded.err
    assert loaded.json()["bookings"] == {"read": 5, "new": 4, "changed": 0, "unchanged": 0, "rejected": 1}
    assert (bare.folder / "rental.rejected.csv").read_text().splitlines()[1].startswith("5,2020-08-03 05:35:48,3576,99,,1,,")
    applied = bare.run("apply", bare.file("up.csv", UPLOAD), "--as-of", "2020-08-01", "--json").json()
    assert (applied["rows"]["applied"], applied["rows"]["rejected"], applied["bookings"]["updated"]) == (3, 1, 3)
    with duckdb.connect(str(bare.folder / "flagbook.duckdb"), read_only=True) as con:
        told = con.sql("SELECT booking_id, alert_message FROM bookings WHERE alert_message IS NOT NULL ORDER BY 1").fetchall()
        statuses = con.sql("SELECT customer_id, status FROM customers ORDER BY 1").fetchall()
        batch = con.sql("SELECT rows_read, applied, rejected, bookings_updated FROM batches WHERE batch_id = 2").fetchall()
    assert told == [("2", "Asks for refunds"), ("3", "Unpaid fines"), ("4", "Returns late")]
    assert statuses == [("11", "active"), ("12", "active"), ("13", "archived")]
    assert batch == [(4, 3, 1, 3)]


def test_a_map_with_an_unknown_column_is_refused_with_the_nearest_name(bare: Shop) -> None:
    bare.file("map.toml", '[bookings]\nbooking = "rental_id"\n')
    ran = bare.run("load", "--customers", bare.file("customer.csv", CUSTOMERS), "--map", "map.toml")
    assert (ran.code, "booking_id" in ran.err) == (3, True), ran.err
    assert not (bare.folder / "flagbook.duckdb").exists()
