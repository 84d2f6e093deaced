"""What was received: the inbox, the originals, and the ledger of all that happened to them.

What belongs here: taking files in, keeping their bytes, the events of a submission and what follows from them.
What does not: what stands in a file (`reading/`), and the order of steps (`pipeline/`).
"""
