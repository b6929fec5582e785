from kvern.kernels import subtitles


def cue(begin: str, end: str, *lines: str) -> str:
    return "\n".join(("1", f"{begin} --> {end}", *lines, "", ""))


def test_a_sentence_goes_on_over_cues_and_a_pause_ends_a_paragraph() -> None:
    text = cue("00:00:01,000", "00:00:02,000", "Vi går hjem –") + cue("00:00:02,500", "00:00:04,000", "– nå.")
    assert subtitles.read(text + cue("00:00:20.000", "00:00:21.000", "Hei.")) == "Vi går hjem nå.\n\nHei."


def test_two_speakers_stand_on_lines_of_their_own() -> None:
    assert subtitles.read(cue("00:01.000", "00:02.000", "- Er du der?", "- Ja.")) == "Er du der?\nJa."


def test_sounds_and_credits_go_but_ages_and_parties_stay() -> None:
    text = cue("00:00:01,000", "00:00:02,000", "(Torden) Ola (54) og Kari (Ap) <i>kom</i> &amp; gikk")
    assert (
        subtitles.read(text + cue("00:00:03,000", "00:00:04,000", "Norske tekster: Ola"))
        == "Ola (54) og Kari (Ap) kom & gikk"
    )


def test_a_word_split_by_a_line_break_is_joined() -> None:
    assert subtitles.read(cue("00:00:01,000", "00:00:02,000", "kom-<br>mune")) == "kommune"


def test_cues_without_empty_lines_and_with_negative_times_are_read() -> None:
    text = "WEBVTT\n\nNOTE ikke dette\n\n1\n-00:00:01,000 --> 00:00:02,000\nEn\n2\n00:00:02,100 --> 00:00:03,000\nto\n"
    assert subtitles.read(text) == "En to"


def test_what_holds_no_cue_gives_none() -> None:
    assert subtitles.read("ingen tider her") is None
