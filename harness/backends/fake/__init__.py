"""An in-memory stack on a virtual clock, and bugs to plant in it: the harness's own control."""
