# The commands of the house; scripts/ does the work. `make check` is what CI runs.
.PHONY: setup check test test-core test-qgis lint types scan i18n docs package demo

setup:
	bash scripts/setup.sh

check:
	bash scripts/test.sh

test: test-core test-qgis

test-core:
	bash scripts/test.sh core

test-qgis:
	bash scripts/test.sh qgis

lint:
	bash scripts/test.sh lint

types:
	bash scripts/test.sh types

scan:
	bash scripts/test.sh scan

i18n:
	.venv/bin/python scripts/i18n.py

docs:
	.venv/bin/python scripts/docs.py

package:
	bash scripts/package.sh

demo:
	bash scripts/demo.sh $(OUT)
