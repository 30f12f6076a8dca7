"""What each page shows: a function from a visit to an answer, with a view model of plain typed values."""
