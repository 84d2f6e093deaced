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
"""


@pytest.mark.parametrize(
    ("printed", "page", "line", "cause"),
    [
        (TYPST, "b.qmd", 88, "unknown variable: khong-co"),
        (FRONT_MATTER, "b.qmd", 3, 'Field "toc" has value 7'),
        (FILTER, "vp-lt.qmd", 76, "attempt to index a nil value"),
        (CONFIGURATION, "", 29, 'Field "footer" has value'),
        (ALONE, "a b.qmd", 129, "file not found"),
        (ALONE_IN_YAML, "a.qmd", 3, 'Field "toc" has value 7'),
    ],
)
def test_a_failure_of_quarto_names_page_line_and_cause(printed: str, page: str, line: int, cause: str) -> None:
    ((fault,), _) = read(printed.splitlines())
    assert (fault.page, fault.line) == (page, line)
    assert cause in str(fault) and f"line {line}" in str(fault)
    assert not any(noise in str(fault) for noise in ("\x1b", "traceback", "quarto.js", "tail calls"))


def test_each_page_that_failed_in_the_embedded_runner_is_told() -> None:
    faults, warnings = read(EMBEDDED.splitlines())
    assert [(fault.page, fault.line) for fault in faults] == [("a b.qmd (html)", None), ("c.qmd (typst)", 12)]
    assert warnings == ()


def test_remarks_are_no_failures() -> None:
    assert read(["[1/1] a.qmd", "WARN: an error: not found", "Output created: x"]) == (
        (),
        ("an error: not found",),
    )


def test_a_remark_of_a_filter_is_told_by_its_words() -> None:
    printed = ["WARNING (/opt/quarto/share/filters/./normalize/astpipeline.lua:340) ", "Found: :::", "", "x"]
    assert read(printed) == ((), ("Found: :::",))
