"""The check over all data files: it finds what is there, and says what does not fit."""

import pytest

from ingestion.words.labels import CatalogueError
from orchestration import data_files


@pytest.mark.parametrize("path", data_files.CHECKS)
def test_each_set_of_data_files_fits_and_is_not_empty(path: str) -> None:
    assert data_files.CHECKS[path]() > 0


def test_what_does_not_fit_and_what_is_empty_are_complaints(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise CatalogueError("B99.yml: no such column")

    monkeypatch.setattr(data_files, "CHECKS", {"forms": refuse, "rules": lambda: 0, "messages": lambda: 3})
    assert data_files.check() == ["forms: B99.yml: no such column", "rules: nothing was found"]
