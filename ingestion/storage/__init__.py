"""Files, folders and archives, and the machine that they are on.

What belongs here: writing so that a crash harms nothing, names, the paths of the state folder, archives within
limits, how much of the machine may be taken. What does not: what any file means.
"""
