"""What the browser's scripts rest on: the contexts, the words, and one file out of many modules."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from lti_tool.certificates import terms
from lti_tool.certificates.findings import Finding
from lti_tool.certificates.single_file import joined
from lti_tool.certificates.verdict import VerdictState

SCRIPTS = terms.FILE.parent


def test_the_contexts_in_the_browser_are_those_that_are_pinned() -> None:
    assert terms.FILE.read_text() == terms.module(), "run python -m lti_tool.certificates.terms"
    assert {"credentialSubject", "evidence", "statusListIndex", "proofValue"} <= set(terms.defined_terms())
    assert "cijfer" not in terms.defined_terms()


def test_every_finding_of_the_scripts_has_its_words() -> None:
    named = {
        name
        for file in SCRIPTS.glob("*.js")
        for name in re.findall(r'"([A-Z]+(?:_[A-Z]+)+|READ|SIGNED|SEALED|COVERED|OVER)"', file.read_text())
    }
    assert {"NOT_SIGNED", "NOT_REVOKED", "SAME_AS_PAGE", "NOT_OFFLINE"} <= named
    assert named <= {finding.name for finding in Finding}


@pytest.mark.parametrize(("language", "title"), [("nl", "Dit certificaat is geldig"), ("en", "This certificate is valid")])
def test_the_words_come_in_the_language_that_is_asked_for(client: FlaskClient, language: str, title: str) -> None:
    words = client.get(f"/verify/words/{language}.json").get_json()
    assert set(words["findings"]) == {finding.name for finding in Finding}
    assert set(words["verdicts"]) == set(VerdictState)
    assert words["verdicts"]["valid"]["title"] == title
    assert words["findings"]["NOT_SIGNED"]["word"] == {"nl": "Fout", "en": "Wrong"}[language]


def test_modules_become_one_script_in_the_order_of_their_imports(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nimport { c } from "./c.js";\nb(c);\n')
    (tmp_path / "b.js").write_text('import { c } from "./c.js";\nexport function b(x) { return x + c; }\n')
    (tmp_path / "c.js").write_text("export const c = 1;\n")
    script = joined(tmp_path, "a")
    assert script.index("const c_module") < script.index("const b_module") < script.index("(async () =>")
    assert "const { b } = b_module;" in script
    assert not re.search(r"^(import|export)", script, re.MULTILINE)


@pytest.mark.parametrize(
    "source", ["export default 1;\n", 'import * as x from "./b.js";\n', 'import { a } from "./a.js";\n']
)
def test_a_module_that_cannot_be_joined_is_told(tmp_path: Path, source: str) -> None:
    (tmp_path / "a.js").write_text(source)
    (tmp_path / "b.js").write_text("")
    with pytest.raises(ValueError, match="imports"):
        joined(tmp_path, "a")
