"""What a runner printed is told with page, line and cause; the lines are a real Quarto's."""

import pytest

from reports.engine_output import read

TYPST = """
[1/2] b.qmd
[typst]: Compiling b.typ to b.pdf...\x1b[31merror: unknown variable: khong-co\x1b[0m
  ┌─ b.typ:88:1
ERROR: error: unknown variable: khong-co

ERROR: Typst compilation failed
"""
FRONT_MATTER = """
[1/2] a.qmd
[2/2] b.qmd
ERROR: Validation of YAML front matter failed.
ERROR: In file b.qmd
(line 3, column 6) Field "toc" has value 7, which must instead be `true` or `false`
2: title: x

ERROR: Render failed due to invalid YAML.

Stack trace:
    at renderPandoc (file:///opt/quarto/bin/quarto.js:106300:13)
"""
FILTER = """
[ 5/10] vp-lt.qmd
Error running filter /opt/quarto/share/filters/main.lua:
...filters/./customnodes/shortcodes.lua:76: attempt to index a nil value (local 'name')
stack traceback:
\t/opt/quarto/share/filters/./ast/parse.lua:11: in function </opt/quarto/share/filters/./ast/parse.lua:6>
\t(...tail calls...)
WARN: Error encountered when rendering files
"""
ALONE = """
[typst]: Compiling a b.typ to a b.pdf...error: file not found (searched at /x/khong.svg)
    ┌─ a b.typ:129:7
ERROR: Typst compilation failed
"""
ALONE_IN_YAML = """
ERROR: Validation of YAML front matter failed.
ERROR: In file a.qmd
(line 3, column 6) Field "toc" has value 7, which must instead be `true` or `false`
"""
CONFIGURATION = """
ERROR: Project _quarto.yml validation failed.
ERROR: In file _quarto.yml
(line 29, column 1) Field "footer" has value
"""
EMBEDDED = """
[  1/2] a b.qmd (html)
[  2/2] c.qmd (typst)
ERROR: a b.qmd (html): a b.qmd: the front matter begins with --- and is never closed by ---
ERROR: c.qmd (typst): typst: unknown variable: x (c.typ, line 12)
ERROR: d.qmd (html): pandoc: Error compiling template "/x/report.html" (line 53, column 13): unexpected "\\n"
ERROR: sâu/e.qmd (html): line 3: expected ':'
"""


TEMPLATE = """
[1/2] a.qmd
Error compiling template "/tmp/quarto-session1/2/template.patched" (line 53, column 13):
unexpected "\\n"
expecting "$", "{" or "endif"
WARN: Error encountered when rendering files
"""
FILTER_ALONE = """
[1/2] index.qmd
\x1b[31mERROR (_templates/finish.lua:94) kaputt
\x1b[39m[typst]: Compiling index.typ to index.pdf...DONE

Output created: _site/index.html
"""
FILTER_UNREAD = """
[1/2] a.qmd
ERROR (/opt/quarto/filters/./common/wrapped-filter.lua:200) _templates/finish.lua:108: <eof> expected near 'foo'
WARN: Error encountered when rendering files
"""


@pytest.mark.parametrize(
    ("printed", "page", "place", "cause"),
    [
        (TYPST, "b.qmd", "b.typ, line 88", "unknown variable: khong-co"),
        (FRONT_MATTER, "b.qmd", "line 3", 'Field "toc" has value 7'),
        (FILTER, "vp-lt.qmd", "shortcodes.lua, line 76", "attempt to index a nil value"),
        (FILTER_UNREAD, "a.qmd", "finish.lua, line 108", "<eof> expected near 'foo'"),
        (CONFIGURATION, "", "_quarto.yml, line 29", 'Field "footer" has value'),
        (ALONE, "a b.qmd", "a b.typ, line 129", "file not found"),
        (ALONE_IN_YAML, "a.qmd", "line 3", 'Field "toc" has value 7'),
        (TEMPLATE, "a.qmd", "template, line 53", "Error compiling template"),
    ],
)
def test_a_failure_of_quarto_names_page_place_and_cause(
    printed: str, page: str, place: str, cause: str
) -> None:
    ((fault,), _) = read(printed.splitlines())
    assert (fault.page, fault.place) == (page, place)
    assert str(fault).startswith(f"{page}: {place}: " if page else f"{place}: ") and cause in str(fault)
    assert not any(noise in str(fault) for noise in ("\x1b", "traceback", "quarto.js", "tail calls"))


def test_a_failure_of_a_filter_keeps_its_line_and_ends_where_quarto_goes_on() -> None:
    ((fault,), _) = read(FILTER_ALONE.splitlines())
    assert fault.cause == ["kaputt (_templates/finish.lua:94)"]
    assert str(fault) == "index.qmd: finish.lua, line 94: kaputt (_templates/finish.lua:94)"


def test_a_failure_of_a_template_is_told_whole() -> None:
    ((fault,), _) = read(TEMPLATE.splitlines())
    assert fault.cause[1:] == ['unexpected "\\n"', 'expecting "$", "{" or "endif"']


@pytest.mark.parametrize(
    "said", ['Error parsing YAML metadata at "x" (line 2, column 1):', "Error reading bibliography"]
)
def test_what_pandoc_refuses_is_a_failure(said: str) -> None:
    ((fault,), _) = read(["[1/1] a.qmd", said])
    assert fault.page == "a.qmd" and fault.cause == [said]


def test_each_page_that_failed_in_the_embedded_runner_is_told() -> None:
    faults, warnings = read(EMBEDDED.splitlines())
    places = [(fault.page, fault.place) for fault in faults]
    assert places == [
        ("a b.qmd (html)", ""),
        ("c.qmd (typst)", "c.typ, line 12"),
        ("d.qmd (html)", "report.html, line 53"),
        ("sâu/e.qmd (html)", "line 3"),
    ]
    assert warnings == ()


def test_remarks_are_no_failures() -> None:
    assert read(["[1/1] a.qmd", "WARN: an error: not found", "Output created: x"]) == (
        (),
        ("an error: not found",),
    )


def test_a_remark_of_a_filter_is_told_by_its_words() -> None:
    printed = ["WARNING (/opt/quarto/share/filters/./normalize/astpipeline.lua:340) ", "Found: :::", "", "x"]
    assert read(printed) == ((), ("Found: :::",))
