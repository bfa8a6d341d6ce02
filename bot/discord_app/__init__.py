"""Discord as Linkbot uses it: the only product code that imports discord.py."""
