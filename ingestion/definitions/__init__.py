"""What is filed by whom and when: forms, indicators and the registry, as data files say.

What belongs here: the shapes of these files, loading and checking them, and questions that they alone answer.
What does not: anything that was filed, and rules, which have a language of their own (`gate/`).
"""
