"""Cohorts: editions of a training, and the issuer's approval."""

import click

from lti_tool.cli.frame import OrderedGroup, echo_json, fail, json_option, parts, show, show_one, tell


@click.group(cls=OrderedGroup)
def cohort() -> None:
    """Cohorts (editions of a training): make, rename, approve, invite a trainer."""


@cohort.command()
@click.argument("name")
@click.option("--training", "training_key", default="icc-vo", show_default=True, help="Key of the training.")
@json_option
def create(name: str, *, training_key: str, as_json: bool) -> None:
    """Make a cohort and print its id.

    Trainers also make cohorts themselves, while embedding the training. The first trainer of this one joins with the
    code of `icc-bridge cohort invite`.
    """
    with parts() as tool, tool.database.session() as session:
        made = tool.cohorts.create(session, training_key, name, None)
    tell(made.id, made.row(), as_json=as_json)


@cohort.command("list")
@json_option
def list_cohorts(*, as_json: bool) -> None:
    """List the cohorts with how many take part, the newest first."""
    with parts() as tool:
        rows = [cohort.row() for cohort in tool.cohorts.list()]
    show(rows, as_json=as_json, empty="No cohort yet.")


@cohort.command("show")
@click.argument("cohort_id")
@json_option
def show_cohort(cohort_id: str, *, as_json: bool) -> None:
    """Show one cohort."""
    with parts() as tool, tool.database.session() as session:
        info = tool.cohorts.show(session, cohort_id)
    show_one(info.row(), as_json=as_json)


@cohort.command()
@click.argument("cohort_id")
@click.argument("name")
@json_option
def rename(cohort_id: str, name: str, *, as_json: bool) -> None:
    """Give a cohort another NAME. Certificates that were issued keep the name of then."""
    with parts() as tool:
        info = tool.cohorts.rename(cohort_id, name)
    tell(f"It is called {info.name!r} from now on.", info.row(), as_json=as_json)


@cohort.command()
@click.argument("cohort_id")
@json_option
def approve(cohort_id: str, *, as_json: bool) -> None:
    """Approve a cohort as the issuer: its participants receive certificates.

    Certificates that waited for this are made now. Approving twice changes nothing.
    """
    with parts() as tool:
        info = tool.cohorts.approve(cohort_id)
    tell("Approved. Certificates that were waiting are being made.", info.row(), as_json=as_json)


@cohort.command()
@click.argument("cohort_id")
@json_option
def invite(cohort_id: str, *, as_json: bool) -> None:
    """Print a one-time code that makes a person trainer of the cohort.

    It is valid for 14 days and shown only now. The trainer types it in the picker, while embedding the training; who
    signs in without a learning environment types it on the own page, My editions.
    """
    with parts() as tool:
        code = tool.cohorts.invite(cohort_id)
    tell(code, {"cohort": cohort_id, "code": code}, as_json=as_json)


@cohort.command()
@click.argument("cohort_id")
@json_option
def trainers(cohort_id: str, *, as_json: bool) -> None:
    """List the members of the staff who train a cohort.

    Trainers with a course in a learning environment are not among them; `icc-bridge cohort show` counts all.
    """
    with parts() as tool:
        rows = [one.row() for one in tool.staff_trainers.of(cohort_id).there]
    show(rows, as_json=as_json, empty="Nobody of the staff trains this cohort.")


@cohort.command("add-trainer")
@click.argument("cohort_id")
@click.argument("staff_id")
@json_option
def add_trainer(cohort_id: str, staff_id: str, *, as_json: bool) -> None:
    """Make a member of the staff with the role trainer trainer of a cohort.

    They see the whole cohort, at once. STAFF_ID stands in `icc-bridge staff list`.
    """
    with parts() as tool:
        added = tool.staff_trainers.add(cohort_id, staff_id)
    tell(f"{added.name} trains this cohort.", added.row(), as_json=as_json)


@cohort.command("remove-trainer")
@click.argument("cohort_id")
@click.argument("staff_id")
@json_option
def remove_trainer(cohort_id: str, staff_id: str, *, as_json: bool) -> None:
    """Take a cohort away from a member of the staff, at once.

    What they reviewed stays, with their name.
    """
    with parts() as tool:
        removed = tool.staff_trainers.remove(cohort_id, staff_id)
    tell(f"{removed.name} does not train this cohort any more.", removed.row(), as_json=as_json)


@cohort.command()
@click.option("--participants", type=click.IntRange(1, 5000), default=200, show_default=True, help="How many take part.")
@click.option("--versions", type=click.IntRange(1, 200), default=50, show_default=True, help="Of everything handed in.")
@click.option("--schools", type=click.IntRange(1, 50), default=8, show_default=True, help="From how many schools.")
@click.option("--training", "training_key", default="icc-vo", show_default=True, help="Key of the training.")
@click.option("--beside-real-schools", is_flag=True, help="Also where real learning environments are registered.")
@json_option
def seed(
    *, participants: int, versions: int, schools: int, training_key: str, beside_real_schools: bool, as_json: bool
) -> None:
    """Write a large made-up cohort, to see how pages hold with it; never where real people work.

    Its schools lead nowhere and nothing is sent to them. It is refused where a real learning environment is registered.
    A trainer looks at it after `icc-bridge cohort invite`.
    """
    from lti_tool.demo.crowd import CrowdPlan, seed_crowd
    from lti_tool.errors import NotFound

    with parts() as tool:
        training = tool.trainings.get(training_key)
        if training is None:
            raise NotFound(f"no training {training_key!r}; known are {', '.join(tool.trainings)}")
        plan = CrowdPlan(participants, versions, schools)
        crowd = seed_crowd(tool.database, tool.clock, training, plan, beside_real_schools=beside_real_schools)
    tell(
        f"{crowd.cohort_id}: {crowd.participants} participants, {crowd.versions} versions of work.",
        crowd.row(),
        as_json=as_json,
    )


@cohort.command()
@click.argument("cohort_id")
@click.option("--course", "course_id", metavar="ID", help="Only this course.")
@click.option("--language", type=click.Choice(["nl", "en"]), help="Language of the report; default: ICC_DEFAULT_LOCALE.")
@json_option
def check(cohort_id: str, *, course_id: str | None, language: str | None, as_json: bool) -> None:
    """Test the courses that show a cohort and print a report of each: what works, what does not, who can solve it.

    Of each link it reads the column in the gradebook and the results, of each course the members; nothing is changed. Exit
    code 1 when something is wrong.
    """
    from flask_babel import force_locale

    from lti_tool.app import create_app
    from lti_tool.connection.report import course_as_text
    from lti_tool.web.lights import Light

    with parts() as tool:
        reports = [tool.course_check.run(course) for course in tool.course_check.courses(cohort_id, course_id)]
        with create_app(tool).app_context(), force_locale(language or tool.settings.default_locale):
            if as_json:
                echo_json([report.row() for report in reports])
            elif not reports:
                click.echo("No course shows this cohort yet.")
            else:
                click.echo("\n\n\n".join(course_as_text(report, tool.settings.base_url) for report in reports))
    wrong = [report.course.id for report in reports if report.light is Light.WRONG]
    if wrong:
        fail(f"something is wrong in {len(wrong)} of {len(reports)} courses: {', '.join(wrong)}")
