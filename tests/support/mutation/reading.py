"""Mutants of reading: how bytes become cells, and cells the rows of forms.

What belongs here: data alone. What does not: trying a mutant (`mutant.py`).
"""

from collections.abc import Sequence

from tests.support.mutation.mutant import Mutant

_FOLDER = "tests/unit/reading"
_MESS = f"{_FOLDER}/test_mess.py::test_kind"
_CUT = f"--confcutdir={_FOLDER}"
"""The fixtures of this folder are enough, and those of all tests take long to import."""

VALUES = ("--noconftest", f"{_FOLDER}/test_values.py")
CASTING = (_CUT, f"{_FOLDER}/test_casting.py")
TEXTS = (_CUT, f"{_FOLDER}/test_numbers_as_text.py")
BOTH = (_CUT, f"{_FOLDER}/test_values.py", f"{_FOLDER}/test_numbers_as_text.py")
ENGLISH = (_CUT, f"{_MESS}_10_an_english_file_says_so_itself", f"{_FOLDER}/test_numbers_as_text.py")
DATES = (_CUT, f"{_FOLDER}/test_dates_of_a_file.py", f"{_FOLDER}/test_values.py")
DAYS_OF_1904 = (_CUT, f"{_MESS}_14_days_count_from_1904_where_the_file_says_so")
ROWS = (_CUT, f"{_FOLDER}/test_headers_and_rows.py")
TOTALS = (*ROWS, f"{_MESS}_18_totals_and_subtotals_are_kept_apart")
GROUPS = (*ROWS, f"{_MESS}_15_headers_of_four_merged_rows_are_matched_by_path")
SPELLING = (_CUT, f"{_MESS}_08_tone_placement_and_i_for_y_make_no_difference")
IN_TIME = (_CUT, f"{_FOLDER}/test_columns_in_time.py")
ENCODINGS = (_CUT, f"{_FOLDER}/test_csv_sets.py")
CSV = (*ENCODINGS, f"{_FOLDER}/test_csv_variants.py")
LAID_OVER = (
    _CUT,
    f"{_FOLDER}/test_odd_cells.py::test_a_code_below_a_merged_range_that_was_laid_over_it_is_the_code_of_its_row",
)
STORED = (_CUT, f"{_FOLDER}/test_stored_cells.py::test_the_calendar_of_1904_is_heeded")

