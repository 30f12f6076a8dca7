"""Watching (自动监督): which parties and tenders a change can touch, and what it changed for them.

Pure: keys of what is watched, what changed between two states of the lists, whom that can concern, and the
difference between two decisions' findings. Nothing here reads a clock or writes.
"""
