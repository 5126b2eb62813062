"""The command line: ``python -m lecture --help``."""

import argparse
import importlib.util
import io
import os
import socket
import sys
import time
from dataclasses import replace
from pathlib import Path

import lecture
from lecture.checks import one_of
from lecture.files import refuse_unwritable
from lecture.words import counted

ROOT = Path(__file__).resolve().parent.parent
MODES = ("short", "full")
EXTRAS = {
    "check": "train",
    "show_data": "train",
    "book": "train,book",
    "slides": "train,book",
    "live": "train,live",
    "notebooks": "live",
    "claims": "train,live",
    "exercises": "live",
    "tune": "train,tune",
    "experiment": "train",
}  # what each command needs

# The settings of a search, and the options of `tune` that give them.
SETTINGS = {
    "strategy": "--strategy",
    "max_trials": "--trials",
    "epochs": "--epochs",
    "batch_size": "--batch-size",
    "seed": "--seed",
}

TUNE = """on several machines, which share a folder:
  one     python -m lecture tune --chief 10.0.0.1:9000 --directory /shared/search --trials 100
  others  python -m lecture tune --worker 10.0.0.1:9000 --directory /shared/search --trials 100

The port has no authentication: anyone who can reach it can hand in results. With --workers it is on 127.0.0.1 only;
--chief opens the address that you name, so name one that only your machines can reach."""


def main(arguments=None):
    """Run one command; return the exit status, 0 where all went well."""
    options = _parser().parse_args(arguments)
    try:
        one_of(os.environ.get("LECTURE_MODE") or MODES[0], MODES, "LECTURE_MODE")
        return options.command(options) or 0
    except KeyboardInterrupt:
        return _complain("interrupted.")
    except ModuleNotFoundError as error:
        if (error.name or "lecture").split(".")[0] == "lecture":
            raise
        extras = EXTRAS.get(options.command.__name__, "all")
        return _complain(f"{error.name} is not installed, which this needs: pip install 'lecture[{extras}]' brings it.")
    except (ValueError, OSError, RuntimeError) as error:  # what our own checks raise: a sentence, not a traceback
        return _complain(error)


def _complain(message):
    print(f"lecture: {message}", file=sys.stderr)
    return 1


def check(options):
    """Print versions, device and data, and whether the device computes correctly."""
    from lecture import data, device

    if importlib.util.find_spec("tensorflow") is None:
        raise ModuleNotFoundError("No module named 'tensorflow'", name="tensorflow")
    problem = device.startup_problem()
    if problem:
        return _complain(problem)
    with device.quietly():
        device.choose()
        print(device.report())
    for title, sources in data.available_sources().items():
        print(f"{title}: {', '.join(sources) or 'not here; it would be downloaded'}")
    images = data.load_fashion_mnist("sample", scale="raw", validation=0)
    found = device.self_check(images.X_train, images.y_train)
    print(found)
    return 0 if found.right else 1


def show_data(options):
    """Find the images, download them if need be, and say what they are."""
    from lecture import data

    load = {"fashion-mnist": data.load_fashion_mnist, "mnist": data.load_mnist, "cifar10": data.load_cifar10}[
        options.name
    ]
    images = load(options.source)
    print(images)
    if images.digest:
        print(f"SHA-256 of the decoded images and labels, which a published checksum confirms: {images.digest}")


def book(options):
    """Run the notebooks and build the book."""
    root = _checkout()
    from publishing.book import assemble

    _publish(options, root, assemble, "The book")


def slides(options):
    """Run the notebooks and write their slides, a deck for each part, in one file each."""
    root = _checkout()
    from publishing.slides import assemble

    _publish(options, root, assemble, "Slides")


