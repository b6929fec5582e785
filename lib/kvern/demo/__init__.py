"""The demo library: a generated sample of a national library's holdings, with a truth file of all that is planted."""
