"""The `iea` command. Exit status: 0 done, 1 a check failed, 2 wrong use or input, 3 no service."""

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NoReturn

from iea.errors import IeaError, InvalidError, NotFoundError, UnavailableError
from iea.files import read, write
from iea.formats import check_suffix
from iea.settings import PORTS, Settings

_EPILOG = """\
examples:
  iea edit photo.jpg "make it warmer and lift the shadows" "a little less" -o out.jpg --trace t.json
  iea explain t.json              what each step did, and why
  iea replay t.json photo.jpg     proves that the picture comes from these steps
  iea tools exposure              what a tool does, and its range
  iea studio                      the same in the browser
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Print one line, not the whole usage."""
        self.exit(2, f"iea: {message}; see `{self.prog} --help`.\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except IeaError as error:
        print(f"iea: {error}", file=sys.stderr)
        return error.exit_status
    except ModuleNotFoundError as error:
        print(
            f"iea: this command needs {error.name}, which is not installed: "
            "run `pip install 'iea[local]'`, or use --server.",
            file=sys.stderr,
        )
        return 2
    except BrokenPipeError:
        # The reader (`head`, say) has seen enough; Python must not complain at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="iea",
        description="Edit photos by conversation; see and prove what was done.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)

    def add(
        name: str, run: Callable[[Any], int], text: str, to: Any = commands
    ) -> argparse.ArgumentParser:
        command: argparse.ArgumentParser = to.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    edit = add("edit", _edit, "Edit a photo: each argument in words is one turn of a conversation.")
    edit.add_argument("photo", type=Path, metavar="PHOTO", help="a JPEG, PNG, WebP or TIFF file")
    edit.add_argument("words", nargs="+", metavar="WORDS", help='such as "a bit warmer", "undo"')
    _add_output(edit)
    edit.add_argument("--trace", type=Path, metavar="T.json", help="write the record of it all")
    edit.add_argument("--program", type=Path, metavar="P.json", help="write the steps, to reuse")
    edit.add_argument("--seed", type=_seed, default=0, metavar="N", help="of grain (default 0)")
    edit.add_argument("--toolset", default="iea", help="the set of tools (default iea)")
    _add_server(edit)

    render = add(
        "render", _render, "Carry out a program on a photo, exactly and without a planner."
    )
    render.add_argument("photo", type=Path, metavar="PHOTO")
    render.add_argument("program", type=Path, metavar="PROGRAM.json")
    _add_output(render)
    render.add_argument("--no-gps", action="store_true", help="leave out where it was taken")
    _add_files(render)

    export = add("export", _export, "Write a program for other editors, as .cube or .xmp.")
    export.add_argument("program", type=Path, metavar="PROGRAM.json")
    export.add_argument("-o", "--output", type=Path, required=True, metavar="OUT")
    _add_files(export)

    replay = add("replay", _replay, "Render every turn of a trace again and compare the digests.")
    replay.add_argument("trace", type=Path, metavar="T.json")
    replay.add_argument("photo", type=Path, metavar="PHOTO", help="the original photo")

    explain = add("explain", _explain, "Tell what each step of a trace did, and why.")
    explain.add_argument("trace", type=Path, metavar="T.json")

    describe = add(
        "describe", _describe, "Tell what a user would have asked for to get from BEFORE to AFTER."
    )
    describe.add_argument("before", type=Path, metavar="BEFORE")
    describe.add_argument("after", type=Path, metavar="AFTER", help="an edit of it")
    describe.add_argument("--program", type=Path, metavar="P.json", help="write the steps found")

    match = add("match", _match, "Make a photo look like another one, of whatever it is.")
    match.add_argument("photo", type=Path, metavar="PHOTO")
    match.add_argument("reference", type=Path, metavar="REFERENCE", help="how it should look")
    match.add_argument("-o", "--output", type=Path, metavar="OUT", help="write the picture")
    match.add_argument("--program", type=Path, metavar="P.json", help="write the steps found")

    score = add("score", _score, "Measure what changed between two pictures, as JSON.")
    score.add_argument("original", type=Path, metavar="ORIGINAL")
    score.add_argument("edited", type=Path, metavar="EDITED")
    score.add_argument("--words", help="the request: was it followed?")
    score.add_argument("--reference", type=Path, metavar="R", help="how it should have become")
    _add_server(score)

    tools = add("tools", _tools, "List the tools, or show one of them.")
    tools.add_argument("name", nargs="?", metavar="NAME")
    tools.add_argument("--json", action="store_true", help="for programs")

    studio = add("studio", _studio, "Open the web page and the services, in one process.")
    studio.add_argument("--port", type=_port, default=8080, help="of the page (default 8080)")

    text = "Give what was traced to the training."
    of_traces = commands.add_parser("traces", help=text, description=text).add_subparsers(
        required=True, metavar="WHAT", parser_class=_Parser
    )
    text = "Export the sessions that people allow training on, with their photos."
    export = add("export", _export_traces, text, of_traces)
    export.add_argument("target", type=Path, metavar="TARGET", help="a new folder")
    export.add_argument(
        "--store", type=Path, metavar="FOLDER", help="of the services (default: IEA_DATA_DIR)"
    )

    train = add("train", _train, "Train the planner up to a stage, or see and change what serves.")
    what = ("sft", "grpo", "synthetic", "all", "status", "promote", "rollback")
    train.add_argument("what", choices=what, metavar="WHAT", help="{%(choices)s}")
    train.add_argument("--size", choices=("small", "vlm"), default="small", help="{%(choices)s}")
    train.add_argument("--name", help="of the run, to start it or to go on (default: WHAT)")
    train.add_argument("--runs", type=Path, default=Path("out/runs"), help="(default out/runs)")
    train.add_argument("--seed", type=_seed, default=0, metavar="N", help="(default 0)")
    train.add_argument(
        "--source",
        action="append",
        default=[],
        metavar="KIND=FOLDER",
        help="photos, gier, fivek, mmart, xmp or traces; see docs/training-data.md",
    )
    train.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="STEP.NAME=VALUE",
        help="such as sft.steps=500",
    )
    train.add_argument("--executor", choices=("local",), default="local", help="{%(choices)s}")
    train.add_argument("--version", type=_whole(1, 10**6), help="of the model, to promote")

    serve = add("serve", _serve, "Run one service, or all in one process.")
    serve.add_argument("name", choices=(*PORTS, "all"), metavar="NAME", help="{%(choices)s}")
    listed = ", ".join(f"{name} {port}" for name, port in PORTS.items())
    serve.add_argument("--port", type=_port, help=f"the gRPC port (default: {listed})")
    return parser


