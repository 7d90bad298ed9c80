# The commands that developers and CI share. `make run` and `make test` work alone on a fresh
# Debian machine with Rust, Node 20, Python 3 and root.

.PHONY: run test check bench drills generate

## Build everything and start it, with simulated phones. Ctrl-C stops it.
run:
	@scripts/setup.sh build
	cargo build --release --package countersign
	@exec target/release/countersign dev $(ARGS)

## Everything: set-up, formatting, lints, every test.
test:
	@scripts/test.sh

## Formatting and lints alone.
check:
	@scripts/setup.sh build
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- --deny warnings

## Speed, as ratios against baselines of the same run.
bench:
	@scripts/setup.sh bench
	python3 bench/run.py $(ARGS)

## The drills in full: races, crashes, simulation, database theft.
drills:
	@scripts/setup.sh test
	@scripts/drills.sh

## Files that are made from the code: openapi.json.
generate:
	cargo run --quiet --package countersign -- openapi > openapi.json.new && mv openapi.json.new openapi.json
