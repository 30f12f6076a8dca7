// Whole, beginning and inside of a name: a text index is exact for Chinese at any length.
CREATE TEXT INDEX liancheng_name_form IF NOT EXISTS FOR (n:Name) ON (n.form)
