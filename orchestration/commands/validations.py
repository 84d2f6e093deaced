"""`tongket validations`: a page of what the checks found.

What belongs here: which results are asked for, and where the page goes. What does not: what is kept
(`ingestion.validations.store`) and how the page looks (`ingestion.validations.page`).
"""

import json
from dataclasses import replace
from pathlib import Path

import click

from ingestion.storage.files import private_folder, write_durably
from orchestration.commands.common import print_json
from orchestration.errors import CommandError, RefusedError
from orchestration.explaining import explained
from orchestration.texts import Invocation, command, json_option, option, pass_invocation

PAGE = "index.html"
"""The page in the folder of the results, where no other place is stated."""


@command("validations")
@option("--period")
@option("--form")
@option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@pass_invocation
def validations(
    call: Invocation, period: str | None, form: str | None, output: Path | None, as_json: bool
) -> int:
    """See the text `cli.validations.help`."""
    from ingestion.validations import store as kept  # noqa: PLC0415 - takes long to import
    from ingestion.validations.page import page  # noqa: PLC0415

    known = kept.places(call.home)
    if not known:
        raise RefusedError(call.text("validations.none"))
    if period is not None and period not in known:
        raise RefusedError(call.text("validations.none_of", place=period, known=", ".join(known)))
    found, unreadable = kept.newest_of(call.home, [period] if period is not None else known)
    if form is not None:
        forms = sorted({suite.suite.split()[0] for one in found for suite in one.suites})
        if form not in forms:
            raise RefusedError(call.text("validations.no_form", form=form, known=", ".join(forms) or "–"))
        found = [
            replace(one, suites=[suite for suite in one.suites if suite.suite.split()[0] == form])
            for one in found
        ]
        found = [one for one in found if one.suites]
    for wrong in unreadable:
        click.echo(call.text("validations.damaged", what=wrong.told(call.language)), err=True)
    if as_json:
        print_json([json.loads(kept.as_json(one)) for one in found])
        return 0
    path = output or private_folder(call.home.validations) / PAGE
    try:
        write_durably(path, page(found, unreadable).encode("utf-8"))
    except OSError as error:
        reason = explained(error, call.text)
        raise CommandError(call.text("cli.validations.unwritable", path=path, reason=reason)) from error
    click.echo(call.text("cli.validations.done", path=path))
    return 0
