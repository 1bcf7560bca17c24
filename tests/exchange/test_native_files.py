"""A file that was handed in in Moodle is shared with the version it belongs to, as long as that is shared."""

import io

from lti_tool.moodle.models import NativeFile
from tests.test_isolation import SECRET, Everything, everything, parts, world  # noqa: F401 - fixtures
from tests.training.samples import PDF


def test_peers_open_it_while_the_version_is_shared_and_nobody_else_does(everything: Everything) -> None:  # noqa: F811
    circle = everything.circle
    file_id = everything.ids["moodle"]["file_id"]
    stored = everything.parts.files.put(io.BytesIO(PDF), max_bytes=10_000)
    with circle.group.world.database.session() as session:
        row = session.get_one(NativeFile, file_id)
        row.path, row.sha256, row.size = stored.path, stored.sha256, stored.size
    piece, url = f"/exchange/piece/{everything.ids['exchange']['piece_id']}", f"/native-file/{file_id}"
    for reader in (circle.noor, circle.piet):
        assert f"{SECRET}.pdf" in reader.page(piece)
        assert reader.get(url).data == PDF
        assert reader.get(f"/version/{everything.ids['']['version_id']}").status_code == 404
    everything.withdraw()
    assert circle.noor.get(url).status_code == 404
    assert circle.zoe.get(url).data == PDF
