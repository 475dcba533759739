"""What Rollcall's speed is measured with."""
