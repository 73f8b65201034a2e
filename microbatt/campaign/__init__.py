"""Which curves to run, and running them on Dask so that nothing that happens loses one."""
