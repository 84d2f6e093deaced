"""The embedded runner reads a project as Quarto does and says which page failed and why."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reports.quarto_project import ProjectError, find_project, split_front_matter
from reports.render import (
    LOWEST_QUARTO,
    RenderError,
    command,
    demand_version,
    find_quarto,
    render_project,
    settled,
)
from reports.runner import main, render
from reports.trial import render_one

CONFIG = """
project: {output-dir: _site, resources: ['assets/**']}
lang: vi
language: _language.yml
from: markdown-smart
toc: true
format:
  html: {template: _templates/page.html, css: assets/site.css}
  typst: {template: _templates/page.typ}
"""
HTML = "<html lang='$lang$'><link href='$css$'><h1>$title$</h1><nav>$toc-title$</nav>$body$</html>"
TYPST = "#set document(date: none)\n= $title$\n$body$"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "dự án"
    for name in ("_templates", "assets", "sâu"):
        (folder / name).mkdir(parents=True)
    (folder / "_quarto.yml").write_text(CONFIG, encoding="utf-8")
    (folder / "_language.yml").write_text(
        "toc-title-document: Contents\nvi: {toc-title-document: Mục lục}\n", encoding="utf-8"
    )
    (folder / "_templates" / "page.html").write_text(HTML, encoding="utf-8")
    (folder / "_templates" / "page.typ").write_text(TYPST, encoding="utf-8")
    (folder / "_hidden.qmd").write_text("x", encoding="utf-8")
    (folder / "assets" / "site.css").write_text("h1 {}", encoding="utf-8")
    (folder / "a.qmd").write_text(
        "---\ntitle: Một *hai*\nengine: markdown\n---\n\nĐảng viên\n", encoding="utf-8"
    )
    (folder / "sâu" / "b.qmd").write_text(
        "---\ntitle: B\nformat: {html: {toc-title: Riêng}}\n---\nb\n", encoding="utf-8"
    )
    return folder


def test_a_project_renders_each_page_to_its_formats(project: Path) -> None:
    assert main(["render", str(project)]) == 0
    site = project / "_site"
    names = sorted(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
    assert names == ["a.html", "a.pdf", "assets/site.css", "sâu/b.html"]
    page = (site / "a.html").read_text(encoding="utf-8")
    assert "<h1>Một <em>hai</em></h1><nav>Mục lục</nav><p>Đảng viên</p>" in page
    assert (site / "a.pdf").read_bytes().startswith(b"%PDF")
    assert not list(project.rglob("*.typ"))[1:]


def test_paths_of_the_project_are_relative_to_each_page(project: Path) -> None:
    assert main(["render", str(project), "--to", "html"]) == 0
    page = (project / "_site" / "sâu" / "b.html").read_text(encoding="utf-8")
    assert "href='../assets/site.css'" in page
    assert "<nav>Riêng</nav>" in page


def test_one_page_to_one_format_into_a_folder_of_choice(project: Path) -> None:
    assert (
        main(["render", str(project / "a.qmd"), "--to", "pdf", "--output-dir", "ra", "-M", "title:Khác"]) == 0
    )
    assert [path.name for path in (project / "ra").glob("a.*")] == ["a.pdf"]


def test_a_bad_page_stops_no_other_and_fails_the_run(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "hỏng.qmd").write_text("---\ntitle: x\n", encoding="utf-8")
    (project / "typst.qmd").write_text(
        "---\ntitle: x\n---\n\n```{=typst}\n#không-có()\n```\n", encoding="utf-8"
    )
    assert main(["render", str(project)]) == 1
    said = capsys.readouterr().err
    assert "ERROR: hỏng.qmd (html): hỏng.qmd: the front matter begins with --- and is never closed" in said
    assert "ERROR: typst.qmd (typst): typst: unknown variable: không-có" in said
    assert (project / "_site" / "a.html").is_file()
    assert (project / "_site" / "typst.html").is_file()


def test_the_engine_message_comes_through_the_boundary(project: Path) -> None:
    (project / "_templates" / "page.html").write_text("$if(x)$", encoding="utf-8")
    report = render_project(project, quarto=None)
    assert not report.succeeded
    assert any(error.startswith("a.qmd (html): ") and "pandoc:" in error for error in report.errors)
    with pytest.raises(RenderError, match=r"a\.qmd"):
        report.require_success()


def test_the_boundary_reports_outputs_and_progress(project: Path) -> None:
    steps: list[tuple[int, int, str]] = []
    report = render_project(project, quarto=None, progress=lambda *step: steps.append(step))
    assert report.succeeded
    assert report.runner == "embedded"
    assert report.outputs == ("a.html", "a.pdf", "sâu/b.html")
    assert [step[:2] for step in steps] == [(1, 3), (2, 3), (3, 3)]


def test_a_whole_rendering_leaves_nothing_old(project: Path) -> None:
    old = project / "_site" / "old.html"
    old.parent.mkdir()
    old.write_text("x", encoding="utf-8")
    assert main(["render", str(project), "--to", "html", "--no-clean"]) == 0
    assert old.is_file()
    assert main(["render", str(project), "--to", "html"]) == 0
    assert not old.exists()


@pytest.mark.parametrize("arguments", [["render", "/does/not/exist"], ["render", "/"]])
def test_what_is_no_project_is_wrong_use(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("ERROR: /")


def test_an_unknown_format_is_an_error_of_its_page(project: Path) -> None:
    found = find_project(project)
    outcomes = render(found, [project / "a.qmd"], formats=["docx"], output_folder=project / "ra")
    assert [outcome.error for outcome in outcomes] == [
        "the format docx is not known here; there are html, pdf, typst"
    ]


def test_front_matter_that_is_no_mapping_is_refused() -> None:
    with pytest.raises(ProjectError, match=r"a\.qmd: expected keys with values, found list"):
        split_front_matter("---\n- a\n---\nx", "a.qmd")


def test_both_runners_get_the_same_arguments() -> None:
    embedded, quarto = command(None), command(Path("/opt/quarto/bin/quarto"))
    assert embedded[4:] == quarto[1:] == ["render", "."]


def test_a_runner_that_leaves_a_page_out_without_a_word_has_failed(project: Path, tmp_path: Path) -> None:
    program = stand_in(tmp_path / "quarto", "1.10.19", "    print('[1/1] a.qmd')\n")
    with pytest.raises(RenderError, match=r"a\.html, a\.pdf, sâu/b\.html") as failed:
        render_project(project, quarto=program)
    assert str(failed.value.fields["log"]) in failed.value.told("en")


def test_a_folder_may_have_any_name_and_be_named_from_any_other(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ".một [1] {hai}*" / "report"
    folder.parent.mkdir()
    project.rename(folder)
    monkeypatch.chdir(folder.parent)
    assert render_project(Path("report"), quarto=None).require_success().outputs[0] == "a.html"
    # Quarto reads what it is given as a pattern, so that it is given nothing of this name.
    called = "    print('[1/1]', sys.argv, os.getcwd())\n    sys.exit(1)\n"
    with pytest.raises(RenderError) as ended:
        render_project(Path("report"), quarto=stand_in(tmp_path / "quarto", "1.10.19", called))
    assert f"'render', '.'] {folder}" in ended.value.fields["log"].read_text(encoding="utf-8")


def test_quarto_is_looked_for_where_it_is_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "quarto"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    assert find_quarto(str(tmp_path), None) == program
    assert find_quarto(str(program), None) == program
    assert find_quarto(None, str(program.parent)) == program
    assert find_quarto(None, "") is None
    monkeypatch.setattr(sys, "executable", str(program.parent / "python"))
    assert find_quarto(None, str(tmp_path / "elsewhere")) == program, "beside this program"
    windows = tmp_path / "w" / "bin" / "quarto.exe"
    windows.parent.mkdir(parents=True)
    windows.write_bytes(program.read_bytes())
    windows.chmod(0o755)
    assert find_quarto(str(tmp_path / "w"), None) == windows
    with pytest.raises(RenderError, match="QUARTO_PATH"):
        find_quarto(str(tmp_path / "none"), str(program.parent))


RENDERS = "    if sys.argv[1] == 'render':\n"


def stand_in(path: Path, version: str, body: str = "") -> Path:
    path.write_text(
        f"#!{sys.executable}\nimport sys, os\nif sys.argv[1] == '--version':\n    print('{version}')\n"
        f"else:\n    pass\n{body}",
        encoding="utf-8",
    )
    path.chmod(0o755)
    return path


def test_a_quarto_that_is_configured_is_found_however_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = stand_in(tmp_path / "quarto-1", "1.10.19")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for written in (str(program), "quarto-1", "./quarto-1", "~/quarto-1", f" {program} "):
        assert find_quarto(written, "") == program, written
    monkeypatch.chdir("/")
    assert find_quarto("quarto-1", str(tmp_path)) == program
    (tmp_path / "quarto").symlink_to(program)
    assert find_quarto("embedded", str(tmp_path)) is None
    assert find_quarto("  ", str(tmp_path)) == tmp_path / "quarto"
    program.chmod(0o644)
    (tmp_path / "empty").mkdir()
    for written, cause in (
        (str(program), "quyền thực thi"),
        ("quarto-2", "QUARTO_PATH"),
        ("~/empty", "~/empty"),
    ):
        with pytest.raises(RenderError, match=cause):
            find_quarto(written, str(tmp_path))


def test_a_configured_quarto_is_the_same_in_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = stand_in(tmp_path / "quarto-1", "1.10.19")
    monkeypatch.setenv("HOME", str(tmp_path))
    for written in (str(program), "quarto-1", "./quarto-1", "~/quarto-1", "none/quarto", "embedded", " "):
        monkeypatch.chdir(tmp_path)
        here = found_or_refused(written)
        kept = settled(written)
        monkeypatch.chdir("/")
        assert found_or_refused(kept) == here, written
    assert settled("quarto-2") == "quarto-2"  # looked for on the search path


def found_or_refused(written: str) -> Path | str | None:
    try:
        return find_quarto(written, "")
    except RenderError as error:
        return error.key


@pytest.mark.parametrize(
    "version",
    ["1.9.38", "1.9.99", "1.6.42", "0.10.1", "1.10.0", "1.10.0-rc1", "1.10.16", "nonsense", "version 1.11", ""],
)
def test_a_quarto_that_cannot_write_the_pdfs_is_refused_in_words(
    project: Path, tmp_path: Path, version: str
) -> None:
    program = stand_in(tmp_path / "quarto", version)
    with pytest.raises(RenderError) as refused:
        render_project(project, quarto=program)
    assert str(program) in refused.value.told("en")
    assert "QUARTO_PATH=embedded" in refused.value.told("vi")
    if version.startswith("1."):
        assert version in refused.value.told("en") and "1.10.17 or newer" in refused.value.told("en")


@pytest.mark.parametrize("version", ["1.10.17", "1.10.18-rc1", "1.11", "2.0.1", "99.9.9"])
def test_a_newer_quarto_is_taken(tmp_path: Path, version: str) -> None:
    assert demand_version(stand_in(tmp_path / "quarto", version)) == version


@pytest.mark.parametrize(
    ("typst", "is_taken"), [("0.15.1", True), ("0.16.0-rc.1", True), ("0.14.2", False), ("", True)]
)
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_quarto_with_an_older_typst_is_refused_whatever_its_number_and_wherever_it_says_so(
    tmp_path: Path, typst: str, is_taken: bool, stream: str
) -> None:
    asked = "sys.argv[1:] == ['typst', '--version']"
    said = f"    print('typst {typst} (abc)', file=sys.{stream}) if {asked} else sys.exit(3)\n"
    program = stand_in(tmp_path / "quarto", "99.9.9", said)
    if is_taken:
        assert demand_version(program) == "99.9.9"
        return
    with pytest.raises(RenderError, match=r"typst 0\.14\.2") as refused:
        demand_version(program)
    assert "0.15" in refused.value.told("en") and str(program) in refused.value.told("vi")


def hanging(path: Path, condition: str) -> Path:
    """Write a program that hangs as Quarto may: in another that it started."""
    path.write_text(
        f"#!/bin/sh\n[ $1 = --version ] && [ {condition} ] && echo 1.10.19 && exit\n"
        f"[ $1 = typst ] && exit\necho '[1/2] a.qmd'\nsleep 60 &\necho $! > {path}.pid\nwait\n",
        encoding="utf-8",
    )
    path.chmod(0o755)
    return path


def ends(number: int) -> bool:
    """Say whether a process ends within a moment; one that nobody waits for is left as a zombie."""
    status = Path(f"/proc/{number}/stat")
    for _ in range(50):
        try:
            os.kill(number, 0)
            if status.is_file() and status.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_a_quarto_that_hangs_is_ended_with_all_it_started(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.render.ANSWER_SECONDS", 1.5)
    program = hanging(tmp_path / "quarto", "1 = 0")
    with pytest.raises(RenderError, match="--version") as mute:
        demand_version(program)
    assert "QUARTO_PATH=embedded" in mute.value.told("en")
    assert ends(int(Path(f"{program}.pid").read_text(encoding="ascii")))
    monkeypatch.undo()
    program = hanging(tmp_path / "quarto", "1 = 1")
    with pytest.raises(RenderError, match=r"a\.qmd") as silent:
        render_project(project, quarto=program, silence=1.5)
    log = silent.value.fields["log"]
    assert str(log) in silent.value.told("en") and "[1/2] a.qmd" in log.read_text(encoding="utf-8")
    assert ends(int(Path(f"{program}.pid").read_text(encoding="ascii")))


def test_what_pyproject_asks_for_is_what_is_checked() -> None:
    text = (Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"quarto-cli>={".".join(map(str, LOWEST_QUARTO))}"' in text


def test_all_that_a_runner_printed_is_in_the_log_that_is_named(project: Path, tmp_path: Path) -> None:
    said = (
        "    told = os.environ['NO_COLOR'] + os.environ['TYPST_IGNORE_SYSTEM_FONTS']\n"
        "    print('[1/1] a.qmd\\nfirst words\\nERROR: broken\\n' + told)\n"
    )
    program = stand_in(tmp_path / "quarto", "1.10.19", said + "    sys.exit(1)\n")
    report = render_project(project, quarto=program)
    assert "first words\nERROR: broken\n1true" in report.log.read_text(encoding="utf-8")
    with pytest.raises(RenderError) as failed:
        report.require_success()
    assert str(report.log) in failed.value.told("vi") and "a.qmd: broken" in failed.value.told("en")


def test_a_page_that_cannot_be_read_is_named_with_its_line_by_both(project: Path, tmp_path: Path) -> None:
    (project / "sâu" / "b.qmd").write_text('---\nlang: vi\ntitle: "x\n---\n\nx\n', encoding="utf-8")
    (ours,) = render_project(project, quarto=None).errors
    assert ours.startswith("sâu/b.qmd (html): line 3: ")
    said = "    print('ERROR: YAMLException: unexpected end of the stream (4:1)')\n    sys.exit(1)\n"
    (theirs,) = render_project(project, quarto=stand_in(tmp_path / "quarto", "1.10.19", said)).errors
    assert theirs.startswith("sâu/b.qmd: line 4: YAMLException")


def test_a_quarto_that_ends_without_a_word_has_failed(project: Path, tmp_path: Path) -> None:
    program = stand_in(tmp_path / "quarto", "1.10.19", "    sys.exit(3)\n")
    with pytest.raises(RenderError, match="exit 3") as failed:
        render_project(project, quarto=program)
    assert str(failed.value.fields["log"]) in failed.value.told("vi")


def test_a_quarto_that_is_killed_is_told_with_its_page_and_the_signal(project: Path, tmp_path: Path) -> None:
    said = f"{RENDERS}        print('[1/2] a.qmd\\n[2/2] b.qmd\\nloading', flush=True)\n"
    said += "        os.kill(os.getpid(), 9)\n"
    program = stand_in(tmp_path / "quarto", "1.10.19", said)
    with pytest.raises(RenderError, match="SIGKILL") as killed:
        render_project(project, quarto=program)
    assert killed.value.fields["page"].endswith("b.qmd") and killed.value.fields["last"] == "loading"
    with pytest.raises(RenderError, match="SIGKILL") as tried:
        render_one(program)
    assert "log" not in tried.value.fields, "the log of a trial goes with its folder"


def test_a_trial_of_which_files_are_missing_names_no_log_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"thu\.html") as missing:
        render_one(stand_in(tmp_path / "quarto", "1.10.19"))
    assert "tongket-trial" not in missing.value.told("vi")


def test_a_quarto_that_has_ended_is_done_though_a_child_keeps_its_output(project: Path, tmp_path: Path) -> None:
    said = f"{RENDERS}        os.system('sleep 60 &')\n        sys.exit(3)\n"
    with pytest.raises(RenderError, match="exit 3"):
        render_project(project, quarto=stand_in(tmp_path / "quarto", "1.10.19", said), silence=30)


def test_what_a_caller_sets_for_quarto_does_not_silence_it(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("QUARTO_LOG_LEVEL", "QUARTO_LOG", "QUARTO_LOG_FORMAT", "QUARTO_PROFILE"):
        monkeypatch.setenv(name, "error")
    monkeypatch.delenv("QUARTO_PATH", raising=False)
    monkeypatch.setenv("QUARTO_PANDOC", "kept")
    said = "    print(sorted(n for n in os.environ if n.startswith('QUARTO_')))\n    sys.exit(1)\n"
    with pytest.raises(RenderError) as failed:
        render_project(project, quarto=stand_in(tmp_path / "quarto", "1.10.19", said))
    assert failed.value.fields["last"] == "['QUARTO_PANDOC']"


def test_the_filters_of_quarto_are_no_file(project: Path) -> None:
    text = (project / "_quarto.yml").read_text(encoding="utf-8")
    (project / "x.lua").write_text("function Str(s) s.text = s.text:upper() return s end", encoding="utf-8")
    (project / "_quarto.yml").write_text(f"{text}filters: [quarto, x.lua]\n", encoding="utf-8")
    assert main(["render", str(project), "--to", "html"]) == 0
    assert "<p>B</p>" in (project / "_site" / "sâu" / "b.html").read_text(encoding="utf-8")


def test_a_stand_in_for_quarto_is_called_and_its_failure_told(project: Path, tmp_path: Path) -> None:
    program = tmp_path / "quarto"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nif sys.argv[1] == '--version':\n    print('1.10.19')\n"
        "else:\n    print('[1/1] a.qmd')\n    print('ERROR: broken', file=sys.stderr)\n    sys.exit(1)\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    report = render_project(project, quarto=program)
    assert report.runner == "quarto 1.10.19"
    assert report.errors == ("a.qmd: broken",)


def test_the_runner_is_a_program(project: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reports.runner", "render", str(project), "--quiet"],
        capture_output=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
