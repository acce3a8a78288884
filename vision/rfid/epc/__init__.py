"""EPC codec: what a tag holds, as GS1's Tag Data Standard 2.3 says. Start at ``codec.decode``."""
