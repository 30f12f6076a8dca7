"""What investigators ask of a published generation: who is this, who is around, how are two connected, who controls.

Everything is read from mapped files; nothing here decides, and nothing here reads a clock or a database.
"""
