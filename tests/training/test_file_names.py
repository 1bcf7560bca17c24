import pytest

from lti_tool.training.file_names import LONGEST_NAME, clean_name, disposition


@pytest.mark.parametrize(
    ("came", "kept"),
    [
        ("Plan.PDF", "Plan.pdf"),
        (r"C:\Users\Zoë\Mijn plan.docx", "Mijn plan.docx"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("plan\u202efdp.exe.pdf", "planfdp.exe.pdf"),
        ("  be\x00gro\nting  2026 .xlsx", "begro ting 2026.xlsx"),
        ('a<b>:"|?*.pdf', "a-b------.pdf"),
        (".pdf", "bestand.pdf"),
        ("...", "bestand"),
        ("Cafe\u0301.pdf", "Café.pdf"),
    ],
)
def test_a_file_name_loses_its_path_and_what_misleads(came: str, kept: str) -> None:
    assert clean_name(came) == kept


def test_a_long_file_name_keeps_its_extension() -> None:
    name = clean_name(f"{'lang ' * 80}.docx")
    assert len(name) <= LONGEST_NAME
    assert name.endswith(".docx")


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("Plan.pdf", "attachment; filename=\"Plan.pdf\"; filename*=UTF-8''Plan.pdf"),
        (
            'Zoë "begroting".pdf',
            "attachment; filename=\"Zoe _begroting_.pdf\"; filename*=UTF-8''Zo%C3%AB%20%22begroting%22.pdf",
        ),
        ("文化.pdf", "attachment; filename=\"bestand.pdf\"; filename*=UTF-8''%E6%96%87%E5%8C%96.pdf"),
        ("a;b%20c.pdf", "attachment; filename=\"a_b_20c.pdf\"; filename*=UTF-8''a%3Bb%2520c.pdf"),
    ],
)
def test_a_download_carries_its_name_for_old_and_new_clients(name: str, header: str) -> None:
    assert disposition(name) == header
