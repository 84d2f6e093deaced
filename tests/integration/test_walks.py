"""What CONTRIBUTING says of a column, an alert and a format is so: done in a copy, each of them works."""

import json
import re
import textwrap
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
import yaml

from ingestion.definitions.catalogue import load_catalogue
from tests.support.opendocument import flat
from tests.support.walks import Copy, pieces


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy.below(tmp_path)


def test_a_column_is_filed_accepted_kept_counted_and_shown(copy: Copy) -> None:
    column, indicator, share = pieces("A column of a form")["yaml"]
    (column_read,), (indicator_read,) = yaml.safe_load(column), yaml.safe_load(indicator)
    code = column_read["code"]
    copy.add("ingestion/forms/B01.yml", column, before="- code: note\n")
    copy.add("ingestion/indicators/members.yml", indicator)
    copy.replace("demo/units.yml", r"(profile: \{female[^}]*)\}", rf"\1, {share.strip()}}}")

    copy.run("-m", "orchestration.project")
    copy.run("-m", "demo.sample")

    project = copy.root / "dbt_project"
    (fact,) = yaml.safe_load((project / "models/marts/forms/_fct_membership.yml").read_text("utf-8"))["models"]
    assert {"name": code, "data_type": "bigint"}.items() <= next(
        one for one in fact["columns"] if one["name"] == code
    ).items()
    filed = pq.read_table(project / "sample_bronze/forms/B01/2020-N.parquet").column(code).to_pylist()
    assert filed and all(isinstance(value, int) for value in filed), "accepted, with figures of the demo"
    shown = f"""
        import json
        from datetime import date
        from ingestion.definitions.catalogue import load_catalogue
        from reports.sections import plan_of
        catalogue = load_catalogue()
        topic = catalogue.indicators["{indicator_read["code"]}"].section
        tables = [t.kind for s in plan_of(catalogue).sections if topic in s.topics for t in s.tables]
        before, after = (catalogue.on(date(year, 12, 31)).forms["B01"].by_code for year in (2019, 2020))
        print(json.dumps([tables, "{code}" in before, "{code}" in after]))
    """
    tables, was_there, is_there = json.loads(copy.run("-c", textwrap.dedent(shown)))
    assert "rest" in tables
    assert (was_there, is_there) == (False, True)


def test_an_alert_is_raised_worded_held_against_an_offices_number_and_listed(copy: Copy) -> None:
    found = pieces("An alert of what was filed")
    (watch,), (threshold, texts) = found["python"], found["yaml"]
    (kind,) = yaml.safe_load(threshold)
    copy.add(f"ingestion/alerts/watches/{kind}.py", watch)
    copy.add("ingestion/alerts/thresholds.yml", threshold)
    copy.add("ingestion/messages/alert_quality.yml", texts)
    copy.add("tests/book.py", (Path(__file__).parents[1] / "unit/alerts/conftest.py").read_text("utf-8"))
    (copy.root / "registry").mkdir()
    copy.add("registry/thresholds.yml", f"{kind}: {{times: 2}}\n")

    copy.run("-m", "tests.support.lists")

    for place in ("docs/data-team.md", "dbt_project/models/_alerts.yml"):
        assert kind in (copy.root / place).read_text(encoding="utf-8"), place
    script = """
        import json
        from datetime import timedelta
        from pathlib import Path
        from ingestion.alerts.measures import Filings
        from ingestion.alerts.outbox import Outbox
        from ingestion.alerts.quality import filing_alerts
        from ingestion.alerts.thresholds import shipped, thresholds_of
        from ingestion.alerts.watches import OF_FILINGS
        from ingestion.alerts.wording import compose
        from ingestion.definitions.catalogue import load_catalogue
        from ingestion.records.findings import Verdict
        from tests.book import NOW, Book, make_registry
        book, registry = Book(), make_registry()
        def told(thresholds):
            filings = Filings(book.state, registry, load_catalogue(), NOW, NOW - timedelta(days=99))
            return [a for a in filing_alerts(filings, thresholds) if a.kind == "KIND"]
        said = []
        for number in range(4):
            said.append([len(told(shipped())), len(told(thresholds_of(Path("registry"))))])
            book.file("KA", Verdict.REJECTED)
        (alert,) = told(shipped())
        book.file("KA", Verdict.ACCEPTED)
        said.append([len(told(shipped())), len(told(thresholds_of(Path("registry"))))])
        words = [compose([alert], registry, language, "TK") for language in ("vi", "en")]
        outbox = Outbox(Path("outbox"))
        outbox.open(NOW)
        outbox.add([alert])
        (kept,) = outbox.read()[0]
        said_of_it = [one.subject + one.body for one in words]
        print(json.dumps([said, said_of_it, kept.alert == alert, "KIND" in OF_FILINGS]))
    """
    told, words, is_kept, is_of_filings = json.loads(
        copy.run("-c", textwrap.dedent(script).replace("KIND", kind))
    )
    assert told == [[0, 0], [0, 0], [0, 1], [0, 1], [0, 0]], "on each number, until one is accepted"
    assert is_kept and is_of_filings
    for text in words:
        assert "Đảng bộ KA" in text and "KA.2025-N.r4" in text and "detail=quality" in text.casefold()
        assert "{" not in text


