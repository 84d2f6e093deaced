"""The pages of the rules say what the rules say."""

import re

import pytest

from ingestion.definitions.catalogue import load_catalogue
from ingestion.gate import load_rules, rule_book
from ingestion.gate.language.syntax import names
from ingestion.gate.rule_names import FUNCTIONS, named_sources
from ingestion.gate.rule_pages import EXAMPLES, FOLDER, INDEX, Example, load_examples, pages

RULES = load_rules()


def generate(**examples: Example) -> dict[str, str]:
    catalogue = load_catalogue()
    return pages(rule_book(catalogue), load_examples() | examples, catalogue)


@pytest.fixture(scope="module")
def generated():
    return generate()


def test_the_committed_pages_are_the_generated_ones(generated):
    committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert committed == generated, "run `make docs`"


def test_every_rule_has_a_page_and_a_line_of_the_index(generated):
    assert set(generated) == {INDEX, *(f"{rule}.md" for rule in RULES)}
    linked = re.findall(r"\[(V\d{3})\]\(\1\.md\)", generated[INDEX])
    assert linked == sorted(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_page_has_titles_messages_and_remedies_in_both_languages(generated, rule):
    page = generated[f"{rule.id}.md"]
    for text in (rule.title, rule.remedy):
        assert text.vi.strip() in page
        assert text.en.strip() in page
    for clause in rule.clauses:
        message = clause.message or rule.message
        assert message.vi.strip() in page
        assert message.en.strip() in page


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_an_example_is_worded_as_the_rule_words_its_findings(rule, language):
    example = getattr(load_examples()[rule.id], language)
    wordings = [(c.message or rule.message).get(language) for c in rule.clauses]
    patterns = ["(.|\n)*?".join(map(re.escape, re.split(r"\{\w+\}", wording))) for wording in wordings]
    assert any(re.search(pattern, example) for pattern in patterns), f"run `make docs` to renew {EXAMPLES}"


def test_a_page_says_which_columns_and_lines_its_expressions_name(generated):
    assert "- `opening_members` (B01): Đảng viên đầu kỳ (A) · *" in generated["V015.md"]
    assert "- `in_admitted` (B01): Tăng: kết nạp · *Increase: admitted*" in generated["V021.md"]
    assert "- `TC02` (B03): " in generated["V042.md"]
    assert not re.search(r"- `in_admitted` \([^)]*B02", generated["V021.md"])


def test_the_index_explains_what_expressions_take_their_figures_from(generated):
    expressions = " ".join(c.holds for rule in RULES.values() for c in rule.clauses)
    for name in FUNCTIONS:
        assert name in expressions, f"no rule uses {name}"
        assert f"| `{name}" in generated[INDEX]
    sources = named_sources(rule_book(load_catalogue()))
    for name, text in sources.items():
        assert f"| `{name}` | {text.vi} · *{text.en}* |" in generated[INDEX]
    prefixes = {name.partition(".")[0] for name in sources}
    book = rule_book(load_catalogue())
    paths = {n.path for checks in book.checks.values() for check in checks for n in names(check.holds)}
    assert {path[0] for path in paths if len(path) > 1} - set(load_catalogue().forms) <= prefixes
    assert "total" not in prefixes, "which no rule names, though a column is called so"


def test_a_change_of_a_rule_changes_its_page(generated):
    changed = generate(V014=Example(vi="khác", en="other"))
    differing = [name for name, text in changed.items() if text != generated[name]]
    assert differing == ["V014.md"]
