"""The API description and a page to try it."""
