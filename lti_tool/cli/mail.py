"""Mail: whether it arrives."""

import click

from lti_tool.cli.frame import OrderedGroup, json_option, parts, tell


@click.group(cls=OrderedGroup)
def mail() -> None:
    """E-mail: see whether it works."""


@mail.command()
@click.argument("address")
@json_option
def test(address: str, *, as_json: bool) -> None:
    """Send one message to ADDRESS, with the settings as they are."""
    from lti_tool.errors import Invalid, SettingsError
    from lti_tool.ids import new_id
    from lti_tool.mailing import MailTrouble, advice_for, clean_address
    from lti_tool.notices.composing import Composer

    to = clean_address(address)
    if to is None:
        raise Invalid("expected an e-mail address such as name@school.nl")
    with parts() as tool:
        if tool.mailer is None:
            raise SettingsError("no mail server: set ICC_SMTP_URL and ICC_MAIL_FROM")
        composer = Composer(tool.settings.base_url, tool.settings.host)
        try:
            tool.mailer.send(composer.trial(new_id(), tool.settings.default_locale), to)
        except MailTrouble as trouble:
            raise SettingsError(f"{tool.mailer.server}: {advice_for(trouble)}") from None
    tell(f"{tool.mailer.server} took the message; look whether it arrives.", {"taken": True}, as_json=as_json)
