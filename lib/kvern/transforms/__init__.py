"""Floor 2: DataFrame to DataFrame. No session, no path, no action."""
