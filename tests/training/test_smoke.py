from tests.training.conftest import Group


def test_pages(group: Group) -> None:
    zoe, trainer = group.zoe, group.trainer
    home = zoe.page(group.home())
    assert "Dag Zoë" in home
    zoe.page(group.assignment())
    zoe.page(group.home() + "/name")
    answer = zoe.post(group.assignment(), {"text": "Hoe kan ik drie secties betrekken?\n\nMeer.", "action": "submit"})
    assert answer.status_code == 303, answer.text
    page = zoe.page(group.assignment())
    assert "Versie 1 is goed ontvangen" in page
    board = trainer.page(group.home() + "/board")
    assert "Zoë" in board
    review = trainer.page(f"/review/{group.submission_id(zoe)}")
    assert "Hoe kan ik" in review
    trainer.page(group.home() + "/waiting")
    trainer.page(group.assignment() + "/work")
    answer = trainer.post(f"/review/{group.submission_id(zoe)}", {"verdict": "accepted", "feedback": "Mooi", "version": "1"})
    assert answer.status_code == 303, answer.text
    assert "Akkoord" in zoe.page(group.assignment())