def _add_output(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="OUT",
        help=".jpg .png .webp .tif .avif or .heic",
    )
    command.add_argument(
        "--quality", type=_quality, default=90, help="1..100, of JPEG and WebP (default 90)"
    )


def _add_files(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--file", type=Path, action="append", default=[], metavar="F", help="that the program names"
    )


def _add_server(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--server", metavar="HOST:PORT", help="a running gateway; without it, all runs here"
    )


def _whole(low: int, high: int) -> Callable[[str], int]:
    def convert(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"must be a whole number, {low}..{high}")
        return int(text)

    return convert


_seed, _port, _quality = _whole(0, 2**32 - 1), _whole(0, 65535), _whole(1, 100)


@contextmanager
def _gateway(server: str | None) -> Iterator[str]:
    """Yield the address of a gateway: the one given, or one that runs here meanwhile."""
    if server:
        yield server
        return
    try:
        from services import local
    except ModuleNotFoundError as error:
        if error.name != "services":
            raise
        raise UnavailableError(
            "No services are installed here: give --server HOST:PORT of a running gateway."
        ) from None
    with local.run(Settings.from_environment()) as address:
        yield address


def _edit(options: argparse.Namespace) -> int:
    from tqdm import tqdm

    from iea.client import Client
    from iea.explain import tell_turn

    if options.toolset != "iea":
        raise InvalidError(f"The toolset {options.toolset!r} is not known here: use iea.")
    suffix = check_suffix(options.output)
    _check_outputs(options.output, options.trace, options.program)
    photo = read(options.photo)
    with _gateway(options.server) as address, Client(address) as client:
        uploaded = client.upload(photo, name=options.photo.name)
        session = client.create_session(uploaded.sha256, seed=options.seed)
        for words in tqdm(options.words, unit="turn", disable=None, leave=False):
            turn = client.edit(session, words)
            tqdm.write("\n".join(tell_turn(turn)), file=sys.stdout)
        trace = client.trace(session)
        data = client.download(session, suffix, quality=options.quality)
    write(options.output, data)
    if options.trace:
        write(options.trace, _json(trace))
    if options.program:
        write(options.program, _json(_program_at_head(trace)))
    return 0


