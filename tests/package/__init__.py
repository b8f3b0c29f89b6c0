"""The package as others get it: built, installed outside the repository, run and type-checked (`make test-package`)."""
