# Everything a person does with this project. Needs make and Python 3.11 or newer; installs only below this folder.

SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
RUN := .venv/bin/python
READY := .venv/.ready
# Interpreters and certificates come from the system, never from the network; bytecode is compiled even where that is switched off.
UV := env -u PYTHONDONTWRITEBYTECODE -u VIRTUAL_ENV UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1 UV_SYSTEM_CERTS=1 .uv/bin/uv

PORTAL ?=
FROM ?=
TO ?=

.PHONY: help
help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  For example: make harvest PORTAL=baotuyenquang FROM=2026-10-01 TO=2026-10-03"

.PHONY: harvest
harvest: $(READY) ## Harvest the sample portals, or PORTAL= (several with commas) FROM= TO=, into the warehouse
	@$(RUN) -m dags.local.harvest $(if $(PORTAL),--portal "$(PORTAL)") $(if $(FROM),--from "$(FROM)") $(if $(TO),--to "$(TO)")

.PHONY: airflow
airflow: $(READY) ## Run Airflow with its UI until Ctrl-C
	@$(RUN) -m dags.local.stack

.PHONY: test
test: $(READY) programs ## Run every test; what the machine lacks (Chromium, tesseract, real data) is skipped with a reason
	@$(RUN) -m pytest -n 3 --dist loadfile --no-loadscope-reorder  # two cores: a third waits for servers and pauses

.PHONY: check
check: $(READY) ## Lint, check the format and the types
	@$(RUN) -m ruff check . && $(RUN) -m ruff format --check . && $(RUN) -m mypy \
		&& $(RUN) -m crawlers.catalogue --check

.PHONY: harvest-real
harvest-real: $(READY) ## Harvest the archived real portal under TINTINH_DATA and score the result
	@$(RUN) -m tests.real.harvest

.PHONY: env
env: ## Write .env with fresh secrets for docker-compose (never replaces one)
	@$(PYTHON) -m dags.local.env

.PHONY: clean
clean: ## Remove what was installed and harvested here (.venv, .uv, .tintinh); asks nothing
	rm -rf .venv .uv .tintinh .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# For tests of the browser and of documents: only a CI machine that runs as root gets these by itself.
PROGRAMS := chromium libarchive13 tesseract-ocr tesseract-ocr-vie catdoc
.PHONY: programs
programs:
	@if [ "$$CI" = true ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		for each in $(PROGRAMS); do dpkg -s $$each >/dev/null 2>&1 || missing="$$missing $$each"; done; \
		if [ -n "$$missing" ]; then \
			echo "installing$$missing for the tests"; \
			(apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $$missing) \
				>/dev/null 2>&1 </dev/null || echo "they could not be installed; their tests will be skipped"; \
		fi; \
	fi

$(READY): uv.lock pyproject.toml | .uv/bin/uv
	@echo "installing what uv.lock lists into .venv"
	@$(UV) sync --frozen --quiet --compile-bytecode --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')"
	@env -u PYTHONDONTWRITEBYTECODE $(RUN) -m compileall -q crawlers transforms warehouse dags
	@touch $@

.uv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Use make PYTHON=python3.12 ..."; exit 1; }
	@rm -rf .uv
	@if $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		$(PYTHON) -m venv .uv && .uv/bin/python -m pip install --quiet --disable-pip-version-check uv; \
	elif $(PYTHON) -m pip --version >/dev/null 2>&1; then \
		$(PYTHON) -m pip install --quiet --disable-pip-version-check --target .uv uv; \
	else \
		echo "$(PYTHON) can neither make virtual environments nor install packages; on Debian and Ubuntu run:"; \
		echo "  apt-get install python3-venv"; exit 1; \
	fi
