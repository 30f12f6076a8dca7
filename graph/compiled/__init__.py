"""Functions compiled to machine code, once per installation: for names, and for walks through the graph."""