def _publish(options, root, assemble, title):
    """Find the images, run the notebooks and assemble what is published from them; say where it is."""
    start = time.perf_counter()
    from lecture import data, device
    from publishing.build import build, refuse_unlisted
    from publishing.notebooks import refuse_differing

    refuse_unlisted(root)
    refuse_differing(root / "notebooks")
    with device.quietly():
        used = device.choose()
    images = data.load_fashion_mnist(
        options.source
    )  # here, where progress and warnings are seen; the notebooks find them then
    print(images)
    environment = {"LECTURE_DATA": _absolute(images.source), "LECTURE_MODE": options.mode, "LECTURE_LIVE": "0"}
    inputs = (data.fingerprint(source=images.source), used.describe())
    print(f"{title}: {build(assemble, root, environment=environment, inputs=inputs)}")
    print(f"Data: {images.describe()}")
    print(f"Device: {used.describe()}. Mode: {options.mode}. All of it took {time.perf_counter() - start:.0f} s.")


def live(options):
    """Open JupyterLab on copies of the notebooks, in ``live/``, with blanks for what is typed in class."""
    root = _checkout()
    from publishing import lab, twins

    lab.refuse_taken(options.port)
    for sentence in twins.write(root / "notebooks", root / "live", fresh=options.fresh):
        print(sentence)
    if os.environ.get("LECTURE_DATA"):
        os.environ["LECTURE_DATA"] = _absolute(os.environ["LECTURE_DATA"])
    return lab.open_lab(root, root / "live", port=options.port, browser=options.browser)


def tune(options):
    """Search hyperparameters, with workers on this machine or on several."""
    if options.directory:
        refuse_unwritable(options.directory)  # before the images are read, which may take a minute
    from lecture import data, device

    with device.quietly():
        from lecture.tuning.distributed import run_worker, serve
        from lecture.tuning.plan import Plan
        from lecture.tuning.space import from_file, mlp_space

        plan = Plan(**{setting: getattr(options, setting) for setting in SETTINGS})
        device.choose(None if options.worker or not options.workers else "cpu")  # a chief trains nothing
        space = from_file(options.space) if options.space else mlp_space()
        images = data.load_fashion_mnist(options.source)
    if options.worker:
        if not options.directory:
            raise ValueError("a worker needs the --directory that it shares with its chief.")
        name = options.name or f"{socket.gethostname()}-{os.getpid()}"
        return run_worker(plan, space, images, address=options.worker, directory=options.directory, name=name)
    if options.chief and not options.directory:
        raise ValueError("a chief needs a --directory that its workers share.")
    out = Path(options.out) if options.out else None
    if out and out.exists() and not (options.resume and _holds(out, plan)):
        raise ValueError(f"{out} is there already: name another file for --out, or remove it first.")
    result = serve(
        plan,
        space,
        images,
        command=_worker_command(plan, options.space, images.source),
        n_workers=0 if options.chief else options.workers,
        address=options.chief or "127.0.0.1:0",
        directory=options.directory,
        resume=options.resume,
    )
    print(result)
    if out:
        result.save(out, overwrite=True)  # only a result of this search can be there
        print(f"Saved: {out}")
    return 0 if any(trial.status == "completed" for trial in result.trials) else 1


def _worker_command(plan, space_file, source):
    """Return what makes the command line of a worker with the options of this search."""
    given = {option: getattr(plan, setting) for setting, option in SETTINGS.items()}
    given |= {"--space": space_file, "--source": _absolute(source)}
    same = [part for option, value in given.items() if value is not None for part in (option, str(value))]

    def command(name, address, folder):
        own = ["--worker", address, "--directory", str(folder), "--name", name]
        return [sys.executable, "-m", "lecture", "tune", *own, *same]

    return command


def _holds(file, plan):
    """Whether a file holds the result of this search, as it was when the search was stopped."""
    from lecture.tuning import SearchResult

    held = SearchResult.load(file).plan
    return replace(held, max_trials=plan.max_trials) == plan


