"""The Open Contracting Data Standard 1.1 in and out: releases, records, packages, JSON lines, flattened workbooks."""
