"""Routes by what they are about; each names the scope it needs and the problems it may answer with."""
