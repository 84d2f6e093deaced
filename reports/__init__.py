"""From marts to pages, and from pages to a release."""
