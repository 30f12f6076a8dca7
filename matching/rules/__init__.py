"""The rule pack: one file a rule, listed here by hand so that importing nothing by accident adds one."""
