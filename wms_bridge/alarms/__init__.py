"""Alarms by ANSI/ISA-18.2 and IEC 62682: what they mean and how they are dealt with."""
