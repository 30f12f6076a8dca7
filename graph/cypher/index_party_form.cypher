// Whole, beginning and inside of a name: a text index is exact for Chinese at any length.
CREATE TEXT INDEX liancheng_party_form IF NOT EXISTS FOR (n:Party) ON (n.form)
