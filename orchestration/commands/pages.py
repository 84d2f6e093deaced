"""`tongket serve` and `tongket ui`: pages on this machine's loopback address."""

import os
import socket
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import click

from ingestion.definitions.registry import RegistryError
from ingestion.storage.files import LockedError, exclusive
from orchestration.commands.common import registry_of
from orchestration.environment import UI_VARIABLE, page_address
from orchestration.errors import BROKEN, CommandError, RefusedError
from orchestration.page import dagster_dev, run_together
from orchestration.state import instance_environment, prepare_instance
from orchestration.texts import Invocation, command, option, pass_invocation

LOOPBACK = "127.0.0.1"


class _SiteHandler(SimpleHTTPRequestHandler):
    """Serves the release that is up; a reader who reloads after a switch gets the new one."""

    def end_headers(self) -> None:
        """Let browsers ask again, since a release may be switched at any time."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep requests off the terminal."""


def site_server(site: str, port: int) -> ThreadingHTTPServer:
    """Make the server of a folder; port 0 takes a free one."""
    return ThreadingHTTPServer((LOOPBACK, port), partial(_SiteHandler, directory=site))


@command("serve")
@option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@pass_invocation
def serve(call: Invocation, port: int) -> int:
    """See the text `cli.serve.help`."""
    from reports.release import check_site, site_target  # noqa: PLC0415

    site = call.home.site
    if not site.is_symlink() and not site.exists():
        raise CommandError(call.text("cli.error.no_site", home=call.home.root))
    if problem := check_site(call.home, call.language):
        raise RefusedError(problem)
    # A link is followed for each request, so that a switch shows at once; a file with a path is not.
    folder = site if site.is_symlink() else site_target(call.home)
    try:
        server = site_server(str(folder), port)
    except OSError as error:
        raise CommandError(call.text("cli.error.port", port=port)) from error
    with server:
        click.echo(call.text("cli.serve.at", url=f"http://{LOOPBACK}:{server.server_port}/"))
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo()
    return 0


@command("ui", "writes")
@option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True)
@pass_invocation
def ui(call: Invocation, port: int) -> int:
    """See the text `cli.ui.help`."""
    from orchestration.instance import close_runs_of_page  # noqa: PLC0415 - Dagster takes seconds to import
    from reports.render import settled  # noqa: PLC0415

    # Without the page nobody would be told of a registry that is broken or lost; what waits goes to the last
    # contacts that could be read.
    try:
        registry_of(call)
    except RegistryError as error:
        click.echo(error.told(call.language), err=True)
    except RefusedError as error:
        click.echo(str(error), err=True)
    prepare_instance(call.home)
    try:
        with exclusive(call.home.dagster / "page.lock", wait_seconds=0):
            _demand_free(call, port)
            close_runs_of_page(call.home)  # of a page that was killed
            address = f"http://{LOOPBACK}:{port}"
            click.echo(call.text("cli.ui.at", url=f"{address}/"))
            environment = {**os.environ, **instance_environment(call.home), "PYTHONWARNINGS": "ignore"}
            environment[UI_VARIABLE] = page_address() or address  # to which alerts lead
            if "QUARTO_PATH" in environment:  # Dagster runs in the state folder
                environment["QUARTO_PATH"] = settled(environment["QUARTO_PATH"])
            code = run_together(dagster_dev(LOOPBACK, port), environment, call.home.root)
            close_runs_of_page(call.home)
    except LockedError as error:
        raise RefusedError(call.text("cli.ui.open_already", home=call.home.root, process=error)) from error
    if code == BROKEN:
        click.echo(call.text("cli.ui.ended"), err=True)
    return code


def _demand_free(call: Invocation, port: int) -> None:
    """Refuse a port that another program has; Dagster would say so in a dump, after seconds."""
    try:
        socket.create_server((LOOPBACK, port)).close()
    except OSError as error:
        raise CommandError(call.text("cli.error.port", port=port)) from error