def _program_at_head(trace: dict[str, Any]) -> dict[str, Any]:
    """Return the program of the picture as it stands, without what was measured."""
    programs = {turn["id"]: turn["program"] for turn in trace["turns"]}
    program = programs.get(trace["head"], {"toolset": trace["toolset"], "steps": []})
    kept = ("id", "tool", "params", "mask", "reason")
    steps = [{key: step[key] for key in kept} for step in program["steps"]]
    return {"toolset": program["toolset"], "steps": steps}


def _render(options: argparse.Namespace) -> int:
    from iea.develop import develop
    from iea.program import Program

    suffix = check_suffix(options.output)
    _check_outputs(options.output)
    program = Program.loads(read(options.program), name=options.program.name)
    with _progress() as progress:
        data = develop(
            read(options.photo),
            program,
            suffix,
            quality=options.quality,
            gps=not options.no_gps,
            files=_files(options.file),
            name=options.photo.name,
            progress=progress,
        )
    write(options.output, data)
    return 0


def _files(paths: Sequence[Path]) -> Callable[[str], bytes]:
    """Return a look-up of files by their digests, as programs name them."""
    named = {hashlib.sha256(data).hexdigest(): data for data in map(read, paths)}

    def find(sha256: str) -> bytes:
        if sha256 not in named:
            raise NotFoundError(
                f"The program needs a file with the SHA-256 {sha256[:12]}…: give it with --file."
            )
        return named[sha256]

    return find


def _export(options: argparse.Namespace) -> int:
    from iea.export import to_cube, to_xmp
    from iea.program import Program

    _check_outputs(options.output)
    program = Program.loads(read(options.program), name=options.program.name)
    suffix = options.output.suffix.lower()
    if suffix not in (".cube", ".xmp"):
        raise InvalidError(f"{options.output.name} is neither .cube nor .xmp: choose one of them.")
    cube = suffix == ".cube"
    export = to_cube(program, files=_files(options.file)) if cube else to_xmp(program)
    write(options.output, export.text.encode())
    if export.left_out:
        print(f"Left out, as {suffix} has no place for it: {', '.join(export.left_out)}.")
    return 0


@contextmanager
def _progress() -> Iterator[Callable[[float], None] | None]:
    """Yield what shows the share done, 0..1, if there is a person to see it."""
    if not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    with tqdm(total=100, unit="%", leave=False) as bar:

        def show(share: float) -> None:
            bar.n = round(100 * share)
            bar.refresh()

        yield show


def _replay(options: argparse.Namespace) -> int:
    from tqdm import tqdm

    from iea import trace as traces
    from iea.replay import replay

    trace = traces.read(read(options.trace))
    turns = replay(trace, read(options.photo))
    for turn in tqdm(turns, total=len(trace["turns"]), unit="turn", disable=None, leave=False):
        tqdm.write(f"{turn}  holds", file=sys.stdout)
    print(f"All {len(trace['turns'])} turns hold: the same pixels, bit for bit.")
    return 0


def _explain(options: argparse.Namespace) -> int:
    from iea import trace as traces
    from iea.explain import explain

    print(explain(traces.read(read(options.trace))))
    return 0


def _describe(options: argparse.Namespace) -> int:
    from iea.describe import describe
    from iea.fit import fit
    from iea.image import decode
    from iea.measure.program import amount_text

    _check_outputs(options.program)
    before, after = (decode(read(path), name=path.name) for path in (options.before, options.after))
    found = fit(before, after)
    print(describe(found, (after.width, after.height)))
    for step in found.program.steps:
        print(f"- {step.tool.replace('_', ' ')} {amount_text(step)}")
    print(f"mean colour difference {found.before:.1f} -> {found.after:.1f}")
    if options.program:
        write(options.program, _json(found.program.to_json()))
    return 0


def _match(options: argparse.Namespace) -> int:
    from iea.develop import develop
    from iea.image import decode
    from iea.match import match, tell

    suffix = check_suffix(options.output) if options.output else ""
    _check_outputs(options.output, options.program)
    photo, reference = (read(path) for path in (options.photo, options.reference))
    found = match(
        decode(photo, name=options.photo.name), decode(reference, name=options.reference.name)
    )
    print("\n".join(tell(found)))
    if options.output:
        write(options.output, develop(photo, found.program, suffix, name=options.photo.name))
    if options.program:
        write(options.program, _json(found.program.to_json()))
    return 0


