"""Documents (văn bản): files to text, text to fields."""
