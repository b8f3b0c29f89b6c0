"""Published architectures, one family a file; `refconv.networks.catalogue` has their names."""
