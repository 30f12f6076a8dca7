"""Measures (惩戒措施): what each list allows in each scenario, and the record of what was carried out and lifted."""
