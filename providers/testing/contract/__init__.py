"""What every adapter must do, as classes of tests. `AdapterContract` in adapter.py is all of it."""
