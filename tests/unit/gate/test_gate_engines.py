"""Great Expectations and the masks come to the same."""

import random
import subprocess
import sys

import numpy as np
import pytest

from ingestion.gate import GateError, expectations, judge
from ingestion.gate.vectors import FALSE, NULL, TRUE
from ingestion.submissions import Mark

UNITS = (("U1", "DISTRICT", ("A1", "A2", "A3")), ("U2", "BLOC", ("C1",)), ("P1", "PROVINCE", ()))


def scrambled(world, rnd, who, period):
    """Give a workbook in which a few cells are not what they were."""
    unit, kind, organisations = who
    book = world.workbook(unit=unit, kind=kind, organisations=organisations, period=period)
    if "B09" in book.tables:
        book.target(self_assessment=rnd.choice(["VUOT", "DAT"]), target_min=float(rnd.randint(8, 14)))
    cells = [
        (form, row, column)
        for form, rows in book.tables.items()
        for row, values in enumerate(rows)
        for column, value in values.items()
        if isinstance(value, int)
    ]
    for form, row, column in rnd.sample(cells, min(len(cells), rnd.choice([0, 1, 3, 20]))):
        change = rnd.choice([Mark.BLANK, Mark.INVALID, Mark.NOT_APPLICABLE, -1, 1, 7, 60])
        book.set(form, row, **{column: change})
    if rnd.random() < 0.2 and book.tables:
        book.without(rnd.choice(sorted(book.tables)))
    return book


def test_the_engines_agree_on_scrambled_workbooks(world):
    rnd = random.Random(7)
    seen: set[str] = set()
    for period in ("2018-N", "2019-6T", "2019-N", "2025-N"):
        past = [world.workbook(unit=u, kind=k, organisations=o, period="2018-N") for u, k, o in UNITS]
        context = {"history": world.history(a=past[0], b=past[1])}
        books = []
        for who in UNITS:
            for revision in range(1, 9):
                book = scrambled(world, rnd, who, period)
                book.revision = revision
                books.append(book)
        with_gx = world.batch(books, engine="gx", **context)
        with_masks = world.batch(books, engine="masks", **context)
        assert with_gx == with_masks
        seen |= {str(j.verdict) for j in with_masks}

    assert {"accepted", "rejected", "needs_explanation"} <= seen


def test_each_frame_is_validated_with_its_own_rows():
    def column(*values):
        return np.array(values, dtype=np.int8)

    frames = [
        {"V001": column(TRUE, TRUE), "V002": column(TRUE, NULL)},
        {"V001": column(TRUE, FALSE), "V002": column(NULL, NULL)},
        {"V001": column(TRUE)},
    ]

    assert expectations.validate(frames) == [
        {"V001": True, "V002": True},
        {"V001": False, "V002": True},
        {"V001": True},
    ]


def test_a_difference_between_the_engines_is_an_error_of_ours(world, monkeypatch):
    monkeypatch.setattr(
        expectations, "validate", lambda frames: [dict.fromkeys(masks, False) for masks in frames]
    )

    with pytest.raises(GateError, match="do not agree"):
        world.judge(world.workbook(), engine="gx")


def test_the_masks_do_without_great_expectations():
    code = "import sys, ingestion.gate; sys.exit('great_expectations' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_order_of_submissions_changes_nothing(world):
    rnd = random.Random(3)
    submissions = [scrambled(world, rnd, UNITS[0], "2019-N").submission() for _ in range(4)]
    for number, submission in enumerate(submissions):
        object.__setattr__(submission.key, "revision", number)
    forwards = judge(submissions, world.context(), engine="masks")
    backwards = judge(submissions[::-1], world.context(), engine="masks")

    assert forwards == backwards
