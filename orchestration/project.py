"""The dbt project as a state folder has it: with models of the office's own forms beside those of the product.

What belongs here: where that project is, and `python -m orchestration.project`, which writes the models of the
product's forms anew. What does not: what stands in these models (`ingestion.bronze.form_models`), and running
dbt (`warehouse.py`).

dbt's models are files. Those of the product's forms lie in the project; those of an office's are written into a
copy of it in the state folder, since nothing is ever written where the product is installed.
"""

import hashlib
import shutil
from pathlib import Path

from ingestion.bronze.form_models import form_models
from ingestion.definitions.catalogue import Catalogue, load_catalogue
from ingestion.definitions.overlay import catalogue_of
from ingestion.storage.files import aside_of, private_folder
from ingestion.storage.home import Home
from ingestion.words.labels import CatalogueError
from orchestration.warehouse import NOT_OF_THE_PROJECT, PROJECT_DIR, project_fingerprint

OF_FORMS = ("models/staging/forms", "models/marts/forms")
"""The folders of the project in which nothing lies but models of forms."""


def project_of(catalogue: Catalogue, home: Home) -> Path:
    """Give the project for a catalogue: the installed one, or a copy of it with models of the office's forms.

    The same forms give the same folder, so that two projects are the same where their paths are.

    Args:
        catalogue: the forms.
        home: the state folder that keeps the copy.
    """
    shipped = load_catalogue().forms
    own = form_models(form for code, form in catalogue.forms.items() if code not in shipped)
    if not own:
        return PROJECT_DIR
    said = repr((project_fingerprint(PROJECT_DIR), sorted(own.items())))
    project = home.build / "dbt_projects" / hashlib.sha256(said.encode()).hexdigest()[:16]
    if not project.is_dir():
        _write(project, own)
    return project


def project_now(home: Home) -> Path:
    """Give the project for the forms of a state folder as they are now.

    Where they cannot be read it is the installed one; every run says why before it builds anything.
    """
    try:
        return project_of(catalogue_of(home), home)
    except (CatalogueError, OSError):
        return PROJECT_DIR


def _write(project: Path, own: dict[str, str]) -> None:
    private_folder(project.parent)
    for stale in project.parent.iterdir():  # projects of other forms, and what a killed process left
        shutil.rmtree(stale, ignore_errors=True)
    made = aside_of(project)
    shutil.copytree(PROJECT_DIR, made, ignore=shutil.ignore_patterns(*NOT_OF_THE_PROJECT))
    for place, text in own.items():
        (made / place).write_text(text, encoding="utf-8")
    try:
        made.rename(project)
    except OSError:  # another process was first
        shutil.rmtree(made)
        if not project.is_dir():
            raise


def write_shipped(project: Path = PROJECT_DIR) -> None:
    """Write the models of the product's forms anew, and remove those of forms that are gone."""
    for folder in OF_FORMS:
        shutil.rmtree(project / folder, ignore_errors=True)
        (project / folder).mkdir(parents=True)
    for place, text in form_models(load_catalogue().forms.values()).items():
        (project / place).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_shipped()