def _score(options: argparse.Namespace) -> int:
    from iea.image import decode
    from iea.measure import score

    original = read(options.original)
    pictures = [decode(original, name=options.original.name)]
    for path in filter(None, (options.edited, options.reference)):
        pictures.append(decode(read(path), name=path.name))
    effect, metrics = score(*pictures)
    result: dict[str, Any] = {"effect": effect, "metrics": metrics}
    if options.words:
        with _gateway(options.server) as address:
            result["words"] = _verdict(address, original, options.words, effect)
    print(_json(result).decode(), end="")
    return 0


def _verdict(address: str, photo: bytes, words: str, effect: dict[str, Any]) -> dict[str, Any]:
    """Compare what the planner would have done for the words with what was done."""
    from iea.client import Client
    from iea.tools import TOOLS

    with Client(address) as client:
        session = client.create_session(client.upload(photo).sha256)
        turn = client.edit(session, words)
    asked = {}
    for step in turn["program"]["steps"]:
        name = TOOLS[step["tool"]].target.attribute
        if name not in effect:
            continue
        wanted = step["effect"][name]["after"] - step["effect"][name]["before"]
        change = effect[name]["after"] - effect[name]["before"]
        asked[name] = {"asked": round(wanted, 3), "done": round(change, 3)}
    followed = [one["asked"] * one["done"] > 0 for one in asked.values()]
    share = sum(followed) / len(followed) if followed else None
    return {"reply": turn["reply"]["kind"], "attributes": asked, "followed": share}


def _tools(options: argparse.Namespace) -> int:
    from iea.tools import TOOLS, describe

    if options.name and options.name not in TOOLS:
        raise NotFoundError(f"There is no tool {options.name!r}: see `iea tools`.")
    chosen = [TOOLS[options.name]] if options.name else list(TOOLS.values())
    if options.json:
        print(_json([describe(tool) for tool in chosen]).decode(), end="")
        return 0
    for tool in chosen:
        print(f"{tool.name:<16} {tool.stage:<8} {tool.purpose}")
        if not options.name:
            continue
        for param in tool.params:
            print(f"  {param.name}: {param.about()}")
        print(f"  people say: {', '.join(tool.words)}")
    return 0


def _studio(options: argparse.Namespace) -> int:
    from services.studio import serve

    with _gateway(None) as address:
        serve(address, options.port)
    return 0


def _export_traces(options: argparse.Namespace) -> int:
    from iea.blobs import Blobs

    with _needed_in_training():
        from services.traces.store import TraceStore
        from training import command
    store = options.store or Settings.from_environment().data_dir
    path = store / "traces.sqlite"
    if not path.is_file():
        raise NotFoundError(f"{store} holds no traces: name the folder of the services.")
    with closing(TraceStore(path)) as kept:
        return command.export(_sessions(kept), Blobs(store / "blobs"), options.target)


def _sessions(store: Any) -> Iterator[dict[str, Any]]:
    """Yield all traces of a `TraceStore`, the newest first."""
    token = ""
    while True:
        page, token = store.page(token=token)
        yield from (store.read(listed.session) for listed in page)
        if not token:
            return


@contextmanager
def _needed_in_training() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise InvalidError(
            f"Training needs {error.name}: run `pip install -e '.[train]'` in the checkout."
        ) from None


def _train(options: argparse.Namespace) -> int:
    with _needed_in_training():
        from training import command
    if options.what == "status":
        return command.status(options.runs)
    if options.what == "promote":
        return command.promote(options.runs, options.size, options.version)
    if options.what == "rollback":
        return command.roll_back(options.runs, options.size)
    return command.train(
        options.runs,
        options.what,
        name=options.name or options.what,
        size=options.size,
        seed=options.seed,
        sources=options.source,
        settings=options.set,
    )


def _serve(options: argparse.Namespace) -> int:
    from services import local

    default = PORTS["gateway" if options.name == "all" else options.name]
    local.serve(options.name, default if options.port is None else options.port)
    return 0


def _check_outputs(*paths: Path | None) -> None:
    """Refuse what cannot be written before any work is done."""
    for path in filter(None, paths):
        folder = path.parent
        if path.is_dir():
            raise InvalidError(f"{path} is a folder: name a file.")
        if not folder.is_dir():
            raise NotFoundError(f"The folder {folder} does not exist: make it first.")
        if not os.access(folder, os.W_OK):
            raise InvalidError(f"The folder {folder} cannot be written to: choose another.")


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


if __name__ == "__main__":
    sys.exit(main())
