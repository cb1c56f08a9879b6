"""The same behaviour asked of every adapter: the fake, moto and the emulator."""
