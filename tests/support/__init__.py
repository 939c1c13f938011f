"""What tests share: actors, a clock that moves, real server processes, and waiting with an end."""
