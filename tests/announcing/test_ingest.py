"""What becomes of the posts that a scan finds, in a real catalog."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.catalog.database import Catalog, open_catalog
from bot.catalog.records import Cause, DeliveryState, Standing
from bot.content.post import Post, PostProblem
from bot.settings import Filter
from tests.support.catalog_site import ALL, KUBERNETES, NOW, Site, a_post, channel, settings_for

PENDING, SENT = DeliveryState.PENDING, DeliveryState.SENT
DAY = timedelta(days=1)


async def test_a_new_post_is_planned_for_each_channel_that_takes_it(site: Site) -> None:
    """A new post gets a pending delivery in every channel that matches, in the transaction that stores it."""
    site.write(a_post("a.md"), a_post("b.md", tags=()))
    taken = await site.scan()
    assert await site.deliveries("a.md") == {ALL: PENDING, KUBERNETES: PENDING}
    assert await site.deliveries("b.md") == {ALL: PENDING}
    assert (taken.announced, taken.channels) == (["a.md", "b.md"], {ALL, KUBERNETES})


async def test_an_edit_is_no_second_announcement(site: Site) -> None:
    """A changed title, link, text, tag or date of an announced post plans nothing more."""
    site.write(a_post("a.md", tags=()))
    await site.scan()
    for changes in (
        {"title": "Another"},
        {"external_url": "https://example.org/other"},
        {"text": "Longer."},
        {"tags": ("kubernetes",)},
        {"date": NOW},
    ):
        site.edit("a.md", **changes)
        taken = await site.scan()
        assert taken.announced == []
    assert await site.deliveries("a.md") == {ALL: PENDING}


async def test_a_draft_that_turns_public_is_announced(site: Site) -> None:
    """A draft is hidden; made public, it is news."""
    site.write(a_post("a.md", draft=True))
    assert (await site.scan()).announced == []
    assert await site.standing("a.md") is Standing.HIDDEN
    site.edit("a.md", draft=False)
    assert (await site.scan()).announced == ["a.md"]


async def test_what_was_public_before_is_no_news_when_it_is_public_again(site: Site) -> None:
    """A post of the baseline that was a draft, another kind, or no post for a while stands as it stood."""
    site.write(a_post("a.md"), a_post("b.md", draft=True))
    await site.scan(baseline=True)
    for hidden in ({"draft": True}, {"kind": "release"}, {"expiry_date": NOW}):
        before = site.files["a.md"]
        site.edit("a.md", **hidden)
        await site.scan()
        assert await site.standing("a.md") is Standing.HIDDEN
        site.files["a.md"] = before
        assert (await site.scan()).announced == []
        assert await site.standing("a.md") is Standing.INDEXED
    site.empty("a.md")
    await site.scan()
    site.write(a_post("a.md"))
    assert (await site.scan()).announced == []
    site.edit("b.md", draft=False)
    assert (await site.scan()).announced == ["b.md"]


async def test_a_post_that_turned_draft_before_it_was_sent_is_not_sent(site: Site) -> None:
    """A pending delivery sleeps while its post is a draft, and wakes its lane when that is over."""
    site.write(a_post("a.md"))
    await site.scan()
    site.edit("a.md", draft=True)
    await site.scan()
    assert await site.due() == []
    site.edit("a.md", draft=False)
    taken = await site.scan()
    assert (taken.channels, taken.announced) == ({ALL, KUBERNETES}, ["a.md"])
    assert await site.due() == ["a.md"]


async def test_a_post_with_a_problem_is_not_sent_until_it_is_mended(site: Site) -> None:
    """A broken file keeps what is planned of its post asleep, and a mended one wakes the lanes."""
    site.write(a_post("a.md"))
    await site.scan()
    site.break_("a.md")
    await site.scan()
    assert await site.due() == []
    site.write(a_post("a.md"))
    assert (await site.scan()).channels == {ALL, KUBERNETES}
    assert await site.due() == ["a.md"]


async def test_a_future_post_is_announced_at_its_time(site: Site, tmp_path: Path) -> None:
    """A post waits for its date, or its publishDate if it has one, also when the catalog is closed meanwhile."""
    site.write(a_post("a.md", date=NOW + DAY), a_post("b.md", date=NOW - DAY, publish_date=NOW + 2 * DAY))
    assert (await site.scan()).announced == []
    assert await site.catalog.read(lambda tables: tables.posts.next_due_at()) == NOW + DAY
    assert await site.listed() == []
    assert (await site.wait_until(NOW + DAY - timedelta(microseconds=1))).announced == []
    async with open_catalog(tmp_path) as reopened:
        site.catalog = reopened
        assert (await site.wait_until(NOW + DAY)).announced == ["a.md"]
        assert (await site.wait_until(NOW + 2 * DAY)).announced == ["b.md"]
        assert await reopened.read(lambda tables: tables.posts.next_due_at()) is None


async def test_a_future_post_that_is_broken_or_gone_at_its_time_is_not_announced(site: Site) -> None:
    """Only a post whose file is in order is due, and it is announced late rather than never."""
    site.write(a_post("a.md", date=NOW + DAY), a_post("b.md", date=NOW + DAY))
    await site.scan()
    site.break_("a.md")
    site.delete("b.md")
    await site.scan()
    assert (await site.wait_until(NOW + 2 * DAY)).announced == []
    site.write(a_post("a.md", date=NOW + DAY), a_post("b.md", date=NOW + DAY))
    assert (await site.scan()).announced == ["a.md", "b.md"]


async def test_an_expired_post_is_neither_announced_nor_sent(site: Site) -> None:
    """A post past its expiryDate is hidden when it comes, and held back when it expires while it waits to be sent."""
    site.write(a_post("a.md", expiry_date=NOW), a_post("b.md", expiry_date=NOW + DAY))
    assert (await site.scan()).announced == ["b.md"]
    site.now = NOW + DAY
    assert await site.due() == []
    assert await site.listed() == []


async def test_old_posts_are_indexed_only(catalog: Catalog, tmp_path: Path) -> None:
    """A post older than max_age_days can be found but is not announced; the limit itself still is."""
    site = Site(catalog, settings_for(tmp_path, max_age_days=6))
    site.write(a_post("a.md", date=NOW - 6 * DAY), a_post("b.md", date=NOW - 6 * DAY - timedelta(seconds=1)))
    assert (await site.scan()).announced == ["a.md"]
    assert await site.listed() == ["a.md", "b.md"]


async def test_a_duplicate_is_indexed_and_not_announced(site: Site) -> None:
    """A new file with the canonical link and the title of a post that is there is told, stored, and not announced."""
    site.write(a_post("a.md", title="Same", url="https://example.org/x?utm_source=feed"))
    await site.scan()
    site.write(
        a_post("b.md", title="same ", url="https://EXAMPLE.org/x"),
        a_post("c.md", title="Other", url="https://example.org/x"),
    )
    taken = await site.scan()
    assert (taken.duplicates, taken.announced) == ([("b.md", "a.md")], ["c.md"])
    assert (await site.known("b.md")).cause is Cause.DUPLICATE
    assert await site.listed() == ["c.md", "a.md"]
    site.touch("b.md")
    assert (await site.scan()).duplicates == []


async def test_of_two_duplicates_in_one_scan_the_first_by_path_is_announced(site: Site) -> None:
    """Within one scan the order of paths decides which is the original."""
    site.write(
        a_post("b.md", title="T", url="https://example.org/x"), a_post("a.md", title="T", url="https://example.org/x")
    )
    taken = await site.scan()
    assert (taken.announced, taken.duplicates) == (["a.md"], [("b.md", "a.md")])


async def test_a_copy_that_is_edited_into_another_post_is_announced(site: Site) -> None:
    """A file copied as a start for a new post is news once its link or title is its own."""
    site.write(a_post("a.md"))
    await site.scan()
    site.copy("a.md", "b.md")
    assert (await site.scan()).announced == []
    site.edit("b.md", text="The same post still.")
    assert (await site.scan()).announced == []
    site.edit("b.md", title="A new one")
    assert (await site.scan()).announced == ["b.md"]


async def test_a_copy_in_the_baseline_that_is_edited_can_be_found(site: Site) -> None:
    """A duplicate among the first posts is found under its own title once it has one, without an announcement."""
    site.write(a_post("a.md"))
    site.copy("a.md", "b.md")
    await site.scan(baseline=True)
    assert await site.listed() == ["a.md"]
    site.edit("b.md", title="Another")
    assert (await site.scan()).announced == []
    assert await site.listed() == ["b.md", "a.md"]


async def test_a_duplicate_takes_over_when_the_original_goes(site: Site) -> None:
    """What was planned or sent of a deleted post belongs to its duplicate from then on."""
    site.write(a_post("a.md"))
    await site.scan()
    await site.send_all(ALL)
    site.copy("a.md", "b.md")
    site.copy("a.md", "c.md")
    await site.scan()
    original = await site.known("a.md")
    site.delete("a.md")
    assert (await site.scan()).announced == []
    assert (await site.known("b.md")).id == original.id
    assert (await site.known("c.md")).duplicate_of == original.id
    assert await site.deliveries("b.md") == {ALL: SENT, KUBERNETES: PENDING}
    assert await site.due(KUBERNETES) == ["b.md"]
    assert await site.listed() == ["b.md"]


async def test_a_duplicate_that_is_edited_while_the_original_goes_takes_over_as_well(site: Site) -> None:
    """Copy first, then delete the old file and touch up the new one: that is a rename, not news."""
    site.write(a_post("a.md"))
    await site.scan()
    original = await site.known("a.md")
    site.copy("a.md", "b.md")
    await site.scan()
    site.delete("a.md")
    site.edit("b.md", text="Touched up.")
    assert (await site.scan()).announced == []
    assert (await site.known("b.md")).id == original.id


async def test_duplicates_that_change_alike_stay_duplicates(site: Site) -> None:
    """A title that is mended in both copies at once announces nothing, whichever is read first."""
    for original, copied in (("b.md", "a.md"), ("c.md", "d.md")):
        site.write(a_post(original))
        await site.scan()
        site.copy(original, copied)
        await site.scan()
        for path in (original, copied):
            site.edit(path, title=f"Mended {original}")
        assert (await site.scan()).announced == []
        assert (await site.known(copied)).duplicate_of == (await site.known(original)).id


async def test_a_duplicate_is_announced_if_its_original_is_hidden_unsent(site: Site) -> None:
    """A post whose original turned draft before it was sent anywhere is the news itself."""
    site.write(a_post("a.md"))
    await site.scan()
    site.copy("a.md", "b.md")
    await site.scan()
    site.edit("a.md", draft=True)
    assert (await site.scan()).announced == ["b.md"]
    assert await site.due() == ["b.md"]


async def test_a_duplicate_is_shown_but_not_announced_if_its_original_is_hidden_after_it_was_sent(site: Site) -> None:
    """What stands in a channel is not announced again, and members still find it."""
    site.write(a_post("a.md"))
    await site.scan()
    await site.send_all(ALL)
    site.copy("a.md", "b.md")
    await site.scan()
    site.edit("a.md", draft=True)
    site.copy("b.md", "c.md")
    assert (await site.scan()).announced == []
    assert len(await site.listed()) == 1


async def test_a_duplicate_whose_original_was_edited_is_shown_without_news(site: Site) -> None:
    """When the original gets another link, its duplicate is a post of its own that is not announced."""
    site.write(a_post("a.md"))
    await site.scan()
    site.copy("a.md", "b.md")
    await site.scan()
    site.edit("a.md", external_url="https://example.org/moved")
    assert (await site.scan()).announced == []
    assert sorted(await site.listed()) == ["a.md", "b.md"]
    site.edit("b.md", title="Later")
    assert (await site.scan()).announced == []


async def test_a_renamed_file_is_the_same_post(site: Site) -> None:
    """The same content at another path, in the same scan or a later one, keeps identity and deliveries."""
    site.write(a_post("a.md"))
    await site.scan()
    before = await site.known("a.md")
    site.rename("a.md", "docs/b.md")
    taken = await site.scan()
    assert (taken.renamed, taken.announced) == ([("a.md", "docs/b.md")], [])
    kept = site.files.pop("docs/b.md")
    await site.scan()
    assert await site.due() == []
    site.files["c.md"] = (kept[0], replace(kept[1], path="c.md"))
    await site.scan()
    assert (await site.known("c.md")).id == before.id
    assert await site.due() == ["c.md"]


async def test_a_file_that_is_renamed_and_edited_is_the_same_post(site: Site) -> None:
    """Another path and another text, but the same link and title: renamed. Another title as well: a new post."""
    site.write(a_post("a.md"), a_post("b.md"))
    await site.scan()
    site.rename("a.md", "c.md")
    site.edit("c.md", text="Edited.")
    site.rename("b.md", "d.md")
    site.edit("d.md", title="Something else")
    taken = await site.scan()
    assert (taken.renamed, taken.announced) == ([("a.md", "c.md")], ["d.md"])


async def test_renumbered_files_are_renamed_and_the_new_one_is_news(site: Site) -> None:
    """When every file moves on by one name to make room, each post keeps its identity."""
    site.write(*(a_post(f"{number}.md") for number in (1, 2, 3)))
    await site.scan()
    ids = [(await site.known(f"{number}.md")).id for number in (1, 2, 3)]
    for number in (3, 2, 1):
        site.rename(f"{number}.md", f"{number + 1}.md")
        site.touch(f"{number + 1}.md")
    site.write(a_post("1.md", title="The newest", url="https://example.org/newest"))
    taken = await site.scan()
    assert taken.announced == ["1.md"]
    assert taken.renamed == [("1.md", "2.md"), ("2.md", "3.md"), ("3.md", "4.md")]
    assert [(await site.known(f"{number}.md")).id for number in (2, 3, 4)] == ids
    assert len(await site.due()) == 4


async def test_two_files_that_change_places_are_renamed(site: Site) -> None:
    """Nothing is announced when two posts swap their paths."""
    site.write(a_post("a.md"), a_post("b.md"))
    await site.scan()
    first = await site.known("a.md")
    site.rename("a.md", "x.md")
    site.rename("b.md", "a.md")
    site.rename("x.md", "b.md")
    taken = await site.scan()
    assert taken.announced == []
    assert (await site.known("b.md")).id == first.id


async def test_a_file_moved_over_another_one_replaces_its_post(site: Site) -> None:
    """The post that moved keeps what is planned of it, the one that was written over is gone."""
    site.write(a_post("a.md"), a_post("b.md"))
    await site.scan()
    moved = await site.known("a.md")
    site.rename("a.md", "b.md")
    site.touch("b.md")
    assert (await site.scan()).announced == []
    assert (await site.known("b.md")).id == moved.id
    assert await site.due() == ["b.md"]


async def test_a_path_may_get_another_post_after_a_deletion(site: Site) -> None:
    """At the path of a deleted post, another link and title are another post; the same link or title are not."""
    site.write(a_post("a.md"), a_post("b.md"))
    await site.scan()
    site.delete("a.md")
    site.delete("b.md")
    await site.scan()
    site.write(a_post("a.md", title="New", url="https://example.org/new"), a_post("b.md", url="https://example.org/b2"))
    assert (await site.scan()).announced == ["a.md"]


async def test_a_file_that_comes_back_is_the_same_post(site: Site) -> None:
    """A file that is gone is not sent; when it is back, what was planned goes on and nothing more is planned."""
    site.write(a_post("a.md"))
    await site.scan()
    kept = site.files.pop("a.md")
    await site.scan()
    assert await site.due() == []
    assert await site.listed() == []
    site.files["a.md"] = kept
    taken = await site.scan()
    assert (taken.announced, taken.channels) == ([], {ALL, KUBERNETES})
    assert await site.due() == ["a.md"]


async def test_too_many_new_posts_are_held(catalog: Catalog, tmp_path: Path) -> None:
    """More news in one scan than hold_above is held as a whole; as many as that is not."""
    site = Site(catalog, settings_for(tmp_path, hold_above=2))
    site.write(a_post("a.md"), a_post("b.md"), a_post("c.md", draft=True), a_post("d.md", kind="release"))
    assert (await site.scan()).announced == ["a.md", "b.md"]
    site.write(a_post("e.md"), a_post("f.md"), a_post("g.md"))
    taken = await site.scan()
    assert (taken.held, taken.announced, taken.channels) == (["e.md", "f.md", "g.md"], [], set())
    assert await site.standing("e.md") is Standing.HELD
    assert await site.due() == ["a.md", "b.md"]
    site.edit("e.md", text="Edited.")
    await site.scan()
    assert await site.standing("e.md") is Standing.HELD


@pytest.mark.parametrize(("hold_above", "held"), [(0, 1), (None, 0)])
async def test_the_brake_can_hold_everything_or_nothing(
    catalog: Catalog, tmp_path: Path, hold_above: int | None, held: int
) -> None:
    """hold_above 0 holds each new post, null none."""
    site = Site(catalog, settings_for(tmp_path, hold_above=hold_above))
    site.write(a_post("a.md"))
    assert len((await site.scan()).held) == held


async def test_the_first_run_is_exempt_from_the_brake(catalog: Catalog, tmp_path: Path) -> None:
    """What is announced at a first run is what a person asked for."""
    site = Site(catalog, settings_for(tmp_path, hold_above=0))
    site.write(a_post("a.md"))
    assert (await site.scan(brake=False)).announced == ["a.md"]


async def test_the_baseline_is_found_but_not_announced(site: Site) -> None:
    """Posts that were there before the bot are indexed; their drafts and future ones are news in their time."""
    site.write(a_post("a.md"), a_post("b.md", date=NOW + DAY))
    assert (await site.scan(baseline=True)).announced == []
    assert (await site.known("a.md")).cause is Cause.BASELINE
    assert await site.listed() == ["a.md"]
    assert (await site.wait_until(NOW + DAY)).announced == ["b.md"]


async def test_a_post_that_no_channel_takes_is_told(catalog: Catalog, tmp_path: Path) -> None:
    """An unrouted post is indexed with the reason, and not announced when its tags come later."""
    site = Site(catalog, settings_for(tmp_path, channels=[channel(tags=Filter(any=("kubernetes",)))]))
    site.write(a_post("a.md", tags=("go",)))
    assert (await site.scan()).unrouted == ["a.md"]
    known = await site.known("a.md")
    assert (known.standing, known.cause) == (Standing.INDEXED, Cause.UNROUTED)
    assert known.reasons[-1].rule == "channels"
    site.edit("a.md", tags=("kubernetes",))
    assert (await site.scan()).announced == []


async def test_a_problem_is_told_once_per_change(site: Site) -> None:
    """The same problem is not told again, another one is, and a mended file has none."""
    site.break_("a.md")
    assert [problem.what for problem in (await site.scan()).problems] == ["the title is missing"]
    site.touch("a.md")
    assert (await site.scan()).problems == []
    site.break_("a.md", "the date is none")
    assert [problem.what for problem in (await site.scan()).problems] == ["the date is none"]
    site.write(a_post("a.md"))
    assert (await site.scan()).announced == ["a.md"]
    assert await site.catalog.read(lambda tables: tables.files.problems()) == []


async def test_the_problem_of_a_deleted_file_is_forgotten(site: Site) -> None:
    """Nothing is wrong with a file that is not there."""
    site.break_("a.md")
    await site.scan()
    site.delete("a.md")
    await site.scan()
    assert await site.catalog.read(lambda tables: tables.files.problems()) == []


async def test_entries_that_are_never_opened_are_told_once(site: Site) -> None:
    """What the scan refuses is kept and told once, and forgotten when it is gone."""
    site.refused["x.md"] = PostProblem("x.md", None, "is a FIFO", "remove it")
    assert len((await site.scan()).problems) == 1
    assert (await site.scan()).problems == []
    assert len(await site.catalog.read(lambda tables: tables.files.problems())) == 1
    site.refused.clear()
    await site.scan()
    assert await site.catalog.read(lambda tables: tables.files.problems()) == []


async def test_a_post_whose_file_is_refused_is_not_sent(site: Site) -> None:
    """A post that grew too large, or became a link to elsewhere, sleeps until its file is in order again."""
    site.write(a_post("a.md"))
    await site.scan()
    site.refused["a.md"] = PostProblem("a.md", None, "has more than 4 MiB", "shorten it")
    assert len((await site.scan()).problems) == 1
    assert (await site.scan()).problems == []
    assert await site.due() == []
    site.refused.clear()
    taken = await site.scan()
    assert (taken.announced, taken.channels) == ([], {ALL, KUBERNETES})
    assert await site.due() == ["a.md"]
    site.refused["a.md"] = PostProblem("a.md", None, "has more than 4 MiB", "shorten it")
    await site.scan()
    del site.refused["a.md"], site.files["a.md"]
    await site.scan()
    assert (await site.known("a.md")).gone_at is not None


async def test_a_hint_serves_to_recognise_renames_but_deletes_nothing(site: Site) -> None:
    """What a partial look misses is only gone if it turned up elsewhere; the whole scan tells the rest."""
    site.write(a_post("a.md"), a_post("b.md"))
    await site.scan()
    first = await site.known("a.md")
    site.rename("a.md", "c.md")
    kept = site.files.pop("b.md")
    taken = await site.scan("a.md", "b.md", "c.md")
    assert (taken.renamed, taken.announced) == ([("a.md", "c.md")], [])
    assert (await site.known("c.md")).id == first.id
    assert await site.due() == ["c.md", "b.md"]
    site.files["b.md"] = kept
    assert (await site.scan()).announced == []
    site.delete("b.md")
    await site.scan()
    assert await site.due() == ["c.md"]


async def test_a_hint_about_swapped_files_changes_no_identity_but_theirs(site: Site) -> None:
    """A partial look at a path that another post took over leaves no two posts at one path."""
    site.write(a_post("a.md"), a_post("b.md"))
    await site.scan()
    site.rename("a.md", "b.md")
    site.touch("b.md")
    site.write(a_post("a.md", title="New", url="https://example.org/new"))
    taken = await site.scan("a.md", "b.md")
    assert taken.announced == ["a.md"]
    assert (await site.scan()).announced == []
    assert sorted(await site.due()) == ["a.md", "b.md"]


async def test_other_kinds_after_a_restart_announce_nothing(site: Site, tmp_path: Path) -> None:
    """Posts that changed settings let in were there before; those they shut out come back as they were."""
    site.write(a_post("a.md"), a_post("b.md", kind="release"), a_post("c.md", kind="release", date=NOW + DAY))
    await site.scan()
    site.settings = settings_for(tmp_path, kinds=("release",))
    await site.apply_rules()
    assert (await site.standing("a.md"), await site.standing("b.md")) == (Standing.HIDDEN, Standing.INDEXED)
    assert await site.due() == []
    site.settings = settings_for(tmp_path, kinds=("link", "release"))
    await site.apply_rules()
    assert (await site.standing("a.md"), await site.standing("b.md")) == (Standing.ANNOUNCED, Standing.INDEXED)
    assert await site.due() == ["a.md"]
    assert (await site.wait_until(NOW + DAY)).announced == ["c.md"]


async def test_a_file_that_is_no_post_any_more_is_hidden(site: Site) -> None:
    """A file whose front matter went away is neither found nor sent, with the reason kept."""
    site.write(a_post("a.md"))
    await site.scan()
    site.empty("a.md")
    await site.scan()
    known = await site.known("a.md")
    assert known.standing is Standing.HIDDEN
    assert "no front matter" in known.reasons[0].text
    assert await site.due() == []


async def sent(site: Site, *posts: Post) -> None:
    """Have these posts taken in and sent."""
    site.write(*posts)
    await site.scan()
    for channel_id in (ALL, KUBERNETES):
        await site.send_all(channel_id)


async def test_a_change_has_the_messages_looked_at_that_show_the_post(site: Site) -> None:
    """A changed post wakes the channels where it stands, and no other; one that was only touched needs none."""
    await sent(site, a_post("a.md"), a_post("b.md", tags=()))
    assert await site.stale() == {}
    site.touch("a.md")
    assert (await site.scan()).channels == set()
    assert await site.stale() == {}
    for changes in ({"title": "Another"}, {"text": "Longer."}, {"tags": ("other",)}, {"draft": True}):
        site.edit("a.md", **changes)
        assert (await site.scan()).channels >= {ALL, KUBERNETES}
        assert await site.stale() == {ALL: 1, KUBERNETES: 1}
        for channel_id in (ALL, KUBERNETES):
            await site.look_after(channel_id)
    site.edit("b.md", source="Another")
    assert (await site.scan()).channels == {ALL}


async def test_a_change_before_the_post_is_sent_needs_nothing_more(site: Site) -> None:
    """A pending delivery is sent as the post is by then: there is no message to look at."""
    site.write(a_post("a.md"))
    await site.scan()
    site.edit("a.md", title="Another")
    await site.scan()
    assert await site.stale() == {}
    await site.send_all()
    assert [post.title for post in site.cards()] == ["Another"]


async def test_a_retracted_post_sleeps_and_is_announced_again_when_it_is_public_again(site: Site) -> None:
    """Turned draft, its card goes and nothing is due; public again, it wakes its channel and is sent as it is now."""
    await sent(site, a_post("a.md", tags=()), a_post("b.md", tags=()))
    site.edit("a.md", draft=True)
    assert (await site.scan()).channels == {ALL}
    assert await site.look_after() == ["https://example.org/a.md"]
    assert [post.path for post in site.cards()] == ["b.md"]
    assert await site.deliveries("a.md") == {ALL: PENDING}
    assert await site.due() == []
    site.edit("a.md", draft=False, title="Better")
    taken = await site.scan()
    assert (taken.channels, taken.announced) == ({ALL}, ["a.md"])
    assert await site.standing("a.md") is Standing.ANNOUNCED
    assert await site.send_all() == ["a.md"]
    assert sorted(post.title for post in site.cards()) == ["About b.md", "Better"]


async def test_a_post_public_again_goes_where_it_belongs_now(site: Site) -> None:
    """A post whose tags changed while it was a draft is announced in the channels that take it now."""
    await sent(site, a_post("a.md", tags=()))
    site.edit("a.md", draft=True)
    await site.scan()
    await site.look_after()
    site.edit("a.md", draft=False, tags=("kubernetes",))
    assert (await site.scan()).channels == {ALL, KUBERNETES}
    assert await site.deliveries("a.md") == {ALL: PENDING, KUBERNETES: PENDING}


async def test_a_post_that_is_put_off_follows_when_its_date_comes(site: Site) -> None:
    """The card of a post that was edited while it waited for a later date is looked at when that has come."""
    await sent(site, a_post("a.md", tags=()))
    site.edit("a.md", title="Put off", date=NOW + DAY)
    await site.scan()
    await site.look_after()
    assert [post.title for post in site.cards()] == ["About a.md"]
    assert (await site.wait_until(NOW + DAY)).channels == {ALL}
    await site.look_after()
    assert [post.title for post in site.cards()] == ["Put off"]
    assert await site.due() == []


async def test_a_file_is_gone_for_good_when_a_second_scan_missed_it(site: Site, tmp_path: Path) -> None:
    """The first scan that misses a file does nothing about its card; the next does, also if it finds nothing else."""
    await sent(site, a_post("a.md", tags=()), a_post("b.md", tags=()))
    site.delete("a.md")
    assert (await site.scan()).channels == set()
    assert await site.stale() == {}
    async with open_catalog(tmp_path) as reopened:
        site.catalog = reopened
        assert (await site.scan()).channels == {ALL}
        assert await site.look_after() == ["https://example.org/a.md"]
        assert (await site.scan()).channels == set()
        assert await site.stale() == {}


@pytest.mark.parametrize("back_at", ["a.md", "b.md"])
async def test_a_file_that_is_back_at_the_next_scan_loses_nothing(site: Site, back_at: str) -> None:
    """Missed once, then back, here or under another name: its card stays, and nothing is announced."""
    await sent(site, a_post("a.md", tags=()))
    for _ in range(3):
        kept = site.files.pop("a.md", None) or site.files.pop(back_at)
        await site.scan()
        site.files[back_at] = (kept[0], replace(kept[1], path=back_at))
        await site.scan()
        await site.scan()
        assert await site.look_after() == []
        assert await site.due() == []
    assert len(site.cards()) == 1


async def test_a_file_that_comes_back_later_is_announced_again(site: Site) -> None:
    """Once its card went with the file, the file that is back is news in its channels, each time anew."""
    await sent(site, a_post("a.md", tags=()))
    kept = site.files["a.md"]
    for _ in range(2):
        del site.files["a.md"]
        await site.scan()
        await site.scan()
        assert await site.look_after() == ["https://example.org/a.md"]
        assert await site.due() == []
        site.files["a.md"] = kept
        assert (await site.scan()).channels == {ALL}
        assert await site.send_all() == ["a.md"]
        await site.scan()
        assert await site.look_after() == []


async def test_what_may_be_the_missing_file_keeps_it_from_being_gone_for_good(site: Site) -> None:
    """Hints, a file that is still being written, and one that is back but broken take no card away."""
    await sent(site, a_post("a.md", tags=()))
    site.delete("a.md")
    await site.scan()
    await site.scan("a.md")
    assert await site.stale() == {}
    await site.scan(all_read=False)
    assert await site.stale() == {}
    site.break_("a.md")
    await site.scan()
    await site.scan()
    assert await site.stale() == {}
    site.delete("a.md")
    await site.scan()
    assert await site.stale() == {}
    await site.scan()
    assert await site.look_after() == ["https://example.org/a.md"]


async def test_a_change_just_before_the_file_broke_is_followed_when_it_is_mended(site: Site) -> None:
    """While a file is broken its card stays; mended as it was read last, the card still has to follow."""
    await sent(site, a_post("a.md", tags=()))
    site.edit("a.md", title="Another")
    await site.scan()
    site.break_("a.md")
    await site.scan()
    await site.look_after()
    assert [post.title for post in site.cards()] == ["About a.md"]
    site.write(a_post("a.md", tags=(), title="Another"))
    await site.scan()
    await site.look_after()
    assert [post.title for post in site.cards()] == ["Another"]


async def test_other_kinds_after_a_restart_take_no_card_back(site: Site, tmp_path: Path) -> None:
    """Settings that let a post in no more are no retraction: its card stays."""
    await sent(site, a_post("a.md", tags=()))
    site.settings = settings_for(tmp_path, kinds=("release",))
    await site.apply_rules()
    assert await site.standing("a.md") is Standing.HIDDEN
    assert await site.look_after() == []
    assert len(site.cards()) == 1


async def test_a_copy_takes_the_place_of_a_retracted_post(site: Site) -> None:
    """Of two copies one stands: while the one that was sent is a draft the other may be, and never both."""
    await sent(site, a_post("a.md", tags=()))
    site.edit("a.md", draft=True)
    await site.scan()
    await site.look_after()
    site.write(a_post("b.md", tags=(), title="About a.md", url="https://example.org/a.md"))
    assert (await site.scan()).announced == ["b.md"]
    assert await site.send_all() == ["b.md"]
    site.edit("a.md", draft=False)
    taken = await site.scan()
    assert taken.duplicates == [("a.md", "b.md")]
    assert await site.due() == []
    assert len(site.cards()) == 1
