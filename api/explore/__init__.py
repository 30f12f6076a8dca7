"""The reading side: parties, their neighbours, how two are connected, who controls whom, as data and in sentences."""
