"""One target under Atheris (libFuzzer), guided by coverage. It ends its process, so it has one of its own.

`python -P -m tests.fuzz.guided TARGET INPUTS SEED CORPUS`: the corpus is a folder with the inputs to begin with, where
new ones are kept. Status 0: nothing raised and nothing grew in so many inputs.
"""

import os
import pkgutil
import sys
from collections.abc import Callable
from importlib import import_module

import atheris

with atheris.instrument_imports(include=["drivers", "gateway"]):
    import gateway.explain
    from tests.fuzz.targets import targets

    # Drivers and explanations are loaded with their first use, which would be too late to see into them.
    TARGETS = targets()
    for module in pkgutil.iter_modules(gateway.explain.__path__):
        import_module(f"gateway.explain.{module.name}")

INPUT_LIMIT_BYTES = 4_096
MEMORY_LIMIT_MIB = 1_024
"""libFuzzer's own bound on the whole process."""


def main(name: str, inputs: str, seed: str, corpus: str) -> None:
    """Fuzz the target until the inputs are spent or one of them raises. Does not return."""
    run: Callable[[bytes], None] = next(target.run for target in TARGETS if target.name == name)
    options = [f"-runs={inputs}", f"-seed={seed}", f"-max_len={INPUT_LIMIT_BYTES}", f"-rss_limit_mb={MEMORY_LIMIT_MIB}"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={corpus}{os.sep}", corpus], run)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
