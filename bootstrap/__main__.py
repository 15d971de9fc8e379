"""The verbs of `./daggerw`; everything else is dagger's."""

import os
import re
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from bootstrap import doctor, settings, up
from bootstrap.choice import Choice
from bootstrap.errors import BootstrapError, Interrupted, Refused
from bootstrap.launch import decide, prepare
from bootstrap.settings import Kind, Settings
from bootstrap.up import say

HELP = """\
./daggerw ARGS     dagger ARGS, on the first engine that works: a dagger on PATH, the official one, a local one
./daggerw up       bring that engine up
./daggerw down     stop the local engine gracefully: its cache stays
./daggerw env      exports for a shell in which a bare dagger works: eval "$(./daggerw env)"
./daggerw doctor   what works here, and the next step for what does not
./daggerw help     this text

DAGGERW_ENGINE=path|official|local   choose
DAGGERW_CACHE=FOLDER                 where all that is expensive lies, and logs/ (~/.cache/ois-cfa)
DAGGERW_INSTANCE=NAME                a second engine beside the first (ois)
DAGGERW_CERTIFICATES=FOLDER          authorities (*.crt) that the local engine trusts beside the machine's
"""
SPELLED = {"deploy-cfa2": "deploy-cfa-2"}  # as people write a function, and as Dagger's CLI does, before a digit
VERBS = {"up", "down", "env", "doctor", "help"}


def main(arguments: list[str]) -> int:
    """Run one verb; a sentence instead of a traceback."""
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
        signal.signal(signal.SIGHUP, _interrupt)
    try:
        return _run(settings.read(os.environ), arguments)
    except (BootstrapError, Interrupted) as fault:
        say(str(fault))
        return fault.code
    except OSError as fault:  # a full disk, a folder without permission
        say(str(fault))
        return 1


def _run(asked: Settings, arguments: list[str]) -> int:
    match arguments:
        case ["up"]:
            return _up(asked)
        case ["down"]:
            up.take_down(asked)
        case ["env"]:
            print(prepare(asked, _told(asked).kind).exports())
        case ["doctor"]:
            return doctor.examine(asked)
        case [] | ["help"] | [*_, "-h" | "--help"] if set(arguments[:-1]) <= VERBS:
            print(HELP, end="")
        case [verb, *_] if verb in VERBS:
            raise Refused(f"{verb} stands alone: ./daggerw help says what there is")
        case _:
            _become_dagger(asked, arguments)
    return 0


def _told(asked: Settings) -> Choice:
    choice = decide(asked)
    say(str(choice))
    return choice


def _up(asked: Settings) -> int:
    choice = _told(asked)
    launch = prepare(asked, choice.kind)
    if choice.kind is not Kind.LOCAL:
        launch.run(["core", "version"])  # the CLI starts the official engine by itself
    say("the engine is up")
    return 0


def _become_dagger(asked: Settings, arguments: list[str]) -> None:
    choice = _told(asked)
    if choice.kind is Kind.LOCAL and wants_screen(asked.progress, arguments):
        raise Refused("the local engine's CLI has no interactive screen: use --progress=logs, plain, dots or report")
    prepare(asked, choice.kind).run(spelled(arguments))


def spelled(arguments: Sequence[str]) -> list[str]:
    """The words as Dagger's CLI knows them; a function's name may not be the value of the flag before it."""
    before = ("", *arguments)
    return [
        word if last.startswith("--") and "=" not in last else SPELLED.get(word, word)
        for last, word in zip(before, arguments, strict=False)
    ]


def wants_screen(progress: str, arguments: Sequence[str]) -> bool:
    """Whether `DAGGER_PROGRESS` or a flag, which wins, asks for the interactive screen; `--progress A` is two words."""
    flags: list[str] = re.findall(r"--progress[= ](\S+)", " ".join(arguments))
    return [progress, *flags][-1] == "tty"


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise Interrupted


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
