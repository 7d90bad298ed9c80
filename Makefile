# The commands that developers and CI share. `make run` and `make test` work alone on a fresh
# Debian machine with Rust, Node 20, Python 3 and root.

.PHONY: run web test check format e2e gallery screenshots bench drills generate

## Build everything and start it, with simulated phones. Ctrl-C stops it.
run:
	@scripts/setup.sh build
	@scripts/build.sh
	@exec "$${CARGO_TARGET_DIR:-target}/release/countersign" dev $(ARGS)

## The pages, where their sources changed.
web:
	@scripts/web.sh

## Everything: set-up, formatting, lints, every test.
test:
	@scripts/test.sh

## Formatting and lints alone.
check:
	@scripts/setup.sh build
	@scripts/web.sh install
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- --deny warnings
	cd web && npm run --silent check

## Formats both worlds.
format:
	@scripts/web.sh install
	cargo fmt --all
	cd web && npm run --silent format

## The pages in Chromium, against the program.
e2e:
	@scripts/setup.sh test
	@scripts/web.sh
	cargo build --package countersign
	cd web && npm run --silent e2e

## Every page in every state, language and theme, at http://localhost:5173.
gallery:
	@scripts/web.sh install
	cd web && npm run --silent gallery

## The pictures of the documentation, from the running program.
screenshots:
	@scripts/setup.sh test
	@scripts/build.sh
	binary=$$(realpath "$${CARGO_TARGET_DIR:-target}/release/countersign") && cd web && \
		COUNTERSIGN_BIN="$$binary" node e2e/screenshots.mjs

## Speed, as ratios against baselines of the same run.
bench:
	@scripts/setup.sh bench
	COUNTERSIGN_WITHOUT_PAGES=1 python3 bench/run.py $(ARGS)

## The drills in full: races, crashes, simulation, database theft.
drills:
	@scripts/setup.sh test
	@scripts/drills.sh

## Files that are made from the code: openapi.json, and what the pages print.
generate:
	cargo run --quiet --package countersign -- openapi > openapi.json.new && mv openapi.json.new openapi.json
	@scripts/web.sh install
	cd web && npm run --silent print
