"""``gcm-draft config``: the user's defaults."""

from __future__ import annotations

import click

from assistant.cli import common


@click.group("config", invoke_without_command=True, epilog="Example: gcm-draft config set lang fr")
@common.everywhere
@click.pass_context
def command(ctx: click.Context) -> None:
    """Your defaults, in a file of your own: what a command takes where you do not say otherwise.

    The command line wins over the environment (GCM_DRAFT_LANG, …), which wins over the file.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_, fmt="text")


@command.command("list", epilog="Example: gcm-draft config list --format json")
@common.text_or_json
@common.everywhere
def list_(fmt: str) -> None:
    """Every setting: its value, where it comes from, and what it may be."""
    from assistant import configuration

    found = configuration.settings().values()
    if fmt == "json":
        rows = [{"key": s.key.name, "value": s.value, "origin": s.origin, "about": s.key.about,
                 "allowed": s.key.allowed, "variable": s.key.variable} for s in found]  # fmt: skip
        common.write_json(rows)
        return
    for s in found:
        value = "not set" if s.value is None else str(s.value)
        click.echo(
            f"{click.style(f'{s.key.name:<11}', bold=True)} {value:<16} ({s.origin})  "
            f"{s.key.about}: {s.key.allowed}"
        )
    click.echo(f"File: {configuration.path()}", err=True)


@command.command("get", epilog="Example: gcm-draft config get lang")
@click.argument("key")
@common.everywhere
def get(key: str) -> None:
    """The value in force for KEY. Exit status 1 if it is not set and has no default."""
    from assistant import configuration

    setting = configuration.settings()[configuration.key_named(key).name]
    if setting.value is None:
        common.warn(f"{setting.key.name} is not set.")
        raise click.exceptions.Exit(1)
    click.echo(str(setting.value))


@command.command("set", epilog="Example: gcm-draft config set template talking-points")
@click.argument("key")
@click.argument("value")
@common.everywhere
def set_(key: str, value: str) -> None:
    """Make VALUE the default for KEY."""
    from assistant import configuration

    content = configuration.changed(key, value)
    name = configuration.key_named(key).name
    if name == "template":
        from assistant.rendering import load_template

        load_template(value.strip())
    _write(content)
    click.echo(f"{name} = {value.strip()} (in {configuration.path()})", err=True)
    if configuration.settings()[name].origin == "environment":
        common.warn(f"{configuration.KEYS[name].variable} is set in the environment and wins over it.")


@command.command("unset", epilog="Example: gcm-draft config unset template")
@click.argument("key")
@common.everywhere
def unset(key: str) -> None:
    """Forget the default for KEY."""
    from assistant import configuration

    file = configuration.path()
    before = file.read_bytes() if file.is_file() else b""
    content = configuration.changed(key, None)
    name = configuration.key_named(key).name
    if content == before:
        common.warn(f"{name} was not set.")
        return
    _write(content)
    click.echo(f"{name} is no longer set.", err=True)


@command.command("path", epilog="Example: gcm-draft config path")
@common.everywhere
def path() -> None:
    """Where the file with your defaults is (it may not exist yet)."""
    from assistant import configuration

    click.echo(str(configuration.path()))


def _write(content: bytes) -> None:
    from assistant import configuration

    file = configuration.path()
    file.parent.mkdir(parents=True, exist_ok=True)
    common.write_file(file, content)
