"""The pages of the rules say what the rules say."""

import re

import pytest

from ingestion.catalogue import load_catalogue
from ingestion.gate import load_rules, rule_book
from ingestion.gate.pages import EXAMPLES, FOLDER, INDEX, Example, load_examples, pages

RULES = load_rules()


@pytest.fixture(scope="module")
def generated():
    return pages(rule_book(load_catalogue()), load_examples())


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


def test_a_change_of_a_rule_changes_its_page(generated):
    book = rule_book(load_catalogue())
    changed = load_examples() | {"V014": Example(vi="khác", en="other")}
    differing = [name for name, text in pages(book, changed).items() if text != generated[name]]
    assert differing == ["V014.md"]
