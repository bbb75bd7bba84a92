"""What a batch means: uploads that come twice, contradict themselves or each other, or ask for too much."""

import json

import pytest

from tests.cli.test_refusals import fingerprint
from tests.hazards.books import table
from tests.hazards.conftest import Victim

REJECTED = "rejected"
HEAD = "action,customer_id,flag_type,comment\n"
ADD = HEAD + "add,C1,Alert,late twice\nadd,C2,Warning,dog\n"
MANY = 60


def version(victim: Victim, customer: str) -> int:
    (flag,) = json.loads(victim.run("show", customer, "--json").out)["flags"]
    return int(flag["version"])


def refuses(victim: Victim, *words: str, said: str) -> None:
    """Fail unless an upload is refused in these words and nothing is written."""
    before = fingerprint(victim.shop)
    ran = victim.run(*words)
    assert (ran.code, said in ran.err, fingerprint(victim.shop)) == (3, True, before), ran.err


def flags(victim: Victim, customer: str = "C1") -> list[tuple[str, str]]:
    return [(flag["flag_type"], flag["comment"]) for flag in json.loads(victim.run("show", customer, "--json").out)["flags"]]


def batches(victim: Victim) -> int:
    return len(json.loads(victim.run("batches", "--json").out)["batches"])


def outcomes(victim: Victim, text: str, *words: str) -> list[tuple[str, str | None]]:
    return [(outcome, code) for _, outcome, code in victim.outcomes("up.csv", text.encode(), *words)]


def crowd(victim: Victim) -> None:
    """Give a crowd of customers a flag each."""
    ids = [f"N{number}" for number in range(MANY)]
    people = victim.shop.file("people.csv", "customer_id\nC1\nC2\n" + "\n".join(ids))
    assert victim.run("load", "--customers", people).code == 0
    assert outcomes(victim, HEAD + "\n".join(f"add,{one},Alert,x" for one in ids)) == [("applied", None)] * MANY


@pytest.mark.hazard(42, "The same upload twice; saved anew with the same rows", "it says that it was applied before, and as which batch; nothing is done")
def test_again(victim: Victim) -> None:
    assert outcomes(victim, ADD) == [("applied", None)] * 2
    before = batches(victim)
    for name, content in (("up.csv", ADD.encode()), ("up.xlsx", table(("add", "C1", "Alert", "late twice"), ("add", "C2", "Warning", "dog")))):
        again = victim.hand_in(name, content)
        assert (again.code, batches(victim)) == (0, before), again.out
        assert "was applied before, as batch 2; nothing was done" in again.out
    assert flags(victim) == [("Alert", "late twice")]


@pytest.mark.hazard(43, "The same flag on several rows of one upload: added and removed, added twice", "each row is applied to what the rows above it left")
def test_several_rows_of_one_flag(victim: Victim) -> None:
    rows = "add,C1,Alert,one\nremove,C1,Alert,\nadd,C1,Alert,two\nadd,C1,Alert,three\nset,C1,Alert,four\nadd,C1,Alert,four\n"
    found = outcomes(victim, HEAD + rows)
    assert found == [("applied", None)] * 3 + [(REJECTED, "already-flagged"), ("applied", None), ("unchanged", None)]
    assert flags(victim) == [("Alert", "four")]


@pytest.mark.hazard(
    44, "An unknown or erased customer, a flag that is there or is gone", "each comes back with its own code, or is unchanged or left alone, and counts so"
)
def test_what_is_not_there(victim: Victim) -> None:
    assert outcomes(victim, ADD) == [("applied", None)] * 2
    assert victim.run("erase", "C2", "--by", "Boss", "--yes").code == 0
    rows = "add,C1,Alert,late twice\nadd,C1,Alert,other\nedit,C1,Important,x\nremove,C1,Important,\nadd,C9,Alert,x\nadd,C2,Alert,x\n"
    assert outcomes(victim, HEAD + rows) == [
        ("unchanged", None),
        (REJECTED, "already-flagged"),
        (REJECTED, "no-such-flag"),
        ("unchanged", None),
        (REJECTED, "unknown-customer"),
        ("ignored", "erased-customer"),
    ]


@pytest.mark.hazard(45, "Two people change one flag from sheets of the same day", "the second one's row comes back as changed-since-export")
def test_old_sheet(victim: Victim) -> None:
    assert outcomes(victim, ADD) == [("applied", None)] * 2
    head, first, second = "action,customer_id,flag_type,comment,version\n", version(victim, "C1"), version(victim, "C2")
    assert outcomes(victim, f"{head}edit,C1,Alert,Ann's,{first}\n") == [("applied", None)]
    late = f"{head}edit,C1,Alert,Ben's,{first}\nedit,C2,Warning,cat,{second}\n"
    assert outcomes(victim, late) == [(REJECTED, "changed-since-export"), ("applied", None)]
    assert flags(victim) == [("Alert", "Ann's")]


@pytest.mark.hazard(
    46, "An upload that ends most flags; one of more rows than one person may apply", "refused until it is asked for, or a second person approves"
)
def test_too_much(victim: Victim) -> None:
    crowd(victim)
    ends = str(victim.shop.file("ends.csv", HEAD + "\n".join(f"remove,N{number},Alert," for number in range(MANY))))
    refuses(victim, "apply", ends, said="60 of the 60 active flags")
    victim.shop.file("flagbook.toml", "approval = true\n[batches]\napproval_over = 5\n")
    asked = ("apply", ends, "--allow-mass-change", "--by", "Ann")
    refuses(victim, *asked, said="needs approval")
    refuses(victim, *asked, "--approved-by", "ann", said="somebody else")
    assert victim.run(*asked, "--approved-by", "Ben").code == 0


@pytest.mark.hazard(47, "A row by somebody who may not flag, is not listed, or is listed in the row only", "it comes back as not-allowed")
def test_who_may(victim: Victim) -> None:
    victim.shop.file("flagbook.toml", '[[staff]]\nname = "Ann"\n[[staff]]\nname = "Bob"\nmay_flag = false\n')
    head = "action,customer_id,flag_type,comment,flagged_by\n"
    upload = f"{head}add,C1,Alert,x,Ann\nadd,C1,Warning,x,Bob\nadd,C1,Important,x,Gone\nadd,C2,Alert,x,\n"
    assert outcomes(victim, upload, "--by", "Stranger") == [("applied", None)] + [(REJECTED, "not-allowed")] * 3


@pytest.mark.hazard(
    48, "Every row bad; one row bad of many, and the same with --all-or-nothing", "nothing applied and every row told; all but the one; nothing"
)
def test_bad_rows(victim: Victim) -> None:
    bad = HEAD + "".join(f"add,C1,Nonsense,{number}\n" for number in range(500))
    assert outcomes(victim, bad) == [(REJECTED, "unknown-flag-type")] * 500
    good = "".join(f"set,C1,Alert,note {number}\n" for number in range(2_000))
    assert [outcome for outcome, _ in outcomes(victim, HEAD + "add,C9,Alert,x\n" + good, "--all-or-nothing")] == [REJECTED] + ["unprocessed"] * 2_000
    assert flags(victim) == []
    assert [outcome for outcome, _ in outcomes(victim, HEAD + "add,C9,Alert,x\n" + good)] == [REJECTED] + ["applied"] * 2_000
    assert flags(victim) == [("Alert", "note 1999")]
