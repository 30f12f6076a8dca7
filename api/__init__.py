"""How one asks: command line, HTTP and page. The only room that reads the clock and the environment."""
