"""Workbooks encrypted with the password that everybody has.

What belongs here: Excel encrypts a workbook whose structure or sheets are protected, or that is recommended for
reading only, with a password of its own and opens it without asking. What does not: passwords that somebody
chose, of which none is ever tried.
"""

import io

import msoffcrypto

_PASSWORD = "VelvetSweatshop"
_MOST_BYTES = 16 * 2**20
"""Larger ones are not decrypted: it takes some hundred bytes of memory for each byte of the file."""


def decrypted(data: bytes) -> bytes | None:
    """Give an encrypted workbook as it was before; None if it has a password that somebody chose.

    Args:
        data: a workbook in a compound file, .xls or what Excel wraps around an encrypted .xlsx.
    """
    if len(data) > _MOST_BYTES:
        return None
    plain = io.BytesIO()
    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(data))
        office.load_key(password=_PASSWORD)
        office.decrypt(plain)
    except Exception:
        # Besides errors of its own the library raises whatever its decoding stumbles over.
        return None
    return plain.getvalue()
