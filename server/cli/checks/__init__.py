"""What `rollcall doctor` looks at."""
