"""The state folder as a whole: its version, who may read it, what was left half made, what belongs together.

What belongs here: looking over all parts of the folder, and putting right what older products and killed
processes left. What does not: any one part, which its own room writes and reads.
"""
