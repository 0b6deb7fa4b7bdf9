"""The demo's sample data: a small generative model of a shop, and what writes it. See docs/sample-data.md."""
