"""Every figure that a report prints, beside what `tongket figures` answers for it.

What belongs here: reading the figures off a page, and writing the answer as the command does. What does not:
which worlds are compared (the tests). Nothing here asks the pages' own code how a figure is written.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.words.messages import message
from reports import format as write
from reports.blocks import Bullets, Grid, Markdown, Paragraph, Picture
from reports.context import Site
from reports.database import connect
from reports.figures import PublishedFigure, assembled
from reports.page import Page
from reports.rows import Unit
from reports.sections import Chart, FieldOf, Plan, Sentence, load_plan
from reports.sentences import COMPARISONS
from reports.tables import STATUS_MARKS
from reports.unit_page import unit_page

Key = tuple[str, str, str, str | None]
Answers = Mapping[Key, PublishedFigure]
_PERCENT = "\u00a0%"
_POINTS = {"signed": "\u00a0điểm %", "said": "\u00a0điểm phần trăm"}
"""What a difference of percentages has behind it, in a table and in a sentence."""
_CHANGES = ("change_over_term", "percent_change")
_MISSING = message("report.value.missing_short")


def answers(warehouse: Path) -> dict[Key, PublishedFigure]:
    """Give what `figures` answers for every figure of a unit that has a report, with one read of each mart."""
    with connect(warehouse) as connection:

        def rows(sql: str) -> Iterator[dict[str, Any]]:
            cursor = connection.execute(sql)
            names = [description[0] for description in cursor.description]
            return (dict(zip(names, row, strict=True)) for row in cursor.fetchall())

        of_reports = "where org_code in (select org_code from rpt_report_unit)"
        declared = {row["indicator_code"]: row for row in rows("select * from dim_indicator")}
        plain = {
            (row["indicator_code"], row["org_code"], row["period_code"]): row
            for row in rows(f"select * from fct_indicator_value {of_reports}")
        }
        derived = list(rows(f"select * from fct_indicator_derived {of_reports}"))
    found: dict[Key, PublishedFigure] = {
        (*key, None): assembled(key, None, declared[key[0]], row, None) for key, row in plain.items()
    }
    for row in derived:
        key = (row["indicator_code"], row["org_code"], row["period_code"])
        derivation = row["derivation"]
        found[*key, derivation] = assembled(key, derivation, declared[key[0]], plain.get(key), row)
    return found


def written(answer: PublishedFigure | None, part: str = "value") -> str:
    """Write an answer as the command does, with its mark; a dash where there is none."""
    if answer is None or answer.value is None or (part == "opening" and answer.opening is None):
        return _MISSING
    value = answer.opening if part == "opening" else answer.value
    text = write.figure(value, answer.decimals, answer.unit_code)
    if part in _POINTS:
        text = f"+{text}" if answer.value > 0 else text
        text += _POINTS[part] if answer.unit_code == "PERCENT_POINT" else ""
    return text + ("" if part == "status" else STATUS_MARKS.get(answer.status, ""))


@dataclass(frozen=True)
class Print:
    """A figure that a page prints.

    Attributes:
        part: what of the figure, or where it stands.
        text: as printed, without a percent sign.
        expected: what the answer says.
    """

    key: Key
    part: str
    text: str
    expected: str


class _Report:
    """The report of one unit, read back."""

    def __init__(self, site: Site, unit: Unit, plan: Plan, found: Answers) -> None:
        self.site, self.unit, self.plan, self.answers = site, unit, plan, found
        self.page: Page = unit_page(site, unit, plan)
        self.named = {indicator.name: code for code, indicator in site.indicators.items()}
        self.years = [str(year) for year in site.years(unit.term)]
        self.children = {child.name: child for child in site.children(unit)}

    def answer(
        self, indicator: str, period: str | None = None, derivation: str | None = None
    ) -> PublishedFigure | None:
        return self.answers.get((indicator, self.unit.code, period or self.unit.term, derivation))

    def print(
        self, part: str, text: str, indicator: str, period: str | None = None, derivation: str | None = None
    ) -> Print:
        key = (indicator, self.unit.code, period or self.unit.term, derivation)
        return self.printed(key, part, text)

    def printed(self, key: Key, part: str, text: str) -> Print:
        shown = text.replace(_PERCENT, "")
        how = part if part in ("opening", "signed", "status") else "value"
        return Print(key, part, shown, written(self.answers.get(key), how))

    def code(self, cell: str) -> str:
        """Give the indicator that a cell names, with its unit of measure or without."""
        return self.named[cell] if cell in self.named else self.named[re.sub(r" \([^()]*\)$", "", cell)]

    def prints(self) -> Iterator[Print]:
        for block in self.page.blocks:
            if isinstance(block, Grid):
                header = [str(getattr(text, "text", text)) for text in block.header]
                for row in block.rows:
                    yield from self.of_row(header, [str(getattr(text, "text", text)) for text in row])
            elif isinstance(block, Picture):
                yield from self.of_chart(block)
            elif isinstance(block, Bullets) and block.css == "headline":
                for item in block.items:
                    match = re.fullmatch(
                        r"\*\*(.*)\*\* (.*)", item.text if isinstance(item, Markdown) else item
                    )
                    assert match is not None, item
                    plain = re.sub(r"\\(.)", r"\1", match[1])
                    yield self.print("headline", plain, self.code(re.sub(r"\\(.)", r"\1", match[2])))

    def wrong_bullets(self) -> tuple[list[tuple[str, str]], int]:
        """Give the lists that say a change against the term before, or a target, otherwise than the answers."""
        items = [str(i) for b in self.page.blocks if isinstance(b, Bullets) and b.css is None for i in b.items]
        wrong, compared = [], 0
        for item in items:
            if match := re.fullmatch(r"(.*): thực hiện (.*), (?:vượt|đạt|chưa đạt) chỉ tiêu (.*)", item):
                average = "average_per_year" if match[3].startswith("bình quân") else None
                expected = written(self.answer(self.named[match[1]], None, average), "status")
                shown = match[2].replace(_PERCENT, "")
            elif match := re.fullmatch(
                r"(.*?)(?: (tăng|giảm) (.*))?(?: so với| bằng) nhiệm kỳ trước \((.*?)\).*", item
            ):
                indicator = self.named[match[1]]
                change = self.answer(indicator, None, "change_vs_previous_term")
                before = self.answer(indicator, self.site.previous_term(self.unit))
                direction = {"tăng": "+", "giảm": "−", None: ""}[match[2]]
                shown = f"{direction}{match[3] or 0} {match[4]}".replace(_PERCENT, "")
                signed = written(change, "said").rstrip("*") if match[2] else "0"
                expected = f"{signed} {written(before, 'status')}"
            else:
                continue
            compared += 1
            wrong += [(item, expected)] if shown != expected else []
        return wrong, compared

    def of_row(self, header: list[str], row: list[str]) -> Iterator[Print]:
        first, *cells = row
        rest = header[1:]
        if rest == [*self.years, column("whole_term")]:
            periods = [*(f"{year}-N" for year in self.years), self.unit.term]
            for period, cell in zip(periods, cells, strict=True):
                if cell != message("report.value.not_applicable"):
                    yield self.print("value", cell, self.code(first), period)
        elif rest == [column(name) for name in ("before", "after", "change", "percent")]:
            indicator = self.code(first)
            # An opening is as good as the first year, and not as the last.
            ends = self.answer(indicator, None, "before_after")
            plain = written(self.answer(indicator), "opening").rstrip("*")
            mark = STATUS_MARKS.get(ends.status, "") if ends and plain != _MISSING else ""
            yield Print((indicator, self.unit.code, self.unit.term, None), "opening", cells[0], plain + mark)
            yield self.print("value", cells[1], indicator)
            yield self.print("signed", cells[2], indicator, None, _CHANGES[0])
            yield self.print("signed", cells[3], indicator, None, _CHANGES[1])
        elif rest == [column(name) for name in ("previous", "current", "change")]:
            indicator = self.code(first)
            yield self.print("value", cells[0], indicator, self.site.previous_term(self.unit))
            yield self.print("value", cells[1], indicator)
            yield self.print("signed", cells[2], indicator, None, "change_vs_previous_term")
        elif rest == [column(name) for name in ("value", "measure", "status")]:
            yield self.print("status", cells[0], self.code(first))
        elif rest == [column(name) for name in ("target", "actual", "assessment", "document")]:
            average = "average_per_year" if cells[0].startswith("bình quân") else None
            yield self.print("target", cells[1], self.code(first), None, average)
        elif rest == [column("target"), *self.years]:
            for year, cell in zip(self.years, cells[1:], strict=True):
                if cell != _MISSING:
                    yield self.print("target", cell.partition(": ")[0], self.code(first), f"{year}-N")
        elif header[0] == column("unit") and column("owed") not in rest:
            yield from self.of_unit(rest, first, cells)
        elif header[0] == column("indicator"):
            yield from self.of_matrix(rest, first, cells)

    def of_unit(self, rest: list[str], first: str, cells: list[str]) -> Iterator[Print]:
        link = re.match(r"\[(.*)\]\(", first)
        of = self.children[re.sub(r"\\(.)", r"\1", link[1])] if link else self.unit
        for name, cell in zip(rest, cells, strict=True):
            yield self.printed((self.code(name), of.code, of.term, None), "value", cell)

    def of_matrix(self, rest: list[str], first: str, cells: list[str]) -> Iterator[Print]:
        of_rows = next(
            {row.label.vi: row.indicators for row in table.rows}
            for section in self.plan.for_system(self.unit.system)
            for table in section.tables
            if table.kind == "matrix" and [c.vi for c in table.columns] == rest
        )
        for name, cell in zip(of_rows[first], cells, strict=True):
            if name in self.site.indicators:
                yield self.print("value", cell, str(name))

    def of_chart(self, picture: Picture) -> Iterator[Print]:
        title = picture.caption.partition(". ")[2]
        chart = next(
            chart
            for section in self.plan.for_system(self.unit.system)
            for chart in section.charts
            if title.startswith(chart.title.vi)
        )
        codes = dict(zip(self._labels(chart), chart.indicators, strict=True))
        data = self.page.charts[picture.source]
        for point in data.points:
            label = point.category if chart.kind == "breakdown" else point.series
            of = self.children[point.category] if chart.kind == "units" else self.unit
            period = f"{point.category}-N" if chart.kind not in ("units", "breakdown") else of.term
            yield self.printed((codes[label], of.code, period, None), "chart", point.label)
            assert f"{point.category}: {point.label}" in picture.alt

    def _labels(self, chart: Chart) -> list[str]:
        return [label.vi for label in chart.labels] or [self.site.indicators[c].name for c in chart.indicators]

    def wrong_sentences(self) -> tuple[list[tuple[str, str]], int]:
        """Give the sentences that a page says otherwise than the answers, and how many figures were in them."""
        paragraphs = [block.text for block in self.page.blocks if isinstance(block, Paragraph)]
        said = {str(text) for text in paragraphs if isinstance(text, str)}
        wrong, figures = [], 0
        for section in self.plan.for_system(self.unit.system):
            sentences = [text for s in section.sentences if (text := self.sentence(s)) is not None]
            expected = " ".join(dict.fromkeys(sentences))
            begins = [s for s in said if sentences and s.startswith(sentences[0][:20])]
            has_section = any(
                getattr(b, "anchor", "") == section.code.replace("_", "-") for b in self.page.blocks
            )
            is_empty = not any(self.answer(code) or self._of_years(code) for code in section.named)
            if expected and has_section and not is_empty and expected not in said:
                wrong.append((expected, " / ".join(begins)))
            figures += sum(len(s.fields) for s in section.sentences) if expected in said else 0
        return wrong, figures

    def _of_years(self, code: str) -> bool:
        return any(self.answer(code, f"{year}-N") for year in self.years)

    def sentence(self, sentence: Sentence) -> str | None:
        """Fill a sentence in from the answers."""
        if sentence.systems and self.unit.system not in sentence.systems:
            return None
        found = {name: self._answer_of(field) for name, field in sentence.fields.items()}
        for name, field in sentence.fields.items():
            answer = found[name]
            if field.derivation in COMPARISONS and answer is not None and answer.value is None:
                key = f"report.say.not_compared.{answer.status}"
                return message(key, indicator=self.site.indicators[field.indicator].name)
        values: dict[str, float] = {}
        texts: dict[str, str] = {}
        for name, field in sentence.fields.items():
            answer = found[name]
            value = None if answer is None else getattr(answer, field.part)
            if answer is None or answer.value is None or value is None:
                return None
            values[name] = value
            is_bare_sign = field.magnitude or (name == sentence.sign_of and sentence.is_change)
            shown = abs(value) if is_bare_sign else value
            is_part = field.part in ("numerator", "denominator")
            unit = "" if is_part else answer.unit_code
            texts[name] = write.figure(shown, 2 if is_part else answer.decimals, unit)
            texts[name] += _PERCENT if unit == "PERCENT" else ""
        key = f"report.say.{sentence.text}"
        if sentence.sign_of:
            value = values[sentence.sign_of]
            more = ".up" if sentence.is_change else ".some"
            key += ".zero" if value == 0 else ".down" if sentence.is_change and value < 0 else more
        statuses = {answer.status for answer in found.values() if answer is not None}
        of = [(answer.indicator, answer.unit, answer.period) for answer in found.values() if answer]
        days = [day for key_of_day in of for day in self.site.days.get(key_of_day, ())]
        first, last = (f"{day:%d/%m/%Y}" for day in (min(days), max(days)))
        is_end = first == last and last.startswith("31/12/")
        how = "day" if first == last else "days"
        if sentence.dated:
            texts["at"] = message(
                f"report.say.at.{'end_of_year' if is_end else how}", first=first, last=last, year=last[-4:]
            )
        text = message(key, **texts, last_year=int(self.years[-1]))
        if key.endswith(".zero") and "incomplete" in statuses:
            answer = found[str(sentence.sign_of)]
            name = self.site.indicators[answer.indicator].name if answer else ""
            text = message("report.say.zero_so_far", indicator=name)
        if (
            statuses <= {"final", "provisional"}
            and "provisional" in statuses
            and not (sentence.dated or is_end)
        ):
            key = f"report.say.provisional_at.{how}"
            return message(key, sentence=text.removesuffix("."), first=first, last=last)
        for status in ("incomplete", "provisional"):
            if status in statuses:
                return message(f"report.say.{status}", sentence=text.removesuffix("."))
        return text

    def _answer_of(self, field: FieldOf) -> PublishedFigure | None:
        if field.indicator not in self.site.indicators:
            return None
        period = None if field.at == "term" else f"{self.years[-1]}-N"
        return self.answer(field.indicator, period, field.derivation)


def column(name: str) -> str:
    return message(f"report.column.{name}")


def wrongly_printed(
    site: Site, found: Answers, plan: Plan | None = None
) -> tuple[list[tuple[str, Any]], Counter[str]]:
    """Give what the reports of a site print otherwise than `figures` answers, and how much was compared."""
    seen: Counter[str] = Counter()
    wrong: list[tuple[str, Any]] = []
    assert len({indicator.name for indicator in site.indicators.values()}) == len(site.indicators)
    for unit in site.units:
        report = _Report(site, unit, plan or load_plan(), found)
        for one in report.prints():
            seen[one.part] += one.text != _MISSING
            if one.text != one.expected:
                wrong.append((unit.code, one))
        sentences, figures = report.wrong_sentences()
        wrong += [(unit.code, sentence) for sentence in sentences]
        seen["sentence"] += figures
        bullets, compared = report.wrong_bullets()
        wrong += [(unit.code, bullet) for bullet in bullets]
        seen["bullet"] += compared
    return wrong, seen


def wrongly_stated(site: Site, page: Page, found: Answers) -> tuple[list[tuple[str, str, str]], int]:
    """Give what stands beside stated figures otherwise than in the answers, and how much was compared.

    It is written with the decimals of the answer, or with those of the stated figure where these are more.
    Of a change in percent the size stands there: the words say where it went.
    """
    rows = [row for block in page.blocks if isinstance(block, Grid) for row in block.rows]
    shown = {re.sub(r"[`\\]", "", str(getattr(row[0], "text", row[0]))): str(row[3]) for row in rows}
    wrong = []
    compared = 0
    for statement in site.statements:
        derivation = statement.derivation if statement.derivation not in ("", "share") else None
        ways = ("per_year_low", "per_year_high") if derivation == "per_year" else (derivation,)
        key = (statement.indicator, statement.org, statement.period)
        expected = [a for way in ways if (a := found.get((*key, way))) is not None and a.exact is not None]
        if derivation == "target" or len(expected) < len(ways):
            continue
        numbers = [
            n.replace(".", "").replace("−", "-") for n in re.findall(r"−?[0-9][0-9.,]*", shown[statement.id])
        ]
        told = {a.exact: a for a in expected if a.exact is not None}
        for answer, text in zip(told, numbers, strict=True):
            stated = [f"{value:g}" for value in (statement.low, statement.high) if value is not None]
            decimals = max([told[answer].decimals, *(len(one.partition(".")[2]) for one in stated)])
            compared += 1
            size = abs(answer) if derivation == "percent_change" else answer
            shown_as = write.figure(size, decimals, told[answer].unit_code)
            if shown_as.replace(".", "").replace("−", "-") != text:
                wrong.append((statement.id, shown[statement.id], str(answer)))
    return wrong, compared
