"""The synthesized template is held to what the architecture page promises."""
