"""The laptop run: the synthesized template on a local emulator, with nothing but Python."""
