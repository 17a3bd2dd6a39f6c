# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings: what may stand in them, what survives, who hears of a change."""

import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.errors import SettingsError
from podmix.settings import DECLARED, SECTIONS, Kind, Settings, settings_table
from podmix.settings.declared import BY_KEY, checked, parsed

anything = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
                        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner,
                                                                                    max_size=2), max_leaves=4)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config" / "settings.json"


def test_every_declaration_is_sound():
    assert len(BY_KEY) == len(DECLARED)
    for setting in DECLARED:
        assert setting.section in SECTIONS
        assert checked(setting, setting.default) == setting.default
        assert setting.title
        assert setting.help
        assert (setting.kind is Kind.CHOICE) == bool(setting.choices)
        assert (setting.minimum is not None) == (setting.kind in (Kind.WHOLE, Kind.NUMBER))


def test_nothing_leaves_the_machine_by_default():
    for key in ("directories.apple", "directories.podcast_index", "network.ask_images",
                "network.allow_private_addresses"):
        assert BY_KEY[key].default is False


def test_an_older_file_with_a_setting_that_is_no_more_is_read_and_keeps_it(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text('{"schema": 1, "values": {"privacy.telemetry": true, "previews.length_s": 45}}')
    settings = Settings.load(path)
    assert settings.warnings == ()
    assert settings.get("previews.length_s") == 45
    settings.set("previews.length_s", 50)
    assert json.loads(path.read_text())["values"] == {"privacy.telemetry": True, "previews.length_s": 50}
    with pytest.raises(SettingsError):
        settings.get("privacy.telemetry")


@given(st.sampled_from(DECLARED), anything)
def test_a_checked_value_has_its_kind_and_limits(setting, value):
    try:
        got = checked(setting, value)
    except SettingsError as problem:
        assert problem.message  # noqa: PT017 - either outcome is allowed
        assert problem.remedy  # noqa: PT017
        return
    assert type(got) is type(setting.default)
    assert got == value
    if setting.minimum is not None and setting.maximum is not None:
        assert setting.minimum <= got <= setting.maximum
    assert checked(setting, got) == got
    if setting.kind is not Kind.CHOICE or got == got.lower():
        assert parsed(setting, str(got)) == got


@pytest.mark.parametrize(("key", "text", "value"), [
    ("models.offline_only", "on", True), ("models.offline_only", "No", False), ("previews.length_s", " 45 ", 45),
    ("playback.speed", "1.5", 1.5), ("appearance.theme", "Dark", "dark"), ("playback.device", " x ", " x "),
])
def test_what_a_person_types(path, key, text, value):
    assert Settings.load(path).set_text(key, text) == value
    assert Settings.load(path).get(key) == value


@pytest.mark.parametrize(("key", "text"), [
    ("models.offline_only", "perhaps"), ("previews.length_s", "14"), ("previews.length_s", "59.5"),
    ("previews.length_s", "nan"), ("playback.speed", "fast"), ("appearance.theme", "purple"),
])
def test_what_a_person_must_not_type(path, key, text):
    settings = Settings.load(path)
    with pytest.raises(SettingsError) as caught:
        settings.set_text(key, text)
    assert caught.value.remedy.startswith("Choose ")
    assert not path.exists()


@pytest.mark.parametrize(("wrong", "near"), [("preview.length", "previews.length_s"), ("theme", "appearance.theme"),
                                             ("storage.maxgb", "storage.max_gb")])
def test_a_slip_is_answered_with_the_nearest_names(path, wrong, near):
    for use in (Settings.load(path).get, lambda key: Settings.load(path).set(key, 1)):
        with pytest.raises(SettingsError) as caught:
            use(wrong)
        assert near in caught.value.remedy


def test_only_what_was_chosen_is_written_and_it_comes_back(path):
    settings = Settings.load(path)
    assert settings.get("previews.length_s") == 60
    settings.set("previews.length_s", 90)
    assert json.loads(path.read_text())["values"] == {"previews.length_s": 90}
    assert Settings.load(path).get("previews.length_s") == 90
    settings.reset("previews.length_s")
    assert json.loads(path.read_text())["values"] == {}
    assert settings.is_default("previews.length_s")


def test_what_this_version_does_not_understand_stays(path):
    path.parent.mkdir()
    path.write_text(json.dumps({"schema": 99, "values": {"future.thing": [1, 2], "previews.length_s": "long"}}))
    settings = Settings.load(path)
    assert settings.get("previews.length_s") == 60
    assert len(settings.warnings) == 1
    settings.set("playback.volume", 0.5)
    assert json.loads(path.read_text()) == {"schema": 99, "values": {
        "future.thing": [1, 2], "previews.length_s": "long", "playback.volume": 0.5}}


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b"\xff\xfe", b'{"values": 3}', b'{"schema": "x"}', b"null",
                                    b'{"schema": 0}', b"[" * 100_000])
