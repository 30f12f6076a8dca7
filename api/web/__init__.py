"""The pages: server-rendered, in two languages, usable without JavaScript.

They ask the same engine as the HTTP interface, and its rules decide who may see what.
"""
