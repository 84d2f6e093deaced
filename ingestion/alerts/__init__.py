"""Alerts: who is told what, when a submission gets its verdict, a deadline comes or a run fails.

What belongs here: which events become which messages (`events.py`, `deadlines.py`), who gets them
(`contacts.py`), how they are worded (`wording.py`, texts in `messages/alerts.yml`), the outbox on disk
(`outbox.py`) and the order in which it is emptied (`delivery.py`). What does not: mail servers and other
channels, which are a function that is handed in.

An alert is a fact that follows from the ledger, the calendar or a run. Its id follows from that fact, so it is
written once however often it is derived, and where a crash kept it from being written, the next run does.
"""