def experiment(options):
    """Answer a question about networks by training many: verdicts, published numbers beside ours, figure and table."""
    from lecture import device

    with device.quietly():
        from lecture import experiments

        if options.list or not options.name:
            width = max(map(len, experiments.NAMES))
            print("\n".join(f"{name:{width}} {experiments.get(name).TITLE}" for name in experiments.NAMES))
            return 0
        name = options.name.replace("-", "_")
        question = experiments.get(name)
        files = [Path(options.save) / f"{name}.{kind}" for kind in ("png", "csv")] if options.save else []
        for file in files:
            if file.exists():
                raise ValueError(f"{file} is there already: name another folder for --save, or remove it first.")
        if files:
            files[0].parent.mkdir(parents=True, exist_ok=True)  # if it cannot be, say so before the networks train
        device.choose()
    result = question.run(n_seeds=options.seeds, preset=options.preset)
    print(f"{result.title}\n{result.protocol}\n")
    print("\n".join(map(str, result.verdicts)))
    if result.compared:
        print(f"\n{result.published_beside_measured().to_string(index=False)}")
    if files:
        _save(result, *files)
        print(f"\nSaved: {files[0]}, {files[1]}")
    return 0


def _save(result, figure_file, table_file):
    """Draw a result into one file and write its numbers into another; each appears whole or not at all."""
    import matplotlib

    matplotlib.use("agg")  # a picture in a file needs no screen
    from lecture import plots
    from lecture.files import write_whole

    with matplotlib.rc_context(plots.STYLES["book"]):
        figure = plots.plot_result(result)[0].figure
        figure.suptitle(result.title)
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    write_whole(figure_file, picture.getvalue())
    write_whole(table_file, result.table().to_csv(index=False))


def exercises(options):
    """List the exercises with their points, or write them as an assignment that nbgrader or Otter-Grader grades."""
    root = _checkout()
    from lecture.exercises import EXERCISES
    from publishing import assignment

    found = assignment.items(root / "notebooks", options.chapter)
    points = {item.name: EXERCISES[item.name].points for item in found}
    if options.export is None:
        width = max(map(len, points))
        for item in found:
            level = EXERCISES[item.name].level
            print(f"{item.chapter[:2]}  {item.name:{width}}  {level:6}  {counted(points[item.name], 'point')}")
    else:
        files = assignment.export(found, Path(options.export), grader=options.grader, points=points)
        print(f"Wrote {counted(len(files), 'file')} into {options.export}, the solutions apart, in solutions/.")
        print(assignment.NEXT[options.grader].format(folder=options.export))
    print(f"{counted(len(found), 'exercise')}, {counted(sum(points.values()), 'point')}")


def claims(options):
    """List what the chapters claim and what their last runs say about it, or store the numbers of full mode."""
    root = _checkout()
    from publishing.claims import FILE, kept_runs, store, table

    runs = kept_runs(root / "_build")
    if not options.store:
        print(table(runs))
        return
    from lecture import device

    with device.quietly():
        machine = device.choose().describe()
    stored = store(runs, root / "notebooks", title=options.title, machine=machine)
    print(f"Stored in notebooks/{FILE}: {', '.join(stored)}")


def notebooks(options):
    """Make the .ipynb files from their .py sources."""
    root = _checkout()
    from publishing.notebooks import make

    written = make(root / "notebooks")
    print("\n".join(f"wrote {file.relative_to(root)}" for file in written) or "all notebooks agree with their sources")


def _checkout():
    """The folder with the notebooks: the book is made from a checkout, not from an installed package."""
    if not (ROOT / "notebooks").is_dir():
        raise RuntimeError(f"this needs the project's checkout, with its notebooks; {ROOT} has none.")
    return ROOT


def _absolute(source):
    """A source as the kernels, which run in another folder, find it too: only folders have a path."""
    return str(Path(source).resolve()) if Path(source).is_dir() else source


