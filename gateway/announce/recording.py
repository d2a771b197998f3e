"""Makes the sound files from the sentences: `python -P -m gateway.announce.recording`, or `make sounds`.

Needs espeak-ng and sox on the machine that makes them, never on a gateway. 11,025 Hz and 8 bits carry all that the
synthetic voice has to say, and keep every language together below 3 MB.
"""

import json
import subprocess
import sys
from pathlib import Path

from gateway.announce.words import SENTENCES

SOUNDS = Path(__file__).with_name("sounds")
SPOKEN = "sentences.json"
"""Beside the sound files: the sentences that they say."""

VOICES = {"zh-CN": "cmn-latn-pinyin", "en": "en-gb"}
"""The voice `cmn` of espeak-ng spells characters out as English letters; this one pronounces them."""
WORDS_PER_MINUTE = {"zh-CN": 170, "en": 150}
SAMPLE_RATE_HZ = 11_025


def record(language: str, name: str, folder: Path = SOUNDS) -> Path:
    """Make one sound file and return its path.

    Raises FileNotFoundError where espeak-ng or sox is missing, CalledProcessError where one of them fails.
    """
    path = folder / language / f"{name}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    voice = ["-v", VOICES[language], "-s", str(WORDS_PER_MINUTE[language])]
    speak = ["espeak-ng", *voice, "--stdout", SENTENCES[language][name]]
    spoken = subprocess.run(speak, check=True, capture_output=True).stdout
    # The silence that the voice leaves at both ends is cut, and the loudest sample brought to -1 dB.
    trim = ["silence", "1", "0.02", "0.5%", "reverse", "silence", "1", "0.02", "0.5%", "reverse"]
    form = ["-r", str(SAMPLE_RATE_HZ), "-c", "1", "-b", "8", "-e", "unsigned-integer"]
    shape = ["sox", "-R", "-t", "wav", "-", *form, str(path), *trim, "pad", "0.1", "0.2", "norm", "-1"]
    subprocess.run(shape, input=spoken, check=True, capture_output=True)
    return path


def main() -> int:
    """Make every file anew, and note which sentences they say."""
    for language, sentences in SENTENCES.items():
        for name in sentences:
            record(language, name)
    spoken = json.dumps(SENTENCES, ensure_ascii=False, indent=2)
    (SOUNDS / SPOKEN).write_text(spoken + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