def test_a_format_is_told_read_returned_and_listed(copy: Copy) -> None:
    kind, reader, refusal = pieces("A format of workbooks")["python"]
    name = kind.split('"')[1]
    copy.add("ingestion/records/file_kinds.py", textwrap.indent(kind, "    "), before='    CSV = "csv"')
    copy.add(f"ingestion/reading/formats/{name}.py", reader)
    line = refusal.strip()
    same = re.escape(line.partition(", ")[0])
    copy.replace("ingestion/reading/kinds.py", rf"{same}, .*\)", line.replace("\\", "\\\\"))
    (copy.root / f"filed.{name}").write_bytes(flat(filed_rows()))

    copy.run("-m", "tests.support.lists")

    assert f"`.{name}`" in (copy.root / "docs/huong-dan-can-bo-lap-bieu.md").read_text(encoding="utf-8")
    script = """
        import json, zipfile
        from pathlib import Path
        from click.testing import CliRunner
        from ingestion.definitions.catalogue import load_catalogue
        from ingestion.reading import read_file
        from orchestration.cli import main
        with zipfile.ZipFile("packed.zip", "w") as archive:
            archive.write("filed.NAME", "no_ending")
        readings = [read_file(Path(p), load_catalogue()) for p in ("filed.NAME", "packed.zip")]
        CliRunner().invoke(main, ["check", "filed.NAME", "--return", "returned"])
        rows = [reading.tables["B01"].rows[0].values for reading in readings]
        print(json.dumps([[r.kind, row, [n.code for n in r.notes]] for r, row in zip(readings, rows)]))
    """
    (kind_read, row, notes), (packed, same_row, packed_notes) = json.loads(
        copy.run("-c", textwrap.dedent(script).replace("NAME", name))
    )
    assert (kind_read, packed) == (name, "zip")
    assert row == same_row and row["opening_members"] == 7
    assert "R105" not in notes and "R120" in packed_notes, "its ending is known, and it is found in an archive"
    (returned,) = (copy.root / "returned").iterdir()
    book = openpyxl.load_workbook(returned)
    assert returned.suffix == ".xlsx" and "B01" in book.sheetnames
    said = " ".join(str(cell.value) for row in book["Ket_qua"] for cell in row)
    assert f"(.{name})" in said, "that it was copied"


def filed_rows() -> str:
    """Give the codes of form B01 and a row of it, as a spreadsheet has them."""
    codes = [code for code in load_catalogue().forms["B01"].by_code if code not in ("org_name", "note")]
    words = [f'<c type="string"><p>{text}</p></c>' for text in (*codes, "VP-YL-01")]
    figures = '<c type="float" value="7"/>' * (len(codes) - 1)
    return f"<r>{''.join(words[:-1])}</r><r>{words[-1]}{figures}</r>"
