"""Frames in, figures out: pandas and numpy only, and never a name of a person."""
