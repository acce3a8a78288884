"""Alarm policies: on an alarm do something by itself, with dry run, rollback and a breaker."""