def test_a_broken_file_is_set_aside_and_the_defaults_hold(path, broken):
    path.parent.mkdir()
    for number in (1, 2):
        path.write_bytes(broken)
        settings = Settings.load(path)
        assert settings.get("playback.speed") == 1.0
        assert f"broken-{number}" in settings.warnings[0]
        assert path.with_name(f"settings.broken-{number}.json").read_bytes() == broken
        assert not path.exists()
    settings.set("playback.speed", 2)
    assert Settings.load(path).get("playback.speed") == 2.0
    assert Settings.load(path).warnings == ()


@given(data=st.binary(max_size=60))
def test_no_file_content_ever_fails(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("settings") / "settings.json"
    path.write_bytes(data)
    assert Settings.load(path).as_dict().keys() == BY_KEY.keys()


def test_an_older_file_is_migrated_once(path):
    def rename(values):
        values["playback.volume"] = values.pop("audio.loudness") / 100
        return values

    path.parent.mkdir()
    path.write_text(json.dumps({"values": {"audio.loudness": 40}}))
    settings = Settings.load(path, migrations=[rename])
    assert settings.get("playback.volume") == 0.4
    settings.set("playback.speed", 2.0)
    assert json.loads(path.read_text())["schema"] == 2
    assert Settings.load(path, migrations=[rename]).get("playback.volume") == 0.4


def test_a_migration_that_fails_does_not_stop_the_program(path):
    path.parent.mkdir()
    path.write_text('{"values": {}}')
    settings = Settings.load(path, migrations=[lambda values: values["missing"]])
    assert settings.get("playback.volume") == 0.9
    assert settings.warnings


def test_listeners_hear_changes_and_only_changes(path):
    settings, heard = Settings.load(path), []
    end = settings.listen(lambda key, value: heard.append((key, value)))
    settings.set("playback.volume", 0.5)
    settings.set("playback.volume", 0.5)
    settings.reset("playback.volume")
    with pytest.raises(SettingsError):
        settings.set("playback.volume", 2)
    end()
    end()
    settings.set("playback.volume", 0.1)
    assert heard == [("playback.volume", 0.5), ("playback.volume", 0.9)]


def test_two_programs_keep_each_others_changes(path):
    window, terminal = Settings.load(path), Settings.load(path)
    window.set("playback.volume", 0.5)
    terminal.set("playback.speed", 2.0)
    assert Settings.load(path).get("playback.volume") == 0.5
    heard = []
    window.listen(lambda key, value: heard.append((key, value)))
    window.reload()
    assert window.get("playback.speed") == 2.0
    assert heard == [("playback.speed", 2.0)]


def test_an_override_holds_here_and_is_not_written(path):
    settings = Settings.load(path)
    settings.override("network.allow_private_addresses", True)
    settings.set("playback.volume", 0.5)
    assert settings.get("network.allow_private_addresses") is True
    assert settings.as_dict()["network.allow_private_addresses"] is True
    assert Settings.load(path).get("network.allow_private_addresses") is False


def test_a_folder_that_cannot_be_written_changes_nothing(tmp_path):
    (tmp_path / "config").write_text("a file where the folder should be")
    settings = Settings.load(tmp_path / "config" / "settings.json")
    heard = []
    settings.listen(lambda *change: heard.append(change))
    settings.override("playback.volume", 0.3)
    heard.clear()
    with pytest.raises(SettingsError):
        settings.set("playback.volume", 0.5)
    assert settings.get("playback.volume") == 0.3
    assert heard == []


def test_threads_lose_no_change(path):
    settings = Settings.load(path)
    numbers = [setting for setting in DECLARED if setting.kind is Kind.WHOLE]

    def work(setting):
        for value in range(int(setting.minimum), int(setting.minimum) + 5):
            settings.set(setting.key, value)

    threads = [threading.Thread(target=work, args=(setting,)) for setting in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    again = Settings.load(path)
    assert [again.get(s.key) for s in numbers] == [int(s.minimum) + 4 for s in numbers]


def test_the_typed_door(path):
    settings = Settings.load(path)
    assert settings.read("previews.length_s", int) == 60
    with pytest.raises(TypeError):
        settings.read("previews.length_s", str)


def test_the_documentation_lists_every_setting_that_people_may_change():
    table = settings_table()
    for setting in DECLARED:
        assert (f"`{setting.key}`" in table) is not setting.hidden
    assert "15 to 120 s" in table
    assert "system, dark or light" in table
