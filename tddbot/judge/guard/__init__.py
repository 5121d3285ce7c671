"""What forbids a patch before it runs, found on its paths and syntax trees."""
