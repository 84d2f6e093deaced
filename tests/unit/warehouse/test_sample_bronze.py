"""The bronze beside the dbt project is what the product writes today, so that it builds there."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.bronze.accepted import form_schema, write_ledger_tables
from ingestion.bronze.reference import write_reference
from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.registry import load_registry
from ingestion.landing.state import LedgerState
from orchestration.state import EXAMPLE_REGISTRY
from orchestration.warehouse import PROJECT_DIR

SAMPLE = PROJECT_DIR / "sample_bronze"
OF_THE_CATALOGUE = (
    "forms",
    "form_columns",
    "form_lines",
    "indicators",
    "indicator_summands",
    "indicator_summand_filters",
)


def schemas(folder: Path, pattern: str = "*.parquet") -> dict[str, pa.Schema]:
    return {path.stem: pq.read_schema(path) for path in sorted(folder.glob(pattern))}


def test_its_tables_have_the_columns_that_the_product_writes(tmp_path: Path) -> None:
    write_reference(tmp_path, load_registry(EXAMPLE_REGISTRY), load_catalogue())
    write_ledger_tables(tmp_path, LedgerState())

    assert schemas(SAMPLE) == schemas(tmp_path)
    found = schemas(SAMPLE / "reference")
    for name, schema in schemas(tmp_path / "reference").items():
        assert found.get(name) == schema, f"{name}: run make forms"


def test_its_forms_are_those_of_the_product(tmp_path: Path) -> None:
    catalogue = load_catalogue()
    write_reference(tmp_path, load_registry(EXAMPLE_REGISTRY), catalogue)

    for name in OF_THE_CATALOGUE:
        expected = pq.read_table(tmp_path / "reference" / f"{name}.parquet")
        assert pq.read_table(SAMPLE / "reference" / f"{name}.parquet").equals(expected), (
            f"{name}: run make forms"
        )
    for code, form in catalogue.forms.items():
        found = schemas(SAMPLE / "forms" / code)
        assert found and all(schema == form_schema(form) for schema in found.values()), (
            f"{code}: run make forms"
        )


def test_it_has_something_of_everybody_and_stays_small() -> None:
    files = [path for path in SAMPLE.rglob("*") if path.is_file()]

    assert {path.suffix for path in files} == {".parquet"}
    assert sum(path.stat().st_size for path in files) < 300_000
    statuses = pq.read_table(SAMPLE / "submissions.parquet").column("verdict").to_pylist()
    assert statuses.count("accepted") == 4
