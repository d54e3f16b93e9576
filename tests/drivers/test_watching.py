"""The workbench sees every byte once, with what became of it."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.catalogue import load
from drivers.watching import Fate, Watch

DRIVER = load("st-gs")
GOOD, BAD = b"ST,GS,   245.6 g\r\n", b"ST,GZ,   245.6 g\r\n"


def fates(watch):
    return [(piece.fate, piece.data) for piece in watch.pieces]


def test_each_frame_is_one_piece_with_its_event():
    watch = Watch(DRIVER)
    watch.receive(GOOD + BAD + GOOD[:5], 3.0)
    assert fates(watch) == [(Fate.READ, GOOD), (Fate.REFUSED, BAD), (Fate.PENDING, GOOD[:5])]
    assert [piece.number for piece in watch.pieces] == [1, 2, 3]
    assert str(watch.pieces[0].event.indication) == "245.6 g"


def test_stray_bytes_before_a_marked_frame_are_skipped():
    watch = Watch(load("yaohua-a9"))
    watch.receive(b"\x00\xff\x02+00000001B\x03", 0.0)
    assert fates(watch) == [(Fate.SKIPPED, b"\x00\xff"), (Fate.READ, b"\x02+00000001B\x03")]
    assert watch.counts[Fate.SKIPPED] == 2


@given(
    st.lists(st.one_of(st.just(GOOD), st.just(BAD), st.binary(max_size=12)), max_size=12), st.integers(1, 9)
)
def test_no_byte_is_lost_or_shown_twice_however_it_comes(parts, size):
    data = b"".join(parts)
    whole, cut = Watch(DRIVER), Watch(DRIVER)
    whole.receive(data, 0.0)
    for at in range(0, len(data), size):
        cut.receive(data[at : at + size], float(at))
    assert b"".join(piece.data for piece in whole.pieces) == data
    assert fates(whole) == fates(cut)
    assert whole.raw == data


def test_the_same_bytes_are_watched_again_with_a_corrected_driver():
    watch = Watch(load("mt-sics"))
    watch.receive(GOOD * 3, 1.0)
    assert watch.counts[Fate.READ] == 0
    assert watch.again(DRIVER).counts[Fate.READ] == 3


def test_what_is_kept_is_bounded():
    watch = Watch(DRIVER)
    for at in range(3000):
        watch.receive(b"x" * 50, float(at))
    assert len(watch.pieces) <= 501
    assert len(watch.raw) <= (1 << 16) + 50


def test_a_register_map_is_watched_with_its_questions():
    driver = load("xy-md02")
    block = driver.registers.blocks[0]
    request = driver.request()
    answer = driver.render(watch_event(driver, block))[len(driver.settings_frames()) + len(request) :]
    watch = Watch(driver)
    watch.asked(request, 0.0)
    watch.receive(answer, 0.1)
    assert [piece.fate for piece in watch.pieces] == [Fate.SENT, Fate.READ]


def watch_event(driver, block):
    from drivers.twins.meter import MeterBody
    from drivers.twins.scenario import Scenario

    return MeterBody(driver, Scenario(), at=0.0).event(at=0.0, wrong={}, request=block.request)


def test_the_rate_counts_whole_frames_of_the_last_seconds():
    watch = Watch(DRIVER)
    for at in range(10):
        watch.receive(GOOD, float(at))
    assert watch.frames_per_s(9.0) == 4 / 3
