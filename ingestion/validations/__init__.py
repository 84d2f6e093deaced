"""Results of checks, kept in the state folder and shown as a page.

What belongs here: their files, those of earlier versions too, and the page. What does not: evaluating rules
(`gate/`).
"""