def _parser():
    parser = argparse.ArgumentParser(prog="python -m lecture", description="A neural-network lecture that runs.")
    parser.add_argument("--version", action="version", version=lecture.__version__)
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(command, name, **more):
        sub = commands.add_parser(name, help=command.__doc__, description=command.__doc__, **more)
        sub.set_defaults(command=command)
        return sub

    add(check, "check")
    sub = add(show_data, "data")
    sub.add_argument("name", nargs="?", default="fashion-mnist", choices=["fashion-mnist", "mnist", "cifar10"])
    _add_source(sub)
    for command, name in ((book, "book"), (slides, "slides")):
        sub = add(command, name)
        _add_source(sub)
        sub.add_argument(
            "--mode",
            default=os.environ.get("LECTURE_MODE") or MODES[0],
            choices=MODES,
            help="fewer or all epochs and seeds",
        )
    sub = add(live, "live")
    sub.add_argument("--port", type=int, default=8888, help="where JupyterLab listens, on 127.0.0.1 (default 8888)")
    sub.add_argument("--no-browser", dest="browser", action="store_false", help="only print the address")
    sub.add_argument(
        "--fresh",
        action="store_true",
        help="write all copies anew; one that was typed into is put aside under another name",
    )
    sub = add(tune, "tune", epilog=TUNE)
    sub.formatter_class = argparse.RawDescriptionHelpFormatter
    _add_source(sub)
    sub.add_argument("--strategy", default="random", help="random (default), grid, hyperband or bayesian")
    most = "number of trials at most (default: 20; grid: all; hyperband: all of its brackets)"
    sub.add_argument("--trials", dest="max_trials", type=int, help=most)
    sub.add_argument("--epochs", type=int, default=5, help="epochs per trial (hyperband: of the longest; default 5)")
    sub.add_argument("--batch-size", type=int, default=128, help="images in a mini-batch (default 128)")
    sub.add_argument("--seed", type=int, default=0, help="seed of the search (default 0)")
    sub.add_argument("--space", metavar="FILE.py", help="a file that defines `space`; default: the lecture's networks")
    sub.add_argument("--directory", help="folder to store the search in, so that it can be resumed")
    sub.add_argument("--resume", action="store_true", help="resume the search in --directory")
    sub.add_argument("--out", metavar="FILE", help="file for the result, which SearchResult.load reads")
    roles = sub.add_mutually_exclusive_group()
    roles.add_argument("--workers", type=int, default=1, metavar="N", help="processes on this machine (default 1)")
    roles.add_argument("--chief", metavar="HOST:PORT", help="listen here for workers that are started elsewhere")
    roles.add_argument("--worker", metavar="HOST:PORT", help="work for the chief there, with the same options")
    sub.add_argument("--name", help="name of a worker (default: from the machine and the process)")
    sub = add(experiment, "experiment")
    sub.add_argument("name", nargs="?", metavar="NAME", help="which; without one all are listed")
    sub.add_argument("--list", action="store_true", help="say which there are")
    sub.add_argument("--seeds", type=int, metavar="N", help="nets for each setting (default: what the preset has)")
    sub.add_argument(
        "--preset", default="short", choices=["short", "published"], help="seconds, or the original's protocol"
    )
    sub.add_argument("--save", metavar="FOLDER", help="where to write NAME.png and NAME.csv")
    sub = add(exercises, "exercises")
    sub.add_argument("--export", metavar="FOLDER", help="where to write an assignment, and the solutions apart")
    sub.add_argument("--for", dest="grader", default="nbgrader", help="which grades it: nbgrader (default) or otter")
    chapter = "number or name of a chapter, such as 01; may be given again (default: all)"
    sub.add_argument("--chapter", action="append", default=[], metavar="NAME", help=chapter)
    sub = add(claims, "claims")
    sub.add_argument(
        "--store", action="store_true", help="keep the numbers of full mode, which pages show beside theirs"
    )
    sub.add_argument("--title", default="With all images", help="what stands before these numbers on a page")
    add(notebooks, "notebooks")
    return parser


def _add_source(sub):
    sub.add_argument(
        "--source",
        default=os.environ.get("LECTURE_DATA") or "auto",
        help="auto, cache, system, openml, keras, sample, or a folder with the files",
    )


if __name__ == "__main__":
    sys.exit(main())
