"""What a finding found and expected, as people write it.

What belongs here: the two values in the language of who reads. What does not: what a finding is
(`records/findings.py`) and its message, which the gate words.
"""

from ingestion.records.findings import Finding
from ingestion.words import writing
from ingestion.words.labels import Language


def printed(finding: Finding, language: Language = "vi") -> tuple[str, str]:
    """Give what was found and expected as people write it; a clerk's own text as it stands."""
    if finding.decimals is None:
        # Where nothing is expected, what was found is the clerk's own text.
        found = writing.of_unknown(finding.value, language) if finding.expected else finding.value
        return found, writing.of_unknown(finding.expected, language)
    found, expected = (
        writing.of_plain(text, decimals, language)
        for text, decimals in zip((finding.value, finding.expected), finding.decimals, strict=True)
    )
    return found, expected
