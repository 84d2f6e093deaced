"""`python -m demo.faults.examples`: one finding of every rule, as the gate words it on the demo world.

What belongs here: choosing the findings that the pages of the rules show. What does not: the pages
(`ingestion.gate.rule_pages`).
"""

from pathlib import Path

import click
import yaml

from demo.faults.injections import INJECTIONS
from demo.faults.trials import Trials, places
from demo.world import build
from ingestion.gate import judge
from ingestion.gate.rule_pages import EXAMPLES, FOLDER

_HEAD = (
    "# Findings shown on the pages of the rules; written by `python -m demo.faults.examples`"
    " from the demo world.\n"
)


def examples(trials: Trials) -> dict[str, dict[str, str]]:
    """Give a finding of every rule in both languages."""
    found: dict[str, dict[str, str]] = {}
    for rule, ways in sorted(INJECTIONS.items()):
        trials.begin(rule)  # a rule that comes must not change the examples of the others
        case = trials.case(ways[0], 0)
        context = trials.contexts[ways[0].variant]
        findings = judge([case.faulty], context, engine="masks")[case.faulty.key].findings
        named = [f for f in findings if f.rule == rule and not f.explained]
        best = max(named, key=lambda f: len(places(f) & set(case.cells)))
        found[rule] = {"vi": best.message, "en": best.message_en}
    return found


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=FOLDER / EXAMPLES)
def main(path: Path) -> None:
    """Write the examples anew."""
    text = yaml.safe_dump(examples(Trials(build())), allow_unicode=True, sort_keys=True, width=1000)
    path.write_text(_HEAD + text, encoding="utf-8")


if __name__ == "__main__":
    main()
