"""Workbooks that are encrypted with the password that everybody has.

What belongs here: the password with which spreadsheets encrypt what is only recommended to be read, and
taking it away. What does not: real passwords, which nobody tries to guess.
"""

import io

from msoffcrypto import OfficeFile

from ingestion.reading.kinds import OLE_MARK

_PUBLIC_PASSWORD = "VelvetSweatshop"
_MOST_ROUNDS = 1_000_000
"""Times that a key is hashed; spreadsheets do it a hundred thousand times, a file could ask for any number."""


def decrypted(data: bytes) -> bytes | None:
    """Give the workbook without the encryption that needs no password; None where it has another or none.

    Works on Office Open XML (standard and agile encryption) and on binary workbooks alike.
    """
    if not data.startswith(OLE_MARK):
        return None
    plain = io.BytesIO()
    try:
        file = OfficeFile(io.BytesIO(data))
        if not file.is_encrypted():
            return None
        said = getattr(file, "info", None) or {}
        if int(said.get("spinValue", 0)) > _MOST_ROUNDS:
            return None
        file.load_key(password=_PUBLIC_PASSWORD)
        file.decrypt(plain)
    except Exception:
        return None  # another password, or a damaged container, on which the library raises anything at all
    return plain.getvalue()