MUTANTS: Sequence[Mutant] = (
    # numbers
    Mutant(
        "one comma and three digits are decimals alone",
        "ingestion/records/stored.py",
        "NumberKind.AMBIGUOUS if _AMBIGUOUS.fullmatch(text) else NumberKind.DECIMAL",
        "NumberKind.DECIMAL",
        VALUES,
    ),
    Mutant(
        "a space groups nothing",
        "ingestion/records/stored.py",
        '(?:(?:\\.[0-9]{3})+|(?: [0-9]{3})+)")',
        '(?:(?:\\.[0-9]{3})+)")',
        VALUES,
    ),
    Mutant(
        "groups may have two digits",
        "ingestion/records/stored.py",
        '_GROUPED = re.compile(r"-?[1-9][0-9]{0,2}(?:(?:\\.[0-9]{3})+',
        '_GROUPED = re.compile(r"-?[1-9][0-9]{0,2}(?:(?:\\.[0-9]{2,3})+',
        VALUES,
    ),
    Mutant(
        "a grouped number may begin with zero",
        "ingestion/records/stored.py",
        '_GROUPED = re.compile(r"-?[1-9]',
        '_GROUPED = re.compile(r"-?[0-9]',
        BOTH,
    ),
    Mutant(
        "a dash is blank",
        "ingestion/records/stored.py",
        "NumberText(NumberKind.ZERO, 0)",
        "NumberText(NumberKind.BLANK)",
        VALUES,
    ),
    Mutant(
        "a cross is zero",
        "ingestion/records/stored.py",
        "NOT_APPLICABLE_WORD: NumberText(NumberKind.NOT_APPLICABLE)",
        "NOT_APPLICABLE_WORD: NumberText(NumberKind.ZERO, 0)",
        VALUES,
    ),
    Mutant(
        "a percent sign divides",
        "ingestion/records/stored.py",
        "NumberText(kind, value, is_percent)",
        "NumberText(kind, value / 100 if is_percent else value, is_percent)",
        VALUES,
    ),
    Mutant(
        "a telephone number is a count",
        "ingestion/records/stored.py",
        "for c in digits) > MAX_DIGITS",
        "for c in digits) > 10 * MAX_DIGITS",
        BOTH,
    ),
    Mutant(
        "the minus of print is none",
        "ingestion/records/stored.py",
        '.rstrip().replace("−", "-")',
        ".rstrip()",
        BOTH,
    ),
    Mutant(
        "dust of a sum refuses a count",
        "ingestion/records/stored.py",
        'return nearest if float(f"{value:.15g}") == nearest else None',
        "return None",
        VALUES,
    ),
    Mutant(
        "a count is cut to a whole number",
        "ingestion/records/stored.py",
        'return nearest if float(f"{value:.15g}") == nearest else None',
        "return nearest",
        VALUES,
    ),
    Mutant(
        "a percent format is shown as it is stored",
        "ingestion/records/stored.py",
        "value * 100 if percent else value",
        "value",
        VALUES,
    ),
    Mutant(
        "a quoted percent sign multiplies",
        "ingestion/records/stored.py",
        'return "%" in _LITERALS.sub("", ',
        'return "%" in ("" + ',
        VALUES,
    ),
    Mutant(
        "a colour of a format is a date",
        "ingestion/records/stored.py",
        '_DATE_LETTERS.search(_BRACKETS.sub("", first))',
        "_DATE_LETTERS.search(first)",
        VALUES,
    ),
    Mutant(
        "a percent format is stored as a fraction",
        "ingestion/reading/cast.py",
        "value = round(value * 100, 10)",
        "value = round(value, 10)",
        CASTING,
    ),
    Mutant(
        "a count may show a percent sign",
        "ingestion/reading/cast.py",
        "if cell.number_format is None or not is_percent_format(cell.number_format):\n            number",
        "if True:\n            number",
        CASTING,
    ),
    Mutant(
        "a text in percent is a count",
        "ingestion/reading/cast.py",
        "NumberKind.ZERO) and not parsed.is_percent",
        "NumberKind.ZERO)",
        CASTING,
    ),
    Mutant(
        "one comma and three digits are decimals",
        "ingestion/reading/cast.py",
        "if _is_ambiguous(parsed.kind, parsed.is_percent, column):",
        "if False:",
        TEXTS,
    ),
    Mutant(
        "an error is blank",
        "ingestion/reading/cast.py",
        "return Cast(None, Mark.ERROR, cell.text)\n\n\ndef _text",
        "return Cast(None, Mark.BLANK, cell.text)\n\n\ndef _text",
        CASTING,
    ),
    Mutant(
        "two numbers on two lines are one",
        "ingestion/reading/cast.py",
        "and _WIDE_GAP.search(str(cell.value).strip())",
        "and False",
        TEXTS,
    ),
    Mutant(
        "an English file is read by the Vietnamese rule",
        "ingestion/reading/cast.py",
        "if cell.number_format == ENGLISH_DECIMAL:",
        "if False:",
        ENGLISH,
    ),
    # dates
    Mutant(
        "months go first",
        "ingestion/records/stored.py",
        "day, month, year = int(match[1]), int(match[2]), int(match[3])",
        "month, day, year = int(match[1]), int(match[2]), int(match[3])",
        VALUES,
    ),
    Mutant(
        "any year is a date's",
        "ingestion/records/stored.py",
        "return found if is_plausible_date(found) else None",
        "return found",
        DATES,
    ),
    Mutant(
        "the twelfth month is a day",
        "ingestion/records/stored.py",
        "if first > _MONTHS:",
        "if first >= _MONTHS:",
        DATES,
    ),
    Mutant(
        "days count from 1900 in every file",
        "ingestion/reading/cast.py",
        "_serial(cell, reading.day_zero)",
        "_serial(cell, date(1899, 12, 30))",
        DAYS_OF_1904,
    ),
    Mutant(
        "a cell's own days count from 1900 in every file",
        "ingestion/reading/worksheet.py",
        "self._starts_1904 = tables.starts_1904",
        "self._starts_1904 = False",
        STORED,
    ),
    Mutant(
        "a number of days begins a day late",
        "ingestion/reading/cast.py",
        "timedelta(days=int(cell.text))",
        "timedelta(days=int(cell.text) + 1)",
        DAYS_OF_1904,
    ),
    Mutant(
        "evidence of the month first is passed over",
        "ingestion/reading/dates.py",
        "if DateOrder.MONTH_FIRST not in orders:",
        "if DateOrder.DAY_FIRST in orders:",
        DATES,
    ),
    Mutant(
        "a swapped date keeps its value", "ingestion/reading/dates.py", "row.values[code] = None", "pass", DATES
    ),
    # rows and headers
    Mutant(
        "a gap ends the table",
        "ingestion/reading/rows.py",
        "is_over = number > end and (is_over",
        "is_over = (is_over",
        ROWS,
    ),
    Mutant(
        "initials of a signature are a row",
        "ingestion/reading/rows.py",
        "            return not is_over\n",
        "            return True\n",
        ROWS,
    ),
    Mutant(
        "figures without a code are passed over",
        "ingestion/reading/rows.py",
        "else found.keyless).append(number)",
        "else found.ignored).append(number)",
        ROWS,
    ),
    Mutant(
        "full figures behind a gap are passed over",
        "ingestion/reading/rows.py",
        "(not is_over or self._is_full(number))",
        "not is_over",
        ROWS,
    ),
    Mutant(
        "a few figures behind a gap are a row without a code",
        "ingestion/reading/rows.py",
        "filled > len(self._number_columns) * _MOST_BLANKS",
        "filled > 0",
        ROWS,
    ),
    Mutant(
        "the first total is the total",
        "ingestion/reading/rows.py",
        'text.startswith(("tong", "toan")) for text in texts), number',
        'text.startswith(("tong", "toan")) for text in texts), -number',
        TOTALS,
    ),
    Mutant(
        "a subtotal is as good as the total",
        "ingestion/reading/rows.py",
        'return any(text.startswith(("tong", "toan")) for text in texts), number',
        "return False, number",
        TOTALS,
    ),
    Mutant(
        "an organisation named like a total is the total",
        "ingestion/reading/rows.py",
        "if key is not None and self._is_code(key):\n            return",
        (
            "if key is not None and self._is_code(key) and not any(_says(c.text, _TOTAL, "
            "_WORN_TOTAL) for c in row.values()):\n"
            "            return"
        ),
        ROWS,
    ),
    Mutant(
        "a numbering row is data",
        "ingestion/reading/rows.py",
        "if is_numbering(self._grid.rows[number]):",
        "if False:",
        ROWS,
    ),
    Mutant(
        "a merged code is of its first row alone",
        "ingestion/reading/tables.py",
        "    _fill_merged_keys(grid, keys, apart)\n",
        "",
        ROWS,
    ),
    Mutant(
        "a merged code overwrites those below",
        "ingestion/reading/tables.py",
        "if left not in grid.rows[number]:",
        "if True:",
        LAID_OVER,
    ),
    Mutant(
        "an unknown line's figures are taken",
        "ingestion/reading/tables.py",
        "            continue  # cast has reported the unknown code",
        "            pass  # cast has reported the unknown code",
        ROWS,
    ),
    Mutant(
        "a field too many moves the rest",
        "ingestion/reading/tables.py",
        "if width > most:",
        "if width > most + 1:",
        CSV,
    ),
    Mutant(
        "rows without a code are not counted against the limit",
        "ingestion/reading/tables.py",
        "+ len(found.keyless)) > MAX_FORM_ROWS:",
        ") > MAX_FORM_ROWS:",
        ROWS,
    ),
    Mutant(
        "the last of two columns is read",
        "ingestion/reading/header.py",
        (
            "header.repeated.append((code, number))\n"
            "            else:\n"
            "                header.columns[code] = number"
        ),
        "header.repeated.append((code, number))\n            header.columns[code] = number",
        ROWS,
    ),
    Mutant(
        "a column without its code is missing",
        "ingestion/reading/header.py",
        "        _add_by_label(header, paths, columns)\n",
        "",
        ROWS,
    ),
    Mutant(
        "a group is of its first column alone",
        "ingestion/reading/header.py",
        "current = labels.get(column, current)",
        'current = labels.get(column, "")',
        GROUPS,
    ),
    Mutant(
        "spelling with y is another label",
        "ingestion/reading/header.py",
        'return _Y_FOR_I.sub(r"\\1i", key)',
        "return key",
        SPELLING,
    ),
    Mutant(
        "a column of another time is read in silence",
        "ingestion/reading/not_collected.py",
        "if value is None and row.marks.get(column.code) not in _FILLED:",
        "if True:",
        IN_TIME,
    ),
    # text files
    Mutant(
        "a declared delimiter is a row",
        "ingestion/reading/delimited.py",
        "text = text[declared.end() :]",
        "pass",
        ENCODINGS,
    ),
    Mutant(
        "the most fields win, however few lines have them",
        "ingestion/reading/delimited.py",
        "key=lambda width: widths[width] * (width - 1)",
        "key=lambda width: width",
        ENCODINGS,
    ),
    Mutant(
        "a swallowed record is one cell",
        "ingestion/reading/delimited.py",
        "    if '\"' in text:\n        _check_quotes(text, layout, sheet.name)\n",
        "",
        CSV,
    ),
    Mutant(
        "a code kept as a formula is an error",
        "ingestion/reading/delimited.py",
        "if text := _TEXT_FORMULA.fullmatch(shown):",
        "if False and (text := _TEXT_FORMULA.fullmatch(shown)):",
        CSV,
    ),
    Mutant(
        "lines in quotes are one field",
        "ingestion/reading/delimited.py",
        "return fields if layout.packing or (len(record) == 1",
        "return fields if (len(record) == 0",
        CSV,
    ),
    Mutant(
        "UTF-16 without a mark is no text",
        "ingestion/reading/plain_text.py",
        ", None) or _wide(data)\n    if encoding",
        ", None)\n    if encoding",
        CSV,
    ),
    Mutant(
        "one broken byte costs the encoding",
        "ingestion/reading/plain_text.py",
        "return sum(not letter.isascii() for letter in text) > 10 * broken",
        "return False",
        CSV,
    ),
    Mutant(
        "marks of tones stay apart",
        "ingestion/reading/plain_text.py",
        'unicodedata.normalize("NFC", _decoded(data, _LEGACY))',
        "_decoded(data, _LEGACY)",
        ENCODINGS,
    ),
    Mutant(
        "what fills up a file is text",
        "ingestion/reading/plain_text.py",
        "text = text[: _end(text)].replace",
        "text = text.replace",
        CSV,
    ),
    Mutant(
        "too many rows are read all the same",
        "ingestion/reading/delimited.py",
        "> LAST_ROW:",
        "> 2 * LAST_ROW:",
        (_CUT, f"{_FOLDER}/test_csv_variants.py"),
    ),
)
